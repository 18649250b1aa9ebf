#include "etr/branch_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace etr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string host(const IpAddress& address) { return address.to_string(); }

std::uint32_t add_vertex(PathGraph& graph, std::uint8_t ttl, const std::string& address,
                         bool per_packet = false) {
  GraphVertex vertex;
  vertex.ttl = ttl;
  vertex.address = IpAddress::parse(address);
  vertex.per_packet = per_packet;
  graph.vertices.push_back(vertex);
  return static_cast<std::uint32_t>(graph.vertices.size() - 1);
}

void add_edge(PathGraph& graph, std::optional<std::uint32_t> from, std::uint32_t to) {
  GraphEdge edge;
  edge.from = from;
  edge.to = to;
  graph.edges.push_back(edge);
}

void add_branch(PathGraph& graph, std::optional<std::uint32_t> vertex, BranchState state) {
  BranchPoint point;
  point.vertex = vertex;
  point.state = state;
  graph.branch_points.push_back(point);
}

/// 10.0.1.1 leads to 10.0.2.1 and 10.0.2.2.
PathGraph fork(BranchState state) {
  PathGraph graph;
  const auto first = add_vertex(graph, 1, "10.0.1.1");
  const bool per_packet = state == BranchState::kPerPacket;
  add_edge(graph, std::nullopt, first);
  for (const char* next : {"10.0.2.1", "10.0.2.2"}) {
    add_edge(graph, first, add_vertex(graph, 2, next, per_packet));
  }
  add_branch(graph, std::nullopt, BranchState::kClosed);
  add_branch(graph, first, state);
  return graph;
}

TEST(BranchText, IsEmptyWhereEachFlowKeepsItsNextHop) {
  for (const auto state : {BranchState::kOpen, BranchState::kClosed, BranchState::kCapped}) {
    EXPECT_THAT(branch_lines(fork(state), host), IsEmpty());
  }
}

TEST(BranchText, NamesTheRouterBeforeFlappingAndItsNextHops) {
  EXPECT_THAT(branch_lines(fork(BranchState::kFlapping), host),
              ElementsAre("flapping beyond 10.0.1.1 (TTL 1): 10.0.2.1, 10.0.2.2"));
}

TEST(BranchText, NamesThisHostAndSilentHops) {
  PathGraph graph;
  const auto silent = add_vertex(graph, 1, "silent");
  add_edge(graph, std::nullopt, silent);
  add_edge(graph, silent, add_vertex(graph, 2, "10.0.2.1"));
  add_branch(graph, std::nullopt, BranchState::kFlapping);
  add_branch(graph, silent, BranchState::kFlapping);
  EXPECT_THAT(branch_lines(graph, host),
              ElementsAre("flapping beyond this host", "flapping beyond ??? (TTL 1)"));
}

TEST(BranchText, ListsTheRoutersOfEachTtlBalancedPerPacket) {
  PathGraph graph = fork(BranchState::kPerPacket);
  add_edge(graph, 1, add_vertex(graph, 3, "10.0.3.2", true));
  add_edge(graph, 2, add_vertex(graph, 3, "10.0.3.1", true));
  add_edge(graph, 2, add_vertex(graph, 3, "10.0.3.3"));
  add_branch(graph, 1, BranchState::kPerPacket);
  add_branch(graph, 2, BranchState::kPerPacket);
  EXPECT_THAT(branch_lines(graph, host),
              ElementsAre("per-packet balancing at TTL 2: 10.0.2.1, 10.0.2.2",
                          "per-packet balancing at TTL 3: 10.0.3.1, 10.0.3.2"));
}

TEST(BranchText, ListsAtMostEightAddresses) {
  PathGraph graph = fork(BranchState::kFlapping);
  for (int i = 3; i <= 11; ++i) {
    add_edge(graph, 0, add_vertex(graph, 2, "10.0.2." + std::to_string(i)));
  }
  EXPECT_THAT(branch_lines(graph, host),
              ElementsAre(testing::AllOf(testing::HasSubstr(", 10.0.2.8 and 3 more"),
                                         testing::Not(testing::HasSubstr("10.0.2.9")))));
}

}  // namespace
}  // namespace etr
