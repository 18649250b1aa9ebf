// A route that switches every 0.7 s, in the records, the events and the path graph.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "support/engine_run.h"
#include "support/graph_every_second.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Router;
using simulation::testing::change;
using simulation::testing::line;
using simulation::testing::router;
using simulation::testing::to;

constexpr Duration kSwitch = 700ms;

/// r1 forwards everything through s2 and s3 or through r2 and r3, and switches every 0.7 s; with
/// `hops` 1, through s2 or r2. `loss`: of the link to s2; `stay`: instead of 0.7 s; `delay`: of
/// each link.
simulation::Network flapping(unsigned hops, Duration length, double loss = 0,
                             Duration stay = kSwitch, Duration delay = 1ms) {
  simulation::Network network = line(4, delay);
  network.routers.push_back(router("s2", 2, 9));
  network.routers.push_back(router("s3", 3, 9));
  find_router(network, "s2")->next = {to(hops == 1 ? "r3" : "s3")};
  find_router(network, "s3")->next = {to("r4")};
  bool away = true;
  for (Duration at = stay; at < length; at += stay, away = !away) {
    change<Router>(network, at, "r1", [&](Router& r1) {
      r1.next = {to(away ? "s2" : "r2", delay)};
      if (away) r1.next[0].forward.loss = loss;
    });
  }
  return network;
}

struct Flap {
  unsigned hops = 2;
  Duration interval = 500ms;
  std::uint32_t flows = 8;
};

class FlappingRoute : public ::testing::TestWithParam<Flap> {
 protected:
  EngineRun& traced(std::uint64_t seed) {
    EngineRunOptions options = options_for();
    options.plan.flows = GetParam().flows;
    options.plan.rounds = static_cast<std::uint64_t>(60s / GetParam().interval);
    options.plan.round_interval = GetParam().interval;
    options.engine.timeout = 400ms;
    simulation::Network network = flapping(GetParam().hops, 62s);
    network.seed = seed;
    run_ = std::make_unique<EngineRun>(network, options);
    start_ = run_->transport.clock().utc();
    return run_->run();
  }
  /// The route did not switch during the round.
  bool calm(const Path& path) const {
    const Duration margin = 20ms;
    return (path.started - start_ - margin) / kSwitch ==
           (path.finished - start_ + margin) / kSwitch;
  }

  std::unique_ptr<EngineRun> run_;
  Timestamp start_{};
};

// Every round that sees one of the two routes as a whole has the id and the hash of that route.
TEST_P(FlappingRoute, IsFollowedByIdAndHashInEachRound) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const EngineRun& run = traced(seed);
    std::map<std::string, std::set<std::pair<std::uint32_t, std::string>>> names;
    for (const Path& path : run.observer.paths) {
      if (calm(path)) names[hops_of(path)[1]].insert({path.path_id, path.path_hash});
    }
    ASSERT_EQ(names.size(), 2U);
    const auto& one = names.begin()->second;
    const auto& other = names.rbegin()->second;
    EXPECT_EQ(one.size(), 1U) << "seed " << seed;
    EXPECT_EQ(other.size(), 1U) << "seed " << seed;
    EXPECT_NE(one.begin()->first, other.begin()->first);
    EXPECT_NE(one.begin()->second, other.begin()->second);
  }
}

// Changes back and forth between two paths are combined into few events with their rate; the counts
// of the events add up to the number of changes.
TEST_P(FlappingRoute, IsReportedWithARateAndLosesNoChange) {
  const EngineRun& run = traced(1);
  std::uint64_t changes = 0;
  for (const auto& flow : run.summary.snapshot->flows) changes += flow->path_changes;
  std::uint64_t reported = 0;
  std::size_t events = 0;
  std::size_t with_rate = 0;
  for (const Event& event : run.observer.of_kind(EventKind::kPathChange)) {
    const PathChange& moved = *event.change;
    EXPECT_NE(moved.old_path_hash, moved.new_path_hash) << event.text;
    EXPECT_NE(moved.old_path_id, moved.new_path_id) << event.text;
    EXPECT_FALSE(moved.hops.empty());
    reported += event.count;
    ++events;
    if (moved.per_second == 0 || moved.flows < GetParam().flows) continue;
    ++with_rate;
    EXPECT_THAT(event.text, ::testing::HasSubstr(" changes a second, "));
    if (GetParam().interval == 500ms) {
      EXPECT_NEAR(moved.per_second, 1 / 0.7, 0.3) << event.text;
    }
  }
  EXPECT_EQ(reported, changes);
  EXPECT_GE(with_rate, 3U);
  EXPECT_LE(events, 40U) << "of " << changes << " changes";
}

// A reader of the records meets no line that is older than one before it.
TEST_P(FlappingRoute, IsReportedInOrderOfTime) {
  const EngineRun& run = traced(1);
  EXPECT_TRUE(std::is_sorted(run.observer.times.begin(), run.observer.times.end()));
}

INSTANTIATE_TEST_SUITE_P(Branches, FlappingRoute,
                         ::testing::Values(Flap{2, 500ms}, Flap{2, 2s}, Flap{1, 500ms}, Flap{1, 2s},
                                           Flap{2, 2s, 16}, Flap{2, 2s, 48}));

struct Branch {
  Duration interval;
  std::uint32_t flows;
  double loss = 0;
  Duration stay = kSwitch;
  Duration delay = 1ms;
  Duration length = 40s;
};

class BranchPointOfAFlappingRoute : public ::testing::TestWithParam<Branch> {};

// With 48 flows and the default rate a round takes four times as long as the route stays.
TEST_P(BranchPointOfAFlappingRoute, IsNotCalledPerPacket) {
  for (std::uint64_t seed = 1; seed <= 7; ++seed) {
    EngineRunOptions options = options_for();
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = GetParam().flows;
    options.plan.rounds = static_cast<std::uint64_t>(GetParam().length / GetParam().interval);
    options.plan.round_interval = GetParam().interval;
    simulation::Network network =
        flapping(1, 180s, GetParam().loss, GetParam().stay, GetParam().delay);
    network.seed = seed;
    EngineRun run(network, options);
    GraphEverySecond observer(run);
    ASSERT_TRUE(run.engine->start().ok());
    ASSERT_TRUE(run.engine->run(observer).ok());
    int per_packet = 0;
    for (const auto& graph : observer.graphs) per_packet += count(*graph, BranchState::kPerPacket);
    EXPECT_EQ(per_packet, 0) << "seed " << seed;
    EXPECT_EQ(count(*observer.graphs.back(), BranchState::kFlapping), 1) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rounds, BranchPointOfAFlappingRoute,
    ::testing::Values(Branch{300ms, 32}, Branch{500ms, 32}, Branch{700ms, 48}, Branch{1s, 5},
                      Branch{1s, 5, 0, 300ms, 40ms}, Branch{500ms, 8, 0, 300ms, 40ms},
                      Branch{1s, 1, 0, 300ms, 40ms}, Branch{2s, 16, 0, 500ms, 1ms, 90s},
                      Branch{1s, 8, 0, 300ms, 1ms, 90s}, Branch{1s, 8, 0, 200ms, 1ms, 90s},
                      Branch{1s, 5, 0.2}, Branch{200ms, 3, 0.1}, Branch{1s, 32, 0.2}));

}  // namespace
}  // namespace etr::testing
