// An open TCP port: half-open connections and challenge ACKs (RFC 5961 §4), on the virtual clock.
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::SentPacket;
using simulation::testing::line;

// A SYN that meets the half-open connection of one with a higher sequence number draws a challenge
// ACK, which has no RTT and identifies no probe. None may occur here.
void expect_no_challenge_ack(simulation::Network network, Family family) {
  EngineRunOptions options = options_for(Protocol::kTcp, family);
  options.plan.flows = 64;
  options.plan.ttl_delay = 0ms;
  options.engine.rate = 0;
  options.plan.round_interval = 400ms;
  options.engine.timeout = 400ms;
  EngineRun run(std::move(network), options);
  run.run();
  ASSERT_EQ(run.observer.paths.size(), 192U);
  for (const Path& path : run.observer.paths) {
    ASSERT_EQ(path.hops.size(), 5U);
    ASSERT_TRUE(path.hops.back().reply);
    EXPECT_NE(path.hops.back().reply->kind, ReplyKind::kAck) << path.flow;
    EXPECT_TRUE(path.hops.back().reply->rtt) << path.flow;
  }
}

// A distant port: three TTLs are sent at once when r3 answers.
TEST(OpenTcpPort, SendsNoChallengeAckIfTheWindowOpensByThree) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    simulation::Network network = line(4);
    network.routers[0].silent = network.routers[1].silent = true;  // So r3 is the first to answer.
    auto& link = simulation::testing::link(network, "r4", "target");
    link.forward.delay = link.back.delay = 100ms;
    expect_no_challenge_ack(network, family);
  }
}

// A distant port: in the first round, probes past it are sent before its reply arrives.
TEST(OpenTcpPort, SendsNoChallengeAckAfterLateProbesPastIt) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    simulation::Network network = line(4);
    auto& link = simulation::testing::link(network, "r3", "r4");
    link.forward.delay = link.back.delay = 100ms;
    expect_no_challenge_ack(network, family);
  }
}

// A distant port whose replies come after the timeout. The SYN that a challenge ACK answers has
// been given up by then, so that the TTL of a later one in flight shows nothing.
TEST(OpenTcpPort, ShowsNoTtlWhereItsRepliesComeAfterTheTimeout) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const Duration delay : {300ms, 550ms}) {
      simulation::Network network = line(3);
      network.seed = seed;
      auto& link = simulation::testing::link(network, "r3", "target");
      link.forward.delay = link.back.delay = delay;
      EngineRunOptions options = options_for(Protocol::kTcp);
      options.plan.rounds = 40;
      options.plan.timeout = options.engine.timeout = delay == 300ms ? 500ms : 1s;
      EngineRun run(std::move(network), options);
      run.run();
      EXPECT_GT(run.summary.snapshot->counters.late, 0U);
      for (const Path& path : run.observer.paths) {
        EXPECT_FALSE(path.reached) << "seed " << seed;
        for (const Hop& hop : path.hops) EXPECT_EQ(hop.reply.has_value(), hop.ttl <= 3);
      }
    }
  }
}

// Now within the timeout, now after it: a late reply counts as lost, but it shows where the path
// ends.
TEST(OpenTcpPort, HasOnePathLengthWhereSomeRepliesComeAfterTheTimeout) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulation::Network network = line(3);
    network.seed = seed;
    auto& link = simulation::testing::link(network, "r3", "target");
    link.forward.delay = link.back.delay = 240ms;
    link.back.jitter = 120ms;
    EngineRunOptions options = options_for(Protocol::kTcp);
    options.plan.rounds = 40;
    options.plan.timeout = options.engine.timeout = 500ms;
    EngineRun run(std::move(network), options);
    run.run();
    EXPECT_GT(run.summary.snapshot->counters.late, 0U);
    for (const Path& path : run.observer.paths) {
      EXPECT_TRUE(path.round < 2 || path.hops.size() == 4) << "seed " << seed << ' ' << path.round;
    }
  }
}

// A firewall on this host drops the resets of its kernel, so a connection of an earlier run is
// still half open, with a sequence number that is not of this run.
TEST(OpenTcpPort, StaysAttributableAfterAChallengeAck) {
  simulation::Network network = line(4);
  network.source.resets = false;
  network.routers[3].silent = true;
  EngineRunOptions options = one_flow(1);
  options.engine.max_ttl = 5;
  EngineRun run(network, options);
  run.run();
  const std::size_t earlier = run.transport.sent().size();

  options.engine.key = trace::RunKey::from_seed(8);
  options.engine.max_ttl = 30;
  const trace::Target target{"target", simulation::testing::target_address()};
  const plugins::Crc32Hasher hasher;
  trace::Engine again(options.engine, {target}, fixed_rounds(options), run.prober(), hasher,
                      run.transport);
  ASSERT_TRUE(again.start().ok());
  RecordingObserver observer;
  ASSERT_TRUE(again.run(observer).ok());
  ASSERT_EQ(observer.paths.size(), 1U);
  ASSERT_TRUE(observer.paths[0].hops.back().reply);
  ASSERT_EQ(observer.paths[0].hops.back().reply->kind, ReplyKind::kAck);

  // Once the end is known, the last probe of the silent router below does not wait for the loss of
  // the one before.
  std::vector<Duration> times;
  for (std::size_t i = earlier; i < run.transport.sent().size(); ++i) {
    const SentPacket& packet = run.transport.sent()[i];
    if (packet.ttl == 4) times.push_back(packet.at);
  }
  ASSERT_GE(times.size(), 3U);
  EXPECT_LT(times.back() - times[times.size() - 2], options.engine.timeout / 2);
}

// Behind a balancer per packet over branches of different lengths the target answers a TTL, so the
// probe to the next one is withdrawn; then a router answers there, and the TTL is probed again. The
// reply to the withdrawn probe must not be taken for that of the new one.
TEST(OpenTcpPort, ShowsNoRttBelowThatOfTheNetwork) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    simulation::Network network = simulation::testing::unequal();
    network.seed = seed;
    find_router(network, "r1")->balancing = simulation::Balancing::kPacket;
    EngineRunOptions options = options_for();
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 12;
    options.plan.rounds = 30;
    options.plan.ttl_delay = 0ms;  // As after a pause: the TTLs follow at once.
    EngineRun run(std::move(network), options);
    run.run();
    for (const GraphVertex& vertex : run.summary.snapshot->graphs.at(0)->vertices) {
      if (vertex.address != simulation::testing::target_address()) continue;
      if (vertex.statistics.rtt_samples == 0) continue;
      EXPECT_GE(vertex.statistics.rtt_best, 8ms) << seed << ", TTL " << int{vertex.ttl};
    }
  }
}

// Behind a balancer per packet over branches of different lengths, probes to several TTLs of a
// round meet the target. One that arrives after a probe with a higher sequence number, overtaken on
// the shorter branch or sent to test a TTL again, draws at best a challenge ACK. That is no loss.
TEST(OpenTcpPort, ShowsNoLossBehindAnUnequalPerPacketBalancer) {
  for (const Duration branch : {1ms, 5ms}) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << branch / 1ms << " ms");
      simulation::Network network = simulation::testing::unequal();
      network.seed = seed;
      find_router(network, "r1")->balancing = simulation::Balancing::kPacket;
      auto& link = simulation::testing::link(network, "r1", "l1");
      link.forward.delay = link.back.delay = branch;
      EngineRunOptions options = options_for();
      options.engine.key = trace::RunKey::from_seed(seed);
      options.plan.flows = 32;
      options.plan.rounds = 10;
      EngineRun run(std::move(network), options);
      run.run();
      const PathGraph& graph = *run.summary.snapshot->graphs.at(0);
      EXPECT_TRUE(graph.lossy_links.empty());
      EXPECT_FALSE(graph.shared_loss);
      for (const GraphVertex& vertex : graph.vertices) EXPECT_EQ(vertex.statistics.lost, 0U);
      for (const auto& flow : run.summary.snapshot->flows) {
        for (const HopStats& hop : flow->hops) EXPECT_EQ(hop.lost, 0U) << "flow " << flow->flow;
      }
    }
  }
}

// A challenge ACK does not excuse the probes that never came near the target.
TEST(OpenTcpPort, ShowsRealLossBeforeAnUnequalPerPacketBalancer) {
  constexpr double kLoss = 0.1;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    simulation::Network network = simulation::testing::unequal();
    network.seed = seed;
    find_router(network, "r1")->balancing = simulation::Balancing::kPacket;
    simulation::testing::link(network, "source", "r1").forward.loss = kLoss;
    EngineRunOptions options = options_for();
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 32;
    options.plan.rounds = 30;
    EngineRun run(std::move(network), options);
    run.run();
    const GraphVertex& first = run.summary.snapshot->graphs.at(0)->vertices.at(0);
    const double lost = static_cast<double>(first.statistics.lost);
    EXPECT_NEAR(lost / static_cast<double>(first.statistics.judged()), kLoss, 0.02) << seed;
  }
}

// Without the RSTs of this host connections stay half-open, and later SYNs draw RSTs from them.
TEST(OpenTcpPort, StaysOpenInTheStatisticsThoughHalfOpenConnectionsAreReset) {
  simulation::Network network = line(2);
  network.source.resets = false;
  EngineRun run(std::move(network), one_flow(6));
  run.run();
  std::set<ReplyKind> kinds;
  for (const Path& path : run.observer.paths) kinds.insert(path.hops.back().reply->kind);
  ASSERT_TRUE(kinds.contains(ReplyKind::kReset)) << "the records tell what came";
  EXPECT_EQ(run.summary.snapshot->flows.front()->hops.back().responders.front().kind,
            ReplyKind::kSynAck);
}

}  // namespace
}  // namespace etr::testing
