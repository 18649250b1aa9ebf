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

/// Six replies at once, then one a second, as Linux does by default.
simulation::RateLimit linux_limit() { return {.per_second = 1, .burst = 6}; }

EngineRun& run_to_limited_target(std::unique_ptr<EngineRun>& run, const Pace& pace,
                                 std::uint64_t seed) {
  simulation::Network network = simulation::testing::diamond(4);
  network.seed = seed;
  network.targets[0].limit = linux_limit();
  EngineRunOptions options = options_for(Protocol::kUdp);
  options.engine.key = trace::RunKey::from_seed(seed);
  options.plan.flows = pace.flows;
  options.plan.round_interval = pace.interval;
  options.plan.rounds = 40;
  run = std::make_unique<EngineRun>(network, options);
  return run->run();
}

/// The hops of records of the last rounds that show the target, or have as many.
std::set<std::size_t> lengths(const EngineRun& run, std::uint64_t from_round) {
  std::set<std::size_t> found;
  for (const Path& path : run.observer.paths) {
    if (path.round >= from_round) found.insert(path.hops.size());
  }
  return found;
}

std::set<std::vector<std::optional<IpAddress>>> true_paths(const EngineRun& run) {
  std::set<std::vector<std::optional<IpAddress>>> paths;
  for (const Path& path : run.observer.paths) paths.insert(run.truth(path, 0s));
  return paths;
}

std::set<std::uint32_t> path_ids(const EngineRun& run, std::uint64_t from_round) {
  std::set<std::uint32_t> ids;
  for (const Path& path : run.observer.paths) {
    if (path.round >= from_round) ids.insert(path.path_id);
  }
  return ids;
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

/// More flows than answers at once: most are first heard beyond the TTL of the target.
TEST(LimitedTargetOfManyFlows, StaysAtItsTtlOnOnePathPerWay) {
  for (const std::uint32_t flows : {8U, 16U, 64U}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      std::unique_ptr<EngineRun> run;
      run_to_limited_target(run, {flows, 2s}, seed);
      EXPECT_EQ(lengths(*run, 10), std::set<std::size_t>{4}) << flows << " flows, seed " << seed;
      EXPECT_EQ(path_ids(*run, 10).size(), true_paths(*run).size())
          << flows << " flows, seed " << seed;
    }
  }
}

/// Each branch has a last router of its own, so that few flows share what is known of it.
TEST(LimitedTargetOfBranches, StaysAtItsTtl) {
  for (const std::uint32_t flows : {5U, 16U, 64U}) {
    int right = 0;
    int all = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      simulation::Network network = simulation::testing::tiers({1, 4});
      network.seed = seed;
      network.targets[0].limit = linux_limit();
      EngineRunOptions options = options_for(Protocol::kUdp);
      options.engine.key = trace::RunKey::from_seed(seed);
      options.plan.flows = flows;
      options.plan.rounds = 120;
      options.plan.round_interval = 1s;
      EngineRun run(network, options);
      run.run();
      for (const Path& path : run.observer.paths) {
        if (path.round < 60) continue;
        ++all;
        right += path.hops.size() == 3 ? 1 : 0;
      }
    }
    EXPECT_GE(right, all * 19 / 20) << flows << " flows, of " << all;
  }
}

/// Behind r2 the target is at TTL 4, and at TTL 5 over one more silent router.
TEST(LimitedTargetOfUnequalPaths, IsFoundBeyondASilentRouterMoreThanOnOtherPaths) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulation::Network network = simulation::testing::line(2);
    network.seed = seed;
    network.targets[0].limit = linux_limit();
    for (const char* id : {"s3", "t3", "t4"}) {
      network.routers.push_back(simulation::testing::router(id, 3));
      network.routers.back().silent = true;
    }
    using simulation::testing::to;
    simulation::testing::links(network, "r2") = {to("s3"), to("t3")};
    simulation::testing::links(network, "s3") = {to("target")};
    simulation::testing::links(network, "t3") = {to("t4")};
    simulation::testing::links(network, "t4") = {to("target")};
    EngineRunOptions options = options_for(Protocol::kUdp);
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.rounds = 200;
    options.plan.round_interval = 1s;
    EngineRun run(network, options);
    run.run();
    int right = 0;
    int all = 0;
    for (const Path& path : run.observer.paths) {
      if (path.round < 100) continue;
      ++all;
      right += path.hops.size() == run.truth(path, 0s).size() ? 1 : 0;
    }
    EXPECT_GE(right, all * 9 / 10) << "seed " << seed;
  }
}

TEST(DeadLinkToALimitedTarget, IsNotThePathOfItsSibling) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulation::Network network = simulation::testing::diamond(2);
    network.seed = seed;
    network.targets[0].limit = linux_limit();
    simulation::testing::link(network, "r3", "target").forward.loss = 1;
    simulation::testing::links(network, "r3").push_back(simulation::testing::to("target"));
    EngineRunOptions options = options_for(Protocol::kUdp);
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 8;
    options.plan.rounds = 160;
    options.plan.round_interval = 1s;
    EngineRun run(network, options);
    run.run();
    std::set<std::uint32_t> alive;
    for (const Path& path : run.observer.paths) {
      if (path.reached) alive.insert(path.flow);
    }
    EXPECT_LT(alive.size(), 8U) << "seed " << seed << ": no flow on the dead link";
    std::map<std::uint32_t, std::set<bool>> ids;
    for (const Path& path : run.observer.paths) {
      if (path.round >= 120) ids[path.path_id].insert(alive.contains(path.flow));
    }
    for (const auto& [id, both] : ids) EXPECT_EQ(both.size(), 1U) << "seed " << seed;
  }
}

/// r2 leads to the target directly, and over two silent routers.
TEST(SilentRoutersBeforeTheTarget, CountInTheLengthOfTheirPath) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulation::Network network = simulation::testing::line(2);
    network.seed = seed;
    network.routers.push_back(simulation::testing::router("s3", 3));
    network.routers.push_back(simulation::testing::router("s4", 4));
    network.routers[2].silent = network.routers[3].silent = true;
    simulation::testing::links(network, "r2").push_back(simulation::testing::to("s3"));
    simulation::testing::links(network, "s3").push_back(simulation::testing::to("s4"));
    simulation::testing::links(network, "s4").push_back(simulation::testing::to("target"));
    EngineRunOptions options = options_for(seed % 2 == 0 ? Protocol::kTcp : Protocol::kUdp);
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 16;
    options.plan.rounds = 30;
    EngineRun run(network, options);
    run.run();
    for (const Path& path : run.observer.paths) {
      EXPECT_TRUE(path.reached) << "seed " << seed;
      EXPECT_EQ(path.hops.size(), run.truth(path, 0s).size()) << "seed " << seed;
    }
  }
}

/// Its replies to probes that expire there and to those that it blocks share the limit.
TEST(LimitedRouterThatBlocks, IsWhereThePathEnds) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulation::Network network = simulation::testing::diamond(4);
    network.seed = seed;
    for (simulation::Router& router : network.routers) {
      if (router.id != "r3") continue;
      router.limit = linux_limit();
      router.blocks.push_back({{}, {}, simulation::UnreachableCode{}});
    }
    EngineRunOptions options = options_for(Protocol::kUdp);
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.round_interval = 2s;
    options.plan.rounds = 60;
    EngineRun run(network, options);
    run.run();
    EXPECT_EQ(lengths(run, 15), std::set<std::size_t>{4}) << "seed " << seed;
    std::set<std::uint32_t> heard;
    for (const Path& path : run.observer.paths) {
      if (path.blocked) heard.insert(path.flow);
    }
    EXPECT_GE(heard.size(), 2U) << "seed " << seed;
    for (const auto& flow : run.summary.snapshot->flows) {
      EXPECT_EQ(flow->blocked.has_value(), heard.contains(flow->flow)) << "seed " << seed;
    }
    EXPECT_EQ(path_ids(run, 15).size(), true_paths(run).size()) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Paces, LimitedTarget,
                         ::testing::Values(Pace{5, 1s}, Pace{16, 2s}, Pace{1, 500ms}));
INSTANTIATE_TEST_SUITE_P(Paces, LimitedTargetOfFewFlows,
                         ::testing::Values(Pace{5, 1s}, Pace{1, 500ms}));

/// Four routers in a row, and a target that never answers.
TEST(RoutersThatAllLimit, AreNotSimplyCalledALossyLink) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulation::Network network = simulation::testing::line(4);
    network.seed = seed;
    for (simulation::Router& router : network.routers) router.limit = linux_limit();
    network.targets[0].dark = true;
    EngineRunOptions options = options_for(Protocol::kUdp);
    options.plan.rounds = 40;
    EngineRun run(network, options);
    const auto graph = run.run().summary.snapshot->graphs.at(0);
    for (const LossyLink& loss : graph->lossy_links) EXPECT_TRUE(loss.or_withheld) << seed;
    if (graph->shared_loss) {
      EXPECT_TRUE(graph->shared_loss->or_withheld) << seed;
    }
  }
}

TEST(SharedLoss, IsNoLimitWhereTheTargetAnswersByTcp) {
  simulation::Network network = simulation::testing::line(4);
  simulation::testing::links(network, "source")[0].forward.loss = 0.3;
  EngineRunOptions options = options_for(Protocol::kTcp);
  options.plan.rounds = 60;
  EngineRun run(network, options);
  const auto graph = run.run().summary.snapshot->graphs.at(0);
  ASSERT_TRUE(graph->shared_loss.has_value());
  EXPECT_FALSE(graph->shared_loss->or_withheld);
}

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
