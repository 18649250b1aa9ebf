// What is known of the next hops of a vertex.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph_feeder.h"
#include "model/path_graph.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::GraphFeeder;

TEST(BranchPoint, ClosesAfterAsManyFlowsAsTheMdaNeeds) {
  GraphFeeder feed;
  const auto state = [&] {
    const auto graph = feed.graph.snapshot();
    for (const BranchPoint& point : graph->branch_points) {
      if (point.vertex == 0U) return point;
    }
    return BranchPoint{};
  };
  for (std::uint32_t flow = 0; flow < 10; ++flow) {
    feed.path(flow, flow % 2, flow % 2 == 0 ? "r1 a dst" : "r1 b dst");
  }
  EXPECT_EQ(state().state, BranchState::kOpen);
  feed.path(10, 0, "r1 a dst");
  EXPECT_EQ(state().state, BranchState::kClosed);
  EXPECT_EQ(state().next_hops, 2U);
  EXPECT_EQ(state().samples, 11U);
  EXPECT_NEAR(state().hidden_share, 0.238, 0.001);
  for (std::uint32_t flow = 2; flow < 11; ++flow) feed.graph.retire_flow(flow);
  EXPECT_EQ(state().samples, 11U) << "retired flows still count";
  feed.path(0, 5, "r1 c dst");
  EXPECT_EQ(state().next_hops, 2U) << "one next hop has no flow left";
  EXPECT_EQ(state().state, BranchState::kOpen);
  const auto r1 = feed.graph.vertex_at(0, 1);
  ASSERT_TRUE(r1);
  feed.graph.set_capped(r1, true);
  EXPECT_EQ(state().state, BranchState::kCapped);
}

// Such moves were most likely those of packets, before the balancing was recognized.
TEST(BranchPoint, IsNotFlappingWhereNextHopsAreBalancedPerPacket) {
  GraphFeeder feed;
  for (std::uint32_t round = 0; round < 10; ++round) {
    feed.path(0, round % 2, round % 2 == 0 ? "r1 b c dst" : "r1 b d dst");
    feed.now += 2s;
  }
  ASSERT_EQ(feed.graph.snapshot()->branch_points[2].state, BranchState::kFlapping);
  feed.path(0, 0, "r1 a! c! dst");
  feed.answer(0, 2, "b");
  feed.answer(0, 3, "d");
  for (const BranchPoint& point : feed.graph.snapshot()->branch_points) {
    EXPECT_NE(point.state, BranchState::kFlapping);
  }
}

TEST(BranchPoint, IsNotFlappingWhilePairsOfRepliesSpeakForABalancerPerPacket) {
  GraphFeeder feed;
  for (std::uint32_t round = 0; round < 10; ++round) {
    for (std::uint32_t flow = 0; flow < 4; ++flow) {
      const bool even = (round + flow) % 2 == 0;
      feed.path(flow, even ? 0 : 1, even ? "r1 a dst" : "r1 b dst", flow == 3 ? -0.5 : 1);
    }
    feed.now += 2s;
    EXPECT_EQ(feed.graph.snapshot()->branch_points[1].state, BranchState::kOpen);
  }
}

TEST(BranchPoint, IsFlappingWhereFlowsKeepMoving) {
  GraphFeeder feed;
  for (int round = 0; round < 10; ++round) {
    for (std::uint32_t flow = 0; flow < 4; ++flow) {
      feed.path(flow, round % 2 == 0 ? 0 : 1, round % 2 == 0 ? "r1 a c dst" : "r1 b d dst");
    }
    feed.now += 2s;
    if (round == 1) {
      EXPECT_NE(feed.graph.snapshot()->branch_points[1].state, BranchState::kFlapping);
    }
  }
  const auto graph = feed.graph.snapshot();
  EXPECT_EQ(graph->branch_points[1].state, BranchState::kFlapping);
  EXPECT_NE(graph->branch_points[0].state, BranchState::kFlapping);
  EXPECT_NE(GraphFeeder::vertex(*graph, 2, "a"), nullptr);
  EXPECT_NE(GraphFeeder::vertex(*graph, 2, "b"), nullptr);
  EXPECT_EQ(graph->edges.size(), 7U) << "both ways are shown";
}

}  // namespace
}  // namespace etr::model
