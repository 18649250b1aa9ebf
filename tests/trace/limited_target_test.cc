// A target that limits its answers, as hosts limit the port unreachables that UDP probes cause.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;

struct Pace {
  std::uint32_t flows = 5;
  Duration interval = 1s;
};

/// Six answers at once, then one a second, as Linux does by default.
EngineRun& run_to_limited_target(std::unique_ptr<EngineRun>& run, const Pace& pace,
                                 std::uint64_t seed) {
  simulation::Network network = simulation::testing::diamond(4);
  network.seed = seed;
  simulation::RateLimit limit;
  limit.per_second = 1;
  limit.burst = 6;
  network.targets[0].limit = limit;
  EngineRunOptions options = options_for(Protocol::kUdp);
  options.engine.key = trace::RunKey::from_seed(seed);
  options.plan.flows = pace.flows;
  options.plan.round_interval = pace.interval;
  options.plan.rounds = 40;
  run = std::make_unique<EngineRun>(network, options);
  return run->run();
}

class LimitedTarget : public ::testing::TestWithParam<Pace> {};

/// As many flows as answers at once, or fewer.
class LimitedTargetOfFewFlows : public LimitedTarget {};

TEST_P(LimitedTargetOfFewFlows, StaysAtItsTtlOnOnePathPerWay) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::unique_ptr<EngineRun> run;
    run_to_limited_target(run, GetParam(), seed);
    std::map<std::uint32_t, std::set<std::vector<std::optional<IpAddress>>>> ways;
    std::set<std::vector<std::optional<IpAddress>>> all;
    for (const auto& path : run->observer.paths) {
      if (path.round < 10) continue;
      ways[path.path_id].insert(run->truth(path, 0s));
      all.insert(run->truth(path, 0s));
      if (path.reached) {
        EXPECT_EQ(path.hops.back().ttl, 4);
      }
    }
    EXPECT_EQ(ways.size(), all.size()) << "seed " << seed;
    for (const auto& [id, seen] : ways) EXPECT_EQ(seen.size(), 1U) << "seed " << seed;
    const auto graph = run->summary.snapshot->graphs.at(0);
    for (const GraphVertex& vertex : graph->vertices) {
      if (vertex.address && vertex.flows > 0) {
        EXPECT_LE(vertex.ttl, 4) << "seed " << seed;
      }
    }
  }
}

TEST_P(LimitedTarget, IsNotSimplyCalledLossOfTheLinkToIt) {
  std::unique_ptr<EngineRun> run;
  const auto graph = run_to_limited_target(run, GetParam(), 1).summary.snapshot->graphs.at(0);
  ASSERT_EQ(graph->lossy_links.size(), 1U);
  EXPECT_TRUE(graph->lossy_links[0].or_withheld);
}

INSTANTIATE_TEST_SUITE_P(Paces, LimitedTarget,
                         ::testing::Values(Pace{5, 1s}, Pace{16, 2s}, Pace{1, 500ms}));
INSTANTIATE_TEST_SUITE_P(Paces, LimitedTargetOfFewFlows,
                         ::testing::Values(Pace{5, 1s}, Pace{1, 500ms}));

TEST(LossyLinkToATarget, IsLossWhereTheTargetAnswersByTcpOrAnotherHopLiesBeyond) {
  for (const bool last : {true, false}) {
    simulation::Network network = simulation::testing::diamond(4);
    if (last) {
      simulation::testing::link(network, "r3", "target").forward.loss = 0.3;
    } else {
      simulation::testing::link(network, "r1", "r2.2").forward.loss = 0.3;
    }
    EngineRunOptions options = options_for(last ? Protocol::kTcp : Protocol::kUdp);
    options.plan.flows = 8;
    options.plan.rounds = 60;
    EngineRun run(network, options);
    const auto graph = run.run().summary.snapshot->graphs.at(0);
    ASSERT_EQ(graph->lossy_links.size(), 1U);
    EXPECT_FALSE(graph->lossy_links[0].or_withheld);
  }
}

}  // namespace
}  // namespace etr::testing
