// Statistical guarantees on loss, over many seeded runs against the simulated networks. A 95 %
// guarantee may fail in 5 % of runs; the number of failures among n runs is bounded such that a
// true rate of 5 % exceeds the bound once in a thousand times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "model/wilson.h"
#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Network;
using simulation::RateLimit;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::link;

/// Smallest k with P(more than k failures in n runs of probability p) < 0.001.
int most_failures(int runs, double p) {
  double term = std::pow(1 - p, runs);
  double sum = term;
  int k = 0;
  while (1 - sum > 0.001) {
    ++k;
    term *= (runs - k + 1) / static_cast<double>(k) * p / (1 - p);
    sum += term;
  }
  return k;
}

TEST(MostFailures, IsTheBinomialQuantile) {
  EXPECT_EQ(most_failures(100, 0.05), 13);  // P(X > 13) = 0.0005, P(X > 12) = 0.0015.
  EXPECT_EQ(most_failures(1, 0.0005), 0);
}

/// One run; the seed is that of the engine and of the network.
std::unique_ptr<EngineRun> play(Network network, std::uint64_t seed, std::uint64_t rounds,
                                std::uint32_t flows = 5) {
  network.seed = seed;
  EngineRunOptions options = options_for();
  options.engine.key = trace::RunKey::from_seed(seed);
  options.plan.rounds = rounds;
  options.plan.flows = flows;
  auto run = std::make_unique<EngineRun>(std::move(network), options);
  run->run();
  return run;
}

/// Classes at one TTL over all flows, at the end of a run.
std::map<HopClass, int> classes_at(const EngineRun& run, std::uint8_t ttl) {
  std::map<HopClass, int> found;
  for (const auto& flow : run.summary.snapshot->flows) {
    if (flow->hops.size() >= ttl) ++found[flow->hops[ttl - 1U].hop_class];
  }
  return found;
}

Network lossy_beyond_r2() {
  Network network = line(5);
  link(network, "r2", "r3").forward.loss = 0.2;
  return network;
}

TEST(Promises, FindsALinuxRouterLimitedWithFiveFlows) {
  constexpr int kRuns = 60;
  int missed = 0;
  for (int seed = 1; seed <= kRuns; ++seed) {
    Network network = line(5);
    for (simulation::Router& router : network.routers) router.limit = RateLimit{1, 6};
    const auto run = play(network, static_cast<std::uint64_t>(seed), 40);
    bool right = true;
    for (std::uint8_t ttl = 1; ttl <= 5; ++ttl) {
      right = right && classes_at(*run, ttl) == std::map<HopClass, int>{{HopClass::kLimited, 5}};
    }
    right = right && classes_at(*run, 6) == std::map<HopClass, int>{{HopClass::kAnswering, 5}};
    missed += right ? 0 : 1;
  }
  EXPECT_LE(missed, most_failures(kRuns, 0.05));
}

TEST(Promises, CallsEveryHopBeyondALossyLinkLossyAndNeverLimited) {
  constexpr int kRuns = 100;
  int not_lossy_at_the_end = 0;
  int limited_in_some_record = 0;
  int interval_without_the_truth = 0;
  for (int seed = 1; seed <= kRuns; ++seed) {
    const auto run = play(lossy_beyond_r2(), static_cast<std::uint64_t>(seed), 40);
    bool right = true;
    for (std::uint8_t ttl = 1; ttl <= 6; ++ttl) {
      const HopClass wanted = ttl <= 2 ? HopClass::kAnswering : HopClass::kLossy;
      right = right && classes_at(*run, ttl) == std::map<HopClass, int>{{wanted, 5}};
    }
    not_lossy_at_the_end += right ? 0 : 1;
    bool limited = false;
    for (const Path& path : run->observer.paths) {
      for (const Hop& hop : path.hops) limited = limited || hop.hop_class == HopClass::kLimited;
    }
    limited_in_some_record += limited ? 1 : 0;
    std::uint64_t lost = 0;
    std::uint64_t verdicts = 0;
    for (const auto& flow : run->summary.snapshot->flows) {
      lost += flow->hops[2].lost;
      verdicts += flow->hops[2].lost + flow->hops[2].answered;
    }
    const model::Interval interval = model::wilson(lost, verdicts);
    interval_without_the_truth += interval.low <= 0.2 && 0.2 <= interval.high ? 0 : 1;
  }
  EXPECT_LE(not_lossy_at_the_end, most_failures(kRuns, 0.05));
  EXPECT_LE(limited_in_some_record, most_failures(kRuns, 0.05));
  EXPECT_LE(interval_without_the_truth, most_failures(kRuns, 0.05));
}

// Jitter makes SYNs overtake each other, so that the service answers one of two: rarely, the target
// has lost a probe that no link lost. That is too little to judge it by.
TEST(Promises, NeverCallsALosslessHopLossy) {
  int hops = 0;
  int unknown = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Network network = diamond(4);
    for (simulation::Link& uplink : network.source.next) uplink.forward.jitter = 5ms;
    const auto run = play(network, seed, 20, 16);
    for (const Path& path : run->observer.paths) {
      for (const Hop& hop : path.hops) {
        ASSERT_NE(hop.hop_class, HopClass::kLossy);
        ASSERT_NE(hop.hop_class, HopClass::kLimited);
        unknown += hop.hop_class == HopClass::kUnknown ? 1 : 0;
        ++hops;
      }
    }
  }
  EXPECT_LE(unknown, hops / 500);
}

TEST(Promises, DoesNotReportALimitedRoutersSilenceAsLoss) {
  constexpr int kRuns = 60;
  int runs_with_a_lossy_hop = 0;
  for (int seed = 1; seed <= kRuns; ++seed) {
    Network network = line(5);
    simulation::find_router(network, "r3")->limit = RateLimit{1, 6};
    const auto run = play(network, static_cast<std::uint64_t>(seed), 40);
    bool lossy = false;
    for (const Path& path : run->observer.paths) {
      for (const Hop& hop : path.hops) lossy = lossy || hop.hop_class == HopClass::kLossy;
    }
    runs_with_a_lossy_hop += lossy ? 1 : 0;
  }
  EXPECT_LE(runs_with_a_lossy_hop, most_failures(kRuns, 0.05));
}

TEST(Promises, NeverChangesThePathBecauseOfLoss) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Network network = diamond(8);
    for (simulation::Link& uplink : network.source.next) uplink.forward.loss = 0.3;
    const auto run = play(network, seed, 20, 8);
    EXPECT_TRUE(run->observer.of_kind(EventKind::kPathChange).empty()) << "seed " << seed;
    std::map<std::uint32_t, std::uint32_t> ids;
    for (const Path& path : run->observer.paths) {
      // Which of several paths it is may turn out later.
      if (path.path_knowledge != PathKnowledge::kWhole) continue;
      EXPECT_EQ(ids.emplace(path.flow, path.path_id).first->second, path.path_id)
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace etr::testing
