// Balancers per packet, from the first round on, as the path graph shows them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "support/engine_run.h"
#include "support/graph_every_second.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Balancing;
using simulation::testing::diamond;
using simulation::testing::link;

std::vector<std::shared_ptr<const PathGraph>> graphs_of(simulation::Network network,
                                                        std::uint64_t seed, std::uint32_t flows,
                                                        std::uint64_t rounds) {
  network.seed = seed;
  find_router(network, "r1")->balancing = Balancing::kPacket;
  EngineRunOptions options = options_for();
  options.engine.key = trace::RunKey::from_seed(seed);
  options.plan.flows = flows;
  options.plan.rounds = rounds;
  options.plan.round_interval = 1s;
  EngineRun run(network, options);
  GraphEverySecond observer(run);
  EXPECT_TRUE(run.engine->start().ok());
  EXPECT_TRUE(run.engine->run(observer).ok());
  return observer.graphs;
}

TEST(PerPacketBalancer, IsSeldomCalledFlappingWhileItIsBeingRecognized) {
  for (const std::uint32_t flows : {1U, 5U, 32U}) {
    int flapping = 0;
    int looks = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto graphs = graphs_of(diamond(2), seed, flows, 30);
      for (const auto& graph : graphs) {
        ++looks;
        flapping += count(*graph, BranchState::kFlapping);
      }
    }
    EXPECT_GT(looks, 500);
    EXPECT_LE(flapping, flows < 32 ? looks / 20 : looks / 100) << flows;
  }
}

TEST(PerPacketBalancer, IsRecognizedAtLongRoundTrips) {
  for (const std::uint32_t flows : {5U, 32U}) {
    for (const Duration delay : {25ms, 75ms, 120ms}) {  // Of each link; two lead to the next hops.
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto graphs = graphs_of(diamond(2, delay), seed, flows, 40);
        EXPECT_EQ(count(*graphs.back(), BranchState::kPerPacket), 1)
            << flows << " flows, seed " << seed << ", " << delay / 1ms << " ms";
      }
    }
  }
}

TEST(PerPacketBalancer, IsRecognizedWhereItsSharesAreUneven) {
  simulation::Network network = diamond(2);
  link(network, "r1", "r2.1").weight = 5;
  for (const std::uint32_t flows : {5U, 8U, 32U}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto graphs = graphs_of(network, seed, flows, 60);
      EXPECT_EQ(count(*graphs.back(), BranchState::kFlapping), 0) << flows << ' ' << seed;
      EXPECT_EQ(count(*graphs.back(), BranchState::kPerPacket), 1) << flows << ' ' << seed;
    }
  }
}

// The probes from before the recognition may have taken any of its next hops.
TEST(PerPacketBalancer, HasOneLossyLinkWhereOneOfItsNextHopsLoses) {
  simulation::Network network = diamond(4);
  link(network, "r1", "r2.3").forward.loss = 0.2;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto graphs = graphs_of(network, seed, 32, 80);
    for (std::size_t second = 40; second < graphs.size(); ++second) {
      EXPECT_LE(graphs[second]->lossy_links.size(), 1U);
      for (const LossyLink& loss : graphs[second]->lossy_links) EXPECT_GE(loss.flows, 28U);
    }
    ASSERT_EQ(graphs.back()->lossy_links.size(), 1U) << seed;
    EXPECT_NEAR(graphs.back()->lossy_links[0].rate, 0.05, 0.015);
  }
}

}  // namespace
}  // namespace etr::testing
