// An open UDP service: its replies do not say which probe they answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::PortState;
using simulation::Router;
using simulation::testing::change;
using simulation::testing::line;
using simulation::testing::to;
using ::testing::ElementsAre;

// Defect A15 of the Go etr, docs/compatibility.md: replies of an open UDP service were dropped.
TEST(OpenUdpService, CountsAsReachedAtItsOwnTtl) {
  for (const Duration delay : {Duration(1ms), Duration(20ms), Duration(100ms)}) {
    for (const Duration ttl_delay : {Duration(0), Duration(10ms)}) {
      simulation::Network network = line(4, delay);
      network.targets[0].udp = PortState::kOpen;
      EngineRunOptions options = one_flow(5, Protocol::kUdp);
      options.plan.flows = 8;
      options.plan.ttl_delay = ttl_delay;
      options.engine.timeout = 2s;
      options.plan.round_interval = 3s;
      EngineRun run(network, options);
      run.run();
      EXPECT_EQ(run.observer.paths.size(), 40U);
      for (const Path& path : run.observer.paths) {
        EXPECT_TRUE(path.reached);
        ASSERT_EQ(path.hops.size(), 5U) << "round " << path.round << " delay " << delay.count();
        for (const Hop& hop : path.hops) {
          ASSERT_TRUE(hop.reply) << int{hop.ttl} << " in round " << path.round;
          EXPECT_EQ(*hop.reply->rtt, hop.ttl * 2 * delay);
        }
        EXPECT_EQ(path.hops[4].reply->kind, ReplyKind::kData);
      }
    }
  }
}

// A repeated reply that arrives while a probe of the next round is on its way to a router is not
// the reply to that probe.
TEST(OpenUdpService, ThatRepeatsItsReplyIsNotTakenForNearer) {
  for (const Duration later : {Duration(700ms), Duration(2s), Duration(2030ms), Duration(2250ms)}) {
    simulation::Network network = line(4, 50ms);
    network.targets[0].udp = PortState::kOpen;
    network.targets[0].udp_repeat_after = later;
    EngineRunOptions options = one_flow(20, Protocol::kUdp);
    options.plan.flows = 8;
    EngineRun run(network, options);
    run.run();
    EXPECT_EQ(run.observer.paths.size(), 160U);
    for (const Path& path : run.observer.paths) {
      ASSERT_THAT(hops_of(path),
                  ElementsAre("10.0.1.1", "10.0.2.1", "10.0.3.1", "10.0.4.1", "203.0.113.9"))
          << "flow " << path.flow << " round " << path.round << ", again after " << later.count();
      for (const Hop& hop : path.hops) {
        // In the first rounds the repetition may still be undetected.
        if (path.round > 2) {
          EXPECT_EQ(hop.reply->rtt.value_or(hop.ttl * 100ms), hop.ttl * 100ms);
        }
      }
    }
    EXPECT_THAT(run.observer.of_kind(EventKind::kPathChange), ::testing::IsEmpty());
  }
}

// Nearer or further away.
TEST(OpenUdpService, IsFollowedWithinOneRoundWhenItMoves) {
  for (const Duration delay : {Duration(1ms), Duration(30ms)}) {
    simulation::Network network = line(5, delay);
    network.targets[0].udp = PortState::kOpen;
    change<Router>(network, 7s, "r2", [&](Router& router) { router.next = {to("r5")}; });
    change<Router>(network, 15s, "r2", [&](Router& router) { router.next = {to("r3")}; });
    EngineRunOptions options = one_flow(6, Protocol::kUdp);
    options.plan.round_interval = 4s;
    EngineRun run(network, options);
    run.run();
    const auto paths = run.observer.of_flow(0);
    ASSERT_EQ(paths.size(), 6U);
    for (std::size_t round = 0; round < 6; ++round) {
      const bool near = round == 2 || round == 3;
      EXPECT_EQ(paths[round].hops.size(), near ? 4U : 6U) << round << " " << delay.count();
      EXPECT_TRUE(paths[round].reached) << round;
      for (const Hop& hop : paths[round].hops) {
        ASSERT_TRUE(hop.reply) << round << ", ttl " << int{hop.ttl} << ", " << delay.count();
        const Duration shorter = round >= 2 && hop.ttl >= 3 ? delay - 1ms : 0ms;  // The new link.
        EXPECT_EQ(*hop.reply->rtt, 2 * (hop.ttl * delay - shorter));
      }
    }
  }
}

TEST(OpenUdpService, BeyondALossyLinkNeverGetsAnotherProbesRtt) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulation::Network network = line(4, 5ms);
    network.seed = seed;
    network.targets[0].udp = PortState::kOpen;
    simulation::testing::link(network, "r2", "r3").forward.loss = 0.2;
    EngineRunOptions options = one_flow(20, Protocol::kUdp);
    options.plan.flows = 8;
    options.plan.round_interval = 500ms;
    options.engine.timeout = 500ms;
    EngineRun run(network, options);
    run.run();
    EXPECT_EQ(run.observer.paths.size(), 160U);
    for (const Path& path : run.observer.paths) {
      for (const Hop& hop : path.hops) {
        if (!hop.reply) continue;
        EXPECT_EQ(*hop.reply->rtt, std::min<int>(hop.ttl, 5) * 10ms);
      }
    }
  }
}

}  // namespace
}  // namespace etr::testing
