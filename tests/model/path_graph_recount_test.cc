// A graph compared with a recount of all that happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "graph_feeder.h"
#include "model/path_graph.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::address;
using testing::GraphFeeder;

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
