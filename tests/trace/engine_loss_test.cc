// Loss, late replies and silence: a record shows what happened in its round, and nothing older.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Router;
using simulation::Target;
using simulation::testing::change;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::link;
using simulation::testing::router_address;
using simulation::testing::target_address;

// Defect A1 of the Go etr, docs/compatibility.md: records were made of lifetime state.
TEST(Round, ThatLostAHopShowsNeitherItsOldAddressNorItsOldRtt) {
  simulation::Network network = line(3);
  change<Router>(network, 3s, "r2", [](Router& router) { router.silent = true; });
  EngineRun run(network, one_flow(4));
  run.run();
  const auto paths = run.observer.of_flow(0);
  ASSERT_EQ(paths.size(), 4U);
  EXPECT_TRUE(paths[0].hops[1].reply);
  EXPECT_TRUE(paths[1].hops[1].reply);
  for (std::size_t round : {2U, 3U}) {
    ASSERT_EQ(paths[round].hops.size(), 4U);
    EXPECT_EQ(paths[round].hops[1].verdict, Verdict::kLost);
    EXPECT_FALSE(paths[round].hops[1].reply);
    EXPECT_TRUE(paths[round].reached);
    EXPECT_EQ(paths[round].path_id, paths[0].path_id);
    EXPECT_EQ(paths[round].path_hash, paths[0].path_hash);
  }
}

// Defect A2 of the Go etr, docs/compatibility.md: reached_dest stayed true after the destination
// had died, and false for ever once a TTL beyond it had been sent.
TEST(Round, IsReachedExactlyWhenTheDestinationAnsweredInIt) {
  simulation::Network network = line(3);
  change<Target>(network, 3s, "target", [](Target& target) { target.dark = true; });
  change<Target>(network, 15s, "target", [](Target& target) { target.dark = false; });
  EngineRun run(network, one_flow(12));
  run.run();
  for (const Path& path : run.observer.paths) {
    const auto at = path.started - run.observer.paths.front().started;
    const bool lit = at < 3s || at >= 15s;
    EXPECT_EQ(path.reached, lit) << "round " << path.round;
    EXPECT_EQ(path.hops.back().reply.has_value(), lit) << "round " << path.round;
  }
}

// Defect A10 of the Go etr, docs/compatibility.md: a late reply counted as lost and as received.
TEST(LateReply, LeavesItsProbeLostAndIsAnEventWithItsRtt) {
  simulation::Network network = line(2);
  change<Router>(network, 1s, "r1", [](Router& router) { router.answer_delay = 1500ms; });
  EngineRun run(network, one_flow(3));
  run.run();
  EXPECT_EQ(run.observer.paths[1].hops[0].verdict, Verdict::kLost);
  const auto late = run.observer.of_kind(EventKind::kLateReply);
  ASSERT_GE(late.size(), 1U);
  EXPECT_EQ(late[0].flow, 0U);
  EXPECT_EQ(late[0].round, 1U);
  EXPECT_EQ(late[0].ttl, 1);
  EXPECT_EQ(late[0].rtt, 1502ms);
  const HopStats& hop = run.summary.snapshot->flows[0]->hops[0];
  EXPECT_EQ(hop.sent, 3U);
  EXPECT_EQ(hop.answered, 1U);
  EXPECT_EQ(hop.lost, 2U);
}

TEST(LateReplies, OfOneProbeAreAllCountedAndAFewReported) {
  simulation::Network network = line(2);
  Router& router = *find_router(network, "r1");
  router.answer_delay = 1500ms;
  router.forgeries = {{simulation::ForgeryKind::kReplayed, 1, 600, 1600ms, {}}};
  EngineRunOptions options = one_flow(2);
  options.plan.round_interval = 4s;
  EngineRun run(network, options);
  run.run();
  EXPECT_GT(run.summary.snapshot->counters.late, 256U);
  EXPECT_LE(run.observer.of_kind(EventKind::kLateReply).size(), 16U);
}

// Defect A10 of the Go etr, docs/compatibility.md: a duplicate counted as received.
TEST(DuplicateReply, ChangesNoStatisticAndIsAnEvent) {
  simulation::Network network = line(2);
  link(network, "source", "r1").back.duplicate = 1;
  EngineRun run(network, one_flow(3));
  run.run();
  const auto duplicates = run.observer.of_kind(EventKind::kDuplicateReply);
  EXPECT_EQ(duplicates.size(), 9U);
  EXPECT_EQ(run.summary.snapshot->counters.duplicates, 9U);
  EXPECT_EQ(run.summary.snapshot->counters.replies, 9U);
  for (const HopStats& hop : run.summary.snapshot->flows[0]->hops) {
    EXPECT_EQ(hop.answered, 3U);
    ASSERT_EQ(hop.responders.size(), 1U);
    EXPECT_EQ(hop.responders[0].received, 3U);
  }
}

// The service's replies do not identify their probe, so the surplus is reported without an RTT.
TEST(DuplicateReply, OfAnOpenUdpServiceIsAnEvent) {
  simulation::Network network = line(2);
  network.targets[0].udp = simulation::PortState::kOpen;
  link(network, "r2", "target").back.duplicate = 1;
  EngineRunOptions options = one_flow(4);
  options.protocol = Protocol::kUdp;
  EngineRun run(network, options);
  run.run();
  const auto duplicates = run.observer.of_kind(EventKind::kDuplicateReply);
  EXPECT_EQ(duplicates.size(), run.summary.snapshot->counters.duplicates);
  EXPECT_GE(duplicates.size(), 3U);
  for (const Event& event : duplicates) {
    EXPECT_EQ(event.ttl, 3);
    EXPECT_FALSE(event.rtt);
  }
  EXPECT_EQ(run.summary.snapshot->counters.rejected, 0U);
}

TEST(LateReply, OfAnOpenUdpServiceIsAnEventAndNoDuplicate) {
  simulation::Network network = line(2);
  network.targets[0].udp = simulation::PortState::kOpen;
  change<simulation::Router>(network, 3s, "r2", [](simulation::Router& router) {
    router.next[0].back.delay = 1200ms;  // Longer than the timeout.
  });
  EngineRunOptions options = one_flow(4);
  options.protocol = Protocol::kUdp;
  EngineRun run(network, options);
  run.run();
  EXPECT_GE(run.summary.snapshot->counters.late, 1U);
  EXPECT_EQ(run.observer.of_kind(EventKind::kLateReply).size(),
            run.summary.snapshot->counters.late);
  EXPECT_EQ(run.summary.snapshot->counters.duplicates, 0U);
  const auto paths = run.observer.of_flow(0);
  EXPECT_FALSE(paths[3].reached);
}

// With loss and RTTs near the timeout, an open TCP port acknowledges SYNs that were given up.
TEST(Loss, AndLateChallengeAcksNeverBringTheTargetNearer) {
  for (const std::uint64_t seed : {15U, 31U, 51U}) {
    simulation::Network network = diamond(4);
    network.seed = seed;
    for (auto& branch : *find_links(network, "r1")) branch.forward.loss = 0.2;
    auto& uplink = link(network, "source", "r1");
    uplink.back.jitter = 60ms;
    uplink.back.jitter_kind = simulation::Jitter::kExponential;
    EngineRunOptions options = options_for(Protocol::kTcp, Family::kIpv6);
    options.plan.flows = 12;
    options.plan.rounds = 140;
    options.plan.round_interval = 60ms;
    options.engine.timeout = 50ms;
    options.engine.rate = 0;
    options.engine.key = trace::RunKey::from_seed(seed);
    EngineRun run(network, options);
    run.run();
    EXPECT_THAT(run.observer.of_kind(EventKind::kPathChange), ::testing::IsEmpty()) << seed;
  }
}

// Defect A8 of the Go etr, docs/compatibility.md: the hash skipped silent hops and changed when one
// was first heard.
TEST(Loss, NeverChangesThePathIdNorTheHashOnceEveryHopWasHeard) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulation::Network network = diamond(4);
    network.seed = seed;
    for (auto& branch : *find_links(network, "r1")) branch.forward.loss = 0.2;
    EngineRunOptions options = options_for();
    options.plan.flows = 8;
    options.plan.rounds = 200;
    options.plan.round_interval = 500ms;
    options.engine.timeout = 300ms;
    EngineRun run(network, options);
    run.run();
    EXPECT_THAT(run.observer.of_kind(EventKind::kPathChange), ::testing::IsEmpty());
    for (std::uint32_t flow = 0; flow < 8; ++flow) {
      std::set<IpAddress> heard;
      std::string hash;
      std::uint32_t id = 0;
      const auto paths = run.observer.of_flow(flow);
      ASSERT_EQ(paths.size(), 200U);
      for (const Path& path : paths) {
        for (const Hop& hop : path.hops) {
          if (hop.reply) heard.insert(hop.reply->source);
        }
        if (heard.size() < 4) continue;
        EXPECT_EQ(path.path_knowledge, PathKnowledge::kWhole);
        if (hash.empty()) id = path.path_id;
        EXPECT_EQ(path.path_id, id);
        if (hash.empty()) hash = path.path_hash;
        EXPECT_EQ(path.path_hash, hash)
            << "seed " << seed << " flow " << flow << " round " << path.round;
      }
      EXPECT_FALSE(hash.empty());
    }
  }
}

// Defect A8 of the Go etr, docs/compatibility.md: A,*,B and A,B had the same hash.
// Probes asked again in a round are in its record, too: `asked`.
TEST(Loss, AddsUpAlikeInRecordsAndStatistics) {
  using Verdicts = std::pair<std::uint64_t, std::uint64_t>;  // Answered and lost.
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      simulation::Network network = diamond(4);
      network.seed = seed;
      link(network, "r1", "r2.2").forward.loss = 0.2;
      link(network, "r3", "target").back.loss = 0.1;
      EngineRunOptions options = options_for(protocol);
      options.engine.key = trace::RunKey::from_seed(seed);
      options.plan.flows = 16;
      options.plan.rounds = 60;
      EngineRun run(std::move(network), options);
      run.run();
      std::map<std::pair<std::uint32_t, std::uint8_t>, Verdicts> recorded;
      std::uint64_t again = 0;
      for (const Path& path : run.observer.paths) {
        for (const Hop& hop : path.hops) {
          Verdicts& sum = recorded[{path.flow, hop.ttl}];
          const std::uint64_t answered = hop.verdict == Verdict::kAnswered ? 1 : 0;
          sum.first += answered;
          sum.second += hop.asked - answered;
          again += hop.asked > 1 ? 1 : 0;
        }
      }
      EXPECT_GT(again, 0U) << "no probe was asked again";
      for (const auto& flow : run.summary.snapshot->flows) {
        for (const HopStats& hop : flow->hops) {
          EXPECT_EQ(Verdicts(hop.answered, hop.lost), (recorded[{flow->flow, hop.ttl}]))
              << "seed " << seed << ", flow " << flow->flow << ", ttl " << int{hop.ttl};
        }
      }
    }
  }
}

TEST(SilentHop, IsNoLossAndHasNoPercentage) {
  simulation::Network network = line(4);
  find_router(network, "r3")->silent = true;
  EngineRun run(network, one_flow(5));
  run.run();
  const FlowSnapshot& flow = *run.summary.snapshot->flows[0];
  EXPECT_EQ(flow.hops[2].hop_class, HopClass::kSilent);
  EXPECT_FALSE(flow.hops[2].loss());
  EXPECT_EQ(flow.hops[3].hop_class, HopClass::kAnswering);
  EXPECT_EQ(flow.distance, 5);
  for (const Path& path : run.observer.paths) EXPECT_EQ(path.hops.size(), 5U);
}

TEST(LinuxIcmpLimit, MakesAHopLimitedForFiveFlowsNotLossy) {
  simulation::Network network = line(4);
  find_router(network, "r2")->limit = simulation::RateLimit{};
  EngineRunOptions options = options_for();
  options.plan.rounds = 15;
  EngineRun run(network, options);
  run.run();
  for (const auto& flow : run.summary.snapshot->flows) {
    EXPECT_EQ(flow->hops[1].hop_class, HopClass::kLimited);
    EXPECT_FALSE(flow->hops[1].loss());
    EXPECT_EQ(flow->hops[2].hop_class, HopClass::kAnswering);
  }
  for (const Path& path : run.observer.paths) {
    EXPECT_NE(path.hops[1].hop_class, HopClass::kLossy) << "round " << path.round;
  }
}

TEST(LossyLink, ShowsFromItsHopOnAndNotBefore) {
  simulation::Network network = line(4);
  link(network, "r2", "r3").forward.loss = 0.2;
  EngineRunOptions options = options_for();
  options.plan.rounds = 60;
  EngineRun run(network, options);
  run.run();
  for (const auto& flow : run.summary.snapshot->flows) {
    EXPECT_EQ(flow->hops[0].hop_class, HopClass::kAnswering);
    EXPECT_EQ(flow->hops[1].hop_class, HopClass::kAnswering);
    for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(flow->hops[i].hop_class, HopClass::kLossy);
  }
}

// Defect A9 of the Go etr, docs/compatibility.md: records were cut at the interval, and later
// replies surfaced a round late.
TEST(LongPath, OfTwentyEightHopsIsCompleteInEveryRecord) {
  EngineRunOptions options = one_flow(3);
  EngineRun run(line(28, 10ms), options);
  run.run();
  ASSERT_EQ(run.observer.paths.size(), 3U);
  for (const Path& path : run.observer.paths) {
    ASSERT_EQ(path.hops.size(), 29U);
    for (const Hop& hop : path.hops) EXPECT_TRUE(hop.reply) << int{hop.ttl};
  }
}

}  // namespace
}  // namespace etr::testing
