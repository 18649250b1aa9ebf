// An open TCP port: half-open connections and challenge ACKs (RFC 5961 §4), on the virtual clock.
#include <gtest/gtest.h>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::SentPacket;
using simulation::testing::line;

// A SYN that meets a half-open connection of one with a higher sequence number draws a challenge
// ACK, which has no RTT.
void expect_named_answers(simulation::Network network, Family family) {
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

TEST(OpenTcpPort, FarAwayNamesItsProbesThoughTheWindowOpensByThreeAtOnce) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    simulation::Network network = line(4);
    network.routers[0].silent = network.routers[1].silent = true;  // So r3 is the first to answer.
    auto& link = simulation::testing::link(network, "r4", "target");
    link.forward.delay = link.back.delay = 100ms;
    expect_named_answers(network, family);
  }
}

TEST(OpenTcpPort, FarAwayNamesItsProbesThoughSomePassedItLateInTheFirstRound) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    simulation::Network network = line(4);
    auto& link = simulation::testing::link(network, "r3", "r4");
    link.forward.delay = link.back.delay = 100ms;
    expect_named_answers(network, family);
  }
}

// A firewall on the tracing host drops the resets of its kernel, so that an earlier run's
// connection is still half open, and its SYN-ACK's sequence is none of this run's.
TEST(OpenTcpPort, ThatDrewAChallengeAckOnceIsStillKnownToNameItsProbes) {
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

  // Once the end is known, the last look at the silent router does not await the loss of the one
  // before.
  std::vector<Duration> looks;
  for (std::size_t i = earlier; i < run.transport.sent().size(); ++i) {
    const SentPacket& packet = run.transport.sent()[i];
    if (packet.ttl == 4) looks.push_back(packet.at);
  }
  ASSERT_GE(looks.size(), 3U);
  EXPECT_LT(looks.back() - looks[looks.size() - 2], options.engine.timeout / 2);
}

}  // namespace
}  // namespace etr::testing
