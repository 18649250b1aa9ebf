// Verdicts and round-trip times at vertices, while flows move between paths.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph_feeder.h"
#include "model/path_graph.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::GraphFeeder;

TEST(PathGraph, KeepsVerdictsWhenAHopBecomesKnown) {
  GraphFeeder feed;
  feed.open_path(0, 0, "r1 * *");
  feed.lose(0, 2);
  feed.answer(0, 2, "a");
  const auto graph = feed.graph.snapshot();
  const GraphVertex* a = GraphFeeder::vertex(*graph, 2, "a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->statistics.recent_judged, 2U);
  EXPECT_EQ(a->statistics.recent_lost, 1U);
  EXPECT_EQ(a->statistics.answered, 1U);
}

TEST(PathGraph, LeavesRecentVerdictsWithThePathThatTheyWereOf) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a r2 dst");
  feed.path(1, 0, "r1 a r2 dst");
  for (std::uint8_t ttl = 1; ttl <= 4; ++ttl) {
    for (const std::uint32_t flow : {0U, 1U}) {
      feed.lose(flow, ttl);
      feed.lose(flow, ttl);
    }
  }
  feed.path(0, 1, "r1 b r2 dst");
  const auto graph = feed.graph.snapshot();
  const auto judged = [&](std::uint8_t ttl, const char* name) {
    return GraphFeeder::vertex(*graph, ttl, name)->statistics.recent_judged;
  };
  EXPECT_EQ(judged(1, "r1"), 4U);
  EXPECT_EQ(judged(2, "a"), 4U);
  EXPECT_EQ(judged(2, "b"), 0U);
  EXPECT_EQ(judged(3, "r2"), 4U);
  EXPECT_EQ(graph->paths[0].at_end.recent_judged, 2U);
  EXPECT_EQ(graph->paths[1].at_end.recent_judged, 0U);
}

TEST(PathGraph, CountsVerdictsOfAFormerPathUntilTheFlowHasAsManyOnAnother) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a dst");
  for (int i = 0; i < 200; ++i) feed.lose(0, 2);
  feed.path(0, 1, "r1 b dst");
  const auto judged = [&](const char* name) {
    const auto graph = feed.graph.snapshot();
    return GraphFeeder::vertex(*graph, 2, name)->statistics.recent_judged;
  };
  for (int i = 0; i < 127; ++i) feed.answer(0, 2, "b");
  EXPECT_EQ(judged("a"), 128U);
  feed.answer(0, 2, "b");
  EXPECT_EQ(judged("a"), 0U);
  EXPECT_EQ(judged("b"), 128U);
}

TEST(PathGraph, ResumesTheRecentVerdictsOfAPathThatTheFlowReturnsTo) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a dst");
  for (int i = 0; i < 5; ++i) feed.lose(0, 3);
  feed.path(0, 1, "r1 b dst");
  feed.lose(0, 3);
  feed.path(0, 0, "r1 a dst");
  feed.lose(0, 3);
  const auto graph = feed.graph.snapshot();
  EXPECT_EQ(GraphFeeder::vertex(*graph, 3, "dst")->statistics.recent_judged, 7U);
  EXPECT_EQ(graph->paths[0].at_end.recent_judged, 6U);
}

TEST(PathGraph, MeasuresRttsOfTheHopsOwnAddressOnly) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 dst");
  feed.answer(0, 1, "r1", 10ms);
  feed.answer(0, 1, "r1", 20ms);
  feed.answer(0, 1, "other", 90ms);
  const auto graph = feed.graph.snapshot();
  const PooledStatistics& r1 = graph->vertices[0].statistics;
  EXPECT_EQ(r1.answered, 3U);
  EXPECT_EQ(r1.rtt_samples, 2U);
  EXPECT_EQ(r1.rtt_best, 10ms);
  EXPECT_EQ(r1.rtt_worst, 20ms);
  EXPECT_EQ(r1.rtt_last, 20ms);
  EXPECT_NEAR(r1.rtt_mean_ns, 15e6, 1);
  EXPECT_NEAR(r1.rtt_stddev_ns, 7.071e6, 1e3);
}

TEST(PathGraph, ForgetsVerdictsButNotPathsOnReset) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 dst");
  feed.lose(0, 1);
  feed.graph.reset();
  const auto graph = feed.graph.snapshot();
  EXPECT_EQ(graph->vertices.size(), 2U);
  EXPECT_EQ(graph->vertices[0].statistics.judged(), 0U);
  EXPECT_EQ(graph->vertices[0].statistics.recent_judged, 0U);
  feed.answer(0, 1, "r1");
  EXPECT_EQ(feed.graph.snapshot()->vertices[0].statistics.recent_judged, 1U);
}

}  // namespace
}  // namespace etr::model
