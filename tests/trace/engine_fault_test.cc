// Faults around the engine: it goes on, reports them, and its records stay correct.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::ClockStep;
using simulation::Network;
using simulation::SendFault;
using simulation::Source;
using simulation::testing::address;
using simulation::testing::change;
using simulation::testing::change_source;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::link;
using ::testing::HasSubstr;

EngineRunOptions wanted(std::uint64_t rounds, Protocol protocol = Protocol::kTcp,
                        Family family = Family::kIpv4) {
  EngineRunOptions options = options_for(protocol, family);
  options.plan.rounds = rounds;
  return options;
}

/// One complete record per flow and round.
void expect_every_record(const EngineRun& run, std::uint64_t rounds, std::size_t flows = 5) {
  std::set<std::pair<std::uint64_t, std::uint32_t>> cells;
  for (const Path& path : run.observer.paths) {
    EXPECT_TRUE(cells.emplace(path.round, path.flow).second) << "flow " << path.flow << " twice";
    EXPECT_TRUE(path.complete);
  }
  EXPECT_EQ(cells.size(), rounds * flows);
}

bool all_answered(const Path& path) {
  return path.reached && std::all_of(path.hops.begin(), path.hops.end(), [](const Hop& hop) {
           return hop.verdict == Verdict::kAnswered;
         });
}

// --- Sending.

// Defect B2 of the Go etr, docs/compatibility.md: one send error ended sending for good.
TEST(EngineFaults, ProbesThatCannotBeSentAreNotLossAndTheRunGoesOn) {
  for (const char* error : {"no buffer space available", "network is down", "message too long"}) {
    Network network = line(5);
    network.send_faults = {{5s, 11s, error, 1.0}};
    EngineRun run(network, wanted(12));
    run.run();
    expect_every_record(run, 12);
    std::uint64_t failed = 0;
    for (const Path& path : run.observer.paths) {
      for (const Hop& hop : path.hops) {
        EXPECT_NE(hop.verdict, Verdict::kLost) << "flow " << path.flow << " round " << path.round;
        if (hop.verdict == Verdict::kSendFailed) ++failed;
      }
      EXPECT_TRUE(all_answered(path) || (path.round >= 2 && path.round <= 8)) << path.round;
    }
    EXPECT_GT(failed, 50U);
    const Counters& counters = run.summary.snapshot->counters;
    EXPECT_EQ(counters.send_errors, failed);
    std::uint64_t reported = 0;
    for (const Event& event : run.observer.of_kind(EventKind::kSendError)) {
      EXPECT_THAT(event.text, HasSubstr(error));
      reported += event.count;
    }
    EXPECT_EQ(reported, failed);
  }
}

TEST(EngineFaults, AFullSendQueueCostsOnlyTheProbesItRefuses) {
  Network network = diamond(16);
  network.send_faults = {{0s, 1h, "no buffer space available", 0.2}};
  EngineRunOptions options = wanted(10);
  options.plan.flows = 64;
  EngineRun run(network, options);
  run.run();
  expect_every_record(run, 10, 64);
  std::uint64_t lost = 0;
  for (const Path& path : run.observer.paths) {
    const auto truth = run.truth(path, 0s);
    for (const Hop& hop : path.hops) {
      if (hop.verdict == Verdict::kLost) ++lost;
      if (!hop.reply) continue;
      // If the probe with the TTL of the target was not sent, one with a higher TTL may find it.
      EXPECT_EQ(hop.reply->source, truth[std::min<std::size_t>(hop.ttl, truth.size()) - 1U]);
      if (hop.ttl > truth.size()) {
        EXPECT_EQ(path.hops[truth.size() - 1U].verdict, Verdict::kSendFailed);
      }
    }
  }
  EXPECT_EQ(lost, 0U);
  for (const auto& flow : run.summary.snapshot->flows) {
    EXPECT_EQ(flow->path_changes, 0U);
    for (const HopStats& hop : flow->hops) EXPECT_NE(hop.hop_class, HopClass::kLossy);
  }
}

TEST(EngineFaults, AHostThatLosesItsUplinkFailsToSendAndComesBack) {
  Network network = line(4);
  change_source(network, 5s, [](Source& source) { source.next.front().down = true; });
  change_source(network, 11s, [](Source& source) { source.next.front().down = false; });
  EngineRun run(network, wanted(10));
  run.run();
  expect_every_record(run, 10);
  for (const Path& path : run.observer.paths) {
    EXPECT_TRUE(all_answered(path) || (path.round >= 2 && path.round <= 7)) << path.round;
  }
  EXPECT_GT(run.summary.snapshot->counters.send_errors, 0U);
  EXPECT_FALSE(run.observer.of_kind(EventKind::kSendError).empty());
}

TEST(EngineFaults, AShrinkingUplinkMtuFailsOnlyProbesThatAreTooBig) {
  Network network = line(10);
  change_source(network, 5s, [](Source& source) { source.mtu = 140; });
  change_source(network, 11s, [](Source& source) { source.mtu = 1500; });
  EngineRun run(network, wanted(12, Protocol::kUdp));
  run.run();
  expect_every_record(run, 12);
  std::uint64_t failed = 0;
  for (const Path& path : run.observer.paths) {
    for (const Hop& hop : path.hops) {
      if (hop.verdict == Verdict::kAnswered) continue;
      EXPECT_EQ(hop.verdict, Verdict::kSendFailed) << path.round;
      EXPECT_GT(hop.ttl, 4) << "a probe takes 20 octets per TTL, plus 47 for headers and slots";
      ++failed;
    }
    EXPECT_TRUE(all_answered(path) || (path.round >= 2 && path.round <= 7)) << path.round;
  }
  EXPECT_GT(failed, 50U);
  EXPECT_EQ(run.summary.snapshot->counters.send_errors, failed);
  for (const Event& event : run.observer.of_kind(EventKind::kSendError)) {
    EXPECT_THAT(event.text, HasSubstr("does not fit the mtu of 140 octets"));
  }
}

// Its "packet too big" is the reply at that TTL, and no round is delayed.
TEST(EngineFaults, AShrinkingMtuOnThePathIsReportedByItsRouter) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    Network network = line(10);
    change<simulation::Router>(network, 5s, "r3",
                               [](simulation::Router& router) { router.next.front().mtu = 180; });
    change<simulation::Router>(network, 13s, "r3",
                               [](simulation::Router& router) { router.next.front().mtu = 0; });
    EngineRun run(network, wanted(14, Protocol::kUdp, family));
    run.run();
    expect_every_record(run, 14);
    std::size_t reported = 0;
    for (const Path& path : run.observer.paths) {
      for (const Hop& hop : path.hops) {
        EXPECT_TRUE(hop.reply) << path.round << ' ' << int{hop.ttl};
        if (!hop.reply || hop.reply->kind != ReplyKind::kPacketTooBig) continue;
        EXPECT_EQ(hop.reply->source, path.hops[2].reply->source);
        EXPECT_EQ(hop.reply->mtu, 180);
        ++reported;
      }
      EXPECT_TRUE(path.reached || (path.round >= 2 && path.round <= 7)) << path.round;
    }
    EXPECT_GT(reported, 10U);
    EXPECT_EQ(run.summary.snapshot->counters.send_errors, 0U);
  }
}

// --- Clocks.

// Defect A13 of the Go etr, docs/compatibility.md: clock steps made RTTs wrong.
TEST(EngineFaults, ASteppedClockNeverGivesAWrongRtt) {
  for (const Duration step : {Duration(1h), Duration(-1h), Duration(50ms), Duration(-50ms)}) {
    Network network = line(5, 20ms);
    // Many steps, so that some fall between a probe and its reply.
    for (int i = 1; i < 40; ++i) network.clock_steps.push_back({i * 497ms, step});
    EngineRun run(network, wanted(10));
    run.run();
    expect_every_record(run, 10);
    std::size_t by_user_clock = 0;
    for (const Path& path : run.observer.paths) {
      EXPECT_TRUE(all_answered(path));
      for (const Hop& hop : path.hops) {
        ASSERT_TRUE(hop.reply && hop.reply->rtt);
        EXPECT_EQ(*hop.reply->rtt, hop.ttl * 40ms) << "step " << step.count();
        if (hop.reply->user_clock) ++by_user_clock;
      }
    }
    EXPECT_GT(by_user_clock, 0U) << "no step hit a probe in flight";
    EXPECT_EQ(run.summary.snapshot->counters.rejected, 0U);
    EXPECT_EQ(run.summary.snapshot->counters.late, 0U);
  }
}

// --- Ports.

// Defect C4 of the Go etr, docs/compatibility.md: ports were not reserved and collided with
// connections of other programs.
TEST(EngineFaults, APortInUseSkipsItsFlowAndIsReported) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    Network network = line(3);
    network.source.taken_ports = {50001, 50003};
    EngineRun run(network, wanted(2, protocol));
    run.run();
    for (const Path& path : run.observer.paths) {
      EXPECT_NE(path.source_port, 50001);
      EXPECT_NE(path.source_port, 50003);
      EXPECT_TRUE(all_answered(path));
    }
    const std::vector<Event> skipped = run.observer.of_kind(EventKind::kFlowSkipped);
    ASSERT_EQ(skipped.size(), 2U);
    EXPECT_THAT(skipped[0].text, HasSubstr("50001"));
    EXPECT_THAT(skipped[1].text, HasSubstr("50003"));
  }
}

TEST(EngineFaults, WithoutAFreePortTheTargetAndTheWayOutAreNamed) {
  Network network = line(3);
  network.source.taken_ports = {65534, 65535};
  EngineRunOptions options = one_flow(1);
  options.engine.first_source_port = 65534;
  EngineRun run(network, options);
  EXPECT_EQ(run.engine->start().message(),
            simulation::testing::target_address(Family::kIpv4).to_string() +
                ": no free source port at or above 65534: choose a lower --source-port");
}

TEST(EngineFaults, WithoutDescriptorsPortsGoUnreservedWithANotice) {
  Network network = line(3);
  network.source.descriptors = 2;
  EngineRun run(network, wanted(2));
  run.run();
  expect_every_record(run, 2);
  const std::vector<Event> notices = run.observer.of_kind(EventKind::kNotice);
  ASSERT_EQ(notices.size(), 3U);
  for (const Event& event : notices) EXPECT_THAT(event.text, HasSubstr("not reserved"));
}

// --- Middleboxes and the capture.

TEST(EngineFaults, ANatThatRewritesQuotesHidesNoHop) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    for (const bool restores : {true, false}) {
      Network network = line(5);
      simulation::Nat nat;
      nat.addresses = {address("198.51.100.7")};
      nat.restores_quotes = restores;
      find_router(network, "r2")->nat = nat;
      EngineRun run(network, wanted(4, protocol));
      run.run();
      expect_every_record(run, 4);
      for (const Path& path : run.observer.paths) {
        EXPECT_TRUE(all_answered(path)) << "round " << path.round << " restores " << restores;
        EXPECT_EQ(path.hops.size(), 6U);
      }
      EXPECT_EQ(run.summary.snapshot->counters.rejected, 0U);
    }
  }
}

TEST(EngineFaults, ShortQuotesWithoutAnIdHideNoHop) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    for (const Family family : {Family::kIpv4, Family::kIpv6}) {
      Network network = line(5);
      for (simulation::Router& router : network.routers) {
        router.quote = 8;
        router.zeroes_quoted_id = true;
      }
      EngineRun run(network, wanted(4, protocol, family));
      run.run();
      expect_every_record(run, 4);
      for (const Path& path : run.observer.paths) EXPECT_TRUE(all_answered(path)) << path.round;
      EXPECT_EQ(run.summary.snapshot->counters.rejected, 0U);
    }
  }
}

TEST(EngineFaults, CaptureDropsAreCountedAndCauseNoFalseHop) {
  Network network = diamond(4);
  network.source.capture_loss = 0.1;
  EngineRunOptions options = wanted(20);
  options.plan.flows = 16;
  EngineRun run(network, options);
  run.run();
  expect_every_record(run, 20, 16);
  EXPECT_GT(run.summary.snapshot->counters.capture_drops, 100U);
  const std::vector<Event> notices = run.observer.of_kind(EventKind::kNotice);
  ASSERT_FALSE(notices.empty());
  EXPECT_THAT(notices.front().text,
              ::testing::MatchesRegex("the capture dropped [0-9]+ packets.*"));
  for (const Path& path : run.observer.paths) {
    const auto truth = run.truth(path, 0s);
    for (const Hop& hop : path.hops) {
      if (!hop.reply || hop.ttl > truth.size()) continue;
      EXPECT_EQ(hop.reply->source, truth[hop.ttl - 1U]);
      EXPECT_GE(hop.reply->rtt.value_or(1h), hop.ttl * 2ms);
    }
  }
}

}  // namespace
}  // namespace etr::testing
