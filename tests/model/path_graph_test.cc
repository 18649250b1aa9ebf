// Vertices, edges and paths of the graph.
#include "model/path_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "graph_feeder.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::GraphFeeder;

/// "ttl:address" of each vertex in order; "*" is a silent one.
std::vector<std::string> names(const PathGraph& graph) {
  std::vector<std::string> out;
  for (const GraphVertex& vertex : graph.vertices) {
    std::string name = std::to_string(vertex.ttl) + ":";
    if (!vertex.address) {
      name += "*";
    } else {
      for (std::size_t i = 4; i < 16 && vertex.address->octets[i] != 0; ++i) {
        name += static_cast<char>(vertex.address->octets[i]);
      }
    }
    out.push_back(name);
  }
  return out;
}

/// "from>to" of each edge, by position; "s" is the source.
std::vector<std::string> edges(const PathGraph& graph) {
  std::vector<std::string> out;
  for (const GraphEdge& edge : graph.edges) {
    out.push_back((edge.from ? std::to_string(*edge.from) : "s") + ">" + std::to_string(edge.to));
  }
  return out;
}

TEST(PathGraph, IsEmptyBeforeAnythingIsKnown) {
  GraphFeeder feed;
  const auto graph = feed.graph.snapshot();
  EXPECT_TRUE(graph->vertices.empty());
  EXPECT_TRUE(graph->branch_points.empty());
  EXPECT_EQ(feed.graph.snapshot(), graph);
}

TEST(PathGraph, MergesFlowsThatMeetInADiamond) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a r2 dst");
  feed.path(1, 1, "r1 b r2 dst");
  feed.path(2, 0, "r1 a r2 dst");
  const auto graph = feed.graph.snapshot();
  EXPECT_THAT(names(*graph), ::testing::ElementsAre("1:r1", "2:a", "2:b", "3:r2", "4:dst"));
  EXPECT_THAT(edges(*graph), ::testing::ElementsAre("s>0", "0>1", "0>2", "1>3", "2>3", "3>4"));
  EXPECT_EQ(graph->flows, 3U);
  EXPECT_EQ(graph->edge(0, 1)->flows, 2U);
  EXPECT_NEAR(graph->edge(0, 1)->share, 2.0 / 3, 1e-9);
  EXPECT_LT(graph->edge(0, 1)->share_interval.low, 0.3);
  EXPECT_EQ(graph->edge(std::nullopt, 0)->flows, 3U);
  EXPECT_EQ(graph->edge(1, 2), nullptr);
}

TEST(PathGraph, GroupsFlowsByPathId) {
  GraphFeeder feed;
  feed.path(4, 7, "r1 a dst");
  feed.path(1, 3, "r1 * dst");
  feed.path(2, 7, "r1 a dst");
  const auto graph = feed.graph.snapshot();
  ASSERT_EQ(graph->paths.size(), 2U);
  const GraphPath& gaps = graph->paths[0];
  EXPECT_EQ(gaps.id, 3U);
  EXPECT_TRUE(gaps.has_gaps);
  const GraphPath& whole = graph->paths[1];
  EXPECT_EQ(whole.id, 7U);
  EXPECT_EQ(whole.hash, "hash7");
  EXPECT_FALSE(whole.has_gaps);
  EXPECT_TRUE(whole.reached);
  EXPECT_EQ(whole.end, 3);
  ASSERT_EQ(whole.flows->size(), 2U);
  EXPECT_EQ(whole.flows->at(0).flow, 2U);
  EXPECT_EQ(whole.flows->at(1).source_port, 50004);
  EXPECT_THAT(whole.vertices, ::testing::ElementsAre(0U, 1U, 2U));
}

TEST(PathGraph, DistinguishesSilentHopsByPredecessor) {
  GraphFeeder feed;
  feed.path(0, 0, "a * dst");
  feed.path(1, 1, "b * dst");
  for (int i = 0; i < 3; ++i) {
    feed.lose(0, 2);
    feed.lose(1, 2);
  }
  const auto graph = feed.graph.snapshot();
  EXPECT_THAT(names(*graph), ::testing::ElementsAre("1:a", "1:b", "2:*", "2:*", "3:dst"));
  EXPECT_THAT(edges(*graph), ::testing::ElementsAre("s>0", "s>1", "0>2", "1>3", "2>4", "3>4"));
  EXPECT_EQ(graph->vertices[2].hop_class, HopClass::kSilent);
  EXPECT_FALSE(graph->vertices[2].recent_loss());
}

TEST(PathGraph, ShowsNoSilentHopWhereNothingWasProbed) {
  GraphFeeder feed;
  feed.graph.add_flow(0, 50000);
  feed.answer(0, 3, "c");
  feed.answer(0, 4, "d");
  const auto graph = feed.graph.snapshot();
  EXPECT_THAT(names(*graph), ::testing::ElementsAre("3:c", "4:d"));
  EXPECT_THAT(edges(*graph), ::testing::ElementsAre("0>1"));
  ASSERT_EQ(graph->branch_points.size(), 1U);
  EXPECT_EQ(graph->branch_points[0].samples, 1U);
  feed.lose(0, 2);
  EXPECT_THAT(names(*feed.graph.snapshot()), ::testing::ElementsAre("2:*", "3:c", "4:d"));
  feed.answer(0, 1, "a");
  feed.answer(0, 2, "b");
  EXPECT_THAT(edges(*feed.graph.snapshot()), ::testing::ElementsAre("s>0", "0>1", "1>2", "2>3"));
}

TEST(PathGraph, HandlesPathsOfUnequalLength) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 dst");
  feed.path(1, 1, "r1 b dst");
  feed.lose(0, 3);  // Past its end.
  const auto graph = feed.graph.snapshot();
  EXPECT_THAT(names(*graph), ::testing::ElementsAre("1:r1", "2:b", "2:dst", "3:dst"));
  EXPECT_EQ(graph->vertices[3].statistics.judged(), 0U);
}

TEST(PathGraph, RemembersPathsThatAllFlowsHaveLeft) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a dst");
  feed.path(0, 1, "r1 b dst");
  const auto graph = feed.graph.snapshot();
  ASSERT_EQ(graph->paths.size(), 2U);
  EXPECT_TRUE(graph->paths[0].flows->empty());
  EXPECT_THAT(graph->paths[0].vertices, ::testing::ElementsAre(0U, 1U, 3U));
  EXPECT_EQ(GraphFeeder::vertex(*graph, 2, "a")->flows, 0U);
}

TEST(PathGraph, ForgetsAPathThatAFlowWasOnlyThoughtToBeOn) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 * dst");
  feed.path(1, 1, "r1 a dst");
  feed.path(1, 2, "r1 b dst");
  feed.correct_path(0, 1, "r1 a dst");
  feed.correct_path(0, 3, "r1 c dst");
  const auto graph = feed.graph.snapshot();
  std::vector<std::uint32_t> ids;
  for (const GraphPath& path : graph->paths) ids.push_back(path.id);
  EXPECT_THAT(ids, ::testing::ElementsAre(1U, 2U, 3U));  // Flow 1 really was on path 1.
}

TEST(PathGraph, SharesUnchangedFlowListsBetweenSnapshots) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a");
  feed.path(1, 1, "r1 b");
  const auto before = feed.graph.snapshot();
  feed.answer(0, 1, "r1");
  feed.path(2, 1, "r1 b");
  const auto after = feed.graph.snapshot();
  EXPECT_NE(before, after);
  EXPECT_EQ(before->paths[0].flows, after->paths[0].flows);
  EXPECT_NE(before->paths[1].flows, after->paths[1].flows);
}

TEST(PathGraph, ShowsEveryAddressOfAHopBalancedPerPacket) {
  GraphFeeder feed;
  feed.path(0, 0, "r1 a! dst");
  feed.answer(0, 2, "a");
  feed.answer(0, 2, "b");
  const auto graph = feed.graph.snapshot();
  EXPECT_THAT(names(*graph), ::testing::ElementsAre("1:r1", "2:a", "2:b", "3:dst"));
  EXPECT_THAT(edges(*graph), ::testing::ElementsAre("s>0", "0>1", "0>2", "1>3"));
  EXPECT_TRUE(graph->vertices[1].per_packet);
  EXPECT_EQ(graph->branch_points[1].state, BranchState::kPerPacket);
}

TEST(PathGraph, KeepsABoundedNumberOfFormerVertices) {
  GraphFeeder feed;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    feed.path(0, i, "r1 x" + std::to_string(i) + " dst");
    feed.answer(0, 1, "r1");
    feed.now += 1s;
    while (feed.graph.advance(feed.now)) {
    }
  }
  const auto graph = feed.graph.snapshot();
  EXPECT_LT(graph->vertices.size(), 1200U);
  EXPECT_LT(graph->paths.size(), 300U);
}

}  // namespace
}  // namespace etr::model
