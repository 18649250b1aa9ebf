#include "model/path_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "graph_feeder.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::address;
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

using Verdicts = std::deque<bool>;  ///< The last ones; true: lost.

/// Expected figures of a flow, derived from its history.
struct Shadow {
  /// What it left behind on a former path.
  struct Left {
    std::size_t first = 0;
    std::vector<std::string> hops;  ///< From index `first` on.
    std::vector<Verdicts> lost;
    std::size_t verdicts = 0;  ///< Since then, at index `first`.
  };
  bool probed = false;
  std::vector<std::string> hops;
  std::vector<Verdicts> lost;  ///< By TTL - 1.
  std::vector<Left> left;

  void move(const std::vector<std::string>& route) {
    std::size_t same = 0;
    while (same < hops.size() && same < route.size() && hops[same] == route[same]) ++same;
    probed = true;
    if (same == route.size()) return;
    std::erase_if(left, [&](const Left& one) { return one.first > same; });
    Left leaving{same, {}, {}, 0};
    for (std::size_t i = same; i < hops.size(); ++i) {
      leaving.hops.push_back(hops[i]);
      leaving.lost.push_back(lost[i]);
    }
    hops = route;
    lost.resize(same);
    lost.resize(hops.size());
    for (Left& one : left) {
      while (one.first >= same && !one.hops.empty() && one.first < hops.size() &&
             one.hops.front() == hops[one.first]) {
        lost[one.first++] = one.lost.front();
        one.hops.erase(one.hops.begin());
        one.lost.erase(one.lost.begin());
      }
    }
    std::erase_if(left, [](const Left& one) { return one.hops.empty(); });
    if (leaving.hops.empty()) return;
    if (left.size() == 4) left.erase(left.begin());
    left.push_back(leaving);
  }

  void count(std::size_t index, bool is_lost) {
    for (Left& one : left) one.verdicts += one.first == index ? 1 : 0;
    std::erase_if(left, [](const Left& one) { return one.verdicts == RecentVerdicts::kSize; });
    lost[index].push_back(is_lost);
    if (lost[index].size() > RecentVerdicts::kSize) lost[index].pop_front();
  }

  /// All recent verdicts at a router, on the present path and on former ones.
  Verdicts at(std::size_t index, const std::string& name) const {
    Verdicts all;
    const auto add = [&](const Verdicts& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (index < hops.size() && hops[index] == name) add(lost[index]);
    for (const Left& one : left) {
      if (index < one.first || index - one.first >= one.hops.size()) continue;
      if (one.hops[index - one.first] == name) add(one.lost[index - one.first]);
    }
    return all;
  }
};

// Flows start, stop and move between paths that share vertices; every figure must equal a recount.
TEST(PathGraph, EqualsARecountAfterRandomOperations) {
  const std::vector<std::vector<std::string>> routes{
      {"r1", "a", "c", "dst"}, {"r1", "b", "c", "dst"}, {"r1", "b", "d", "dst"},
      {"q1", "a", "d", "dst"}, {"r1", "a", "dst"},      {"q1", "e", "c", "f", "dst"}};
  const std::vector<std::string> names{"r1", "q1", "a", "b", "c", "d", "e", "f", "dst"};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    GraphFeeder feed;
    std::vector<Shadow> flows(12);
    for (int step = 0; step < 3000; ++step) {
      const auto flow = static_cast<std::uint32_t>(random() % flows.size());
      Shadow& shadow = flows[flow];
      const std::uint64_t what = random() % 100;
      if (what < 3 || !shadow.probed) {
        const std::size_t route = random() % routes.size();
        std::string words;
        for (const std::string& hop : routes[route]) words += hop + " ";
        feed.path(flow, static_cast<std::uint32_t>(route), words);
        shadow.move(routes[route]);
      } else if (what < 4) {
        feed.graph.retire_flow(flow);
        shadow = {};
      } else if (what < 6) {
        feed.graph.advance(feed.now += 50ms);
      } else {
        const auto ttl = static_cast<std::uint8_t>(1 + random() % shadow.hops.size());
        const bool lost = random() % 3 == 0;
        lost ? feed.lose(flow, ttl) : feed.answer(flow, ttl, shadow.hops[ttl - 1U]);
        shadow.count(ttl - 1U, lost);
      }
    }
    const auto graph = feed.graph.snapshot();
    for (const GraphVertex& vertex : graph->vertices) {
      std::uint64_t count = 0;
      std::uint64_t judged = 0;
      std::uint64_t lost = 0;
      for (const Shadow& shadow : flows) {
        const std::size_t index = vertex.ttl - std::size_t{1};
        for (const std::string& name : names) {
          if (vertex.address != address(name)) continue;
          count += index < shadow.hops.size() && shadow.hops[index] == name ? 1U : 0U;
          const Verdicts verdicts = shadow.at(index, name);
          judged += verdicts.size();
          lost += static_cast<std::uint64_t>(std::count(verdicts.begin(), verdicts.end(), true));
        }
      }
      EXPECT_EQ(vertex.flows, count);
      EXPECT_EQ(vertex.statistics.recent_judged, judged);
      EXPECT_EQ(vertex.statistics.recent_lost, lost);
    }
    for (const GraphPath& path : graph->paths) {
      std::uint64_t judged = 0;
      std::uint64_t count = 0;
      for (const Shadow& shadow : flows) {
        if (!shadow.probed || shadow.hops != routes[path.id]) continue;
        ++count;
        judged += shadow.lost.back().size();
      }
      EXPECT_EQ(path.flows->size(), count);
      EXPECT_EQ(path.at_end.recent_judged, judged);
    }
  }
}

}  // namespace
}  // namespace etr::model
