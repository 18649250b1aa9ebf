// The schedule of probes, on the virtual clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::SentPacket;
using simulation::Target;
using simulation::testing::line;

// Defect A3 of the Go etr, docs/compatibility.md: with an RTT above the delay between TTLs, TTLs
// past the destination were probed.
TEST(Sweep, SendsAtMostThreeProbesOfAFlowPastTheTarget) {
  std::size_t flows_past_target = 0;
  for (const Duration last_link : {Duration(1ms), Duration(100ms), Duration(125ms)}) {
    for (const unsigned routers : {1U, 2U, 5U, 9U}) {
      simulation::Network network = line(routers);
      auto& link = simulation::testing::link(network, "r" + std::to_string(routers), "target");
      link.forward.delay = link.back.delay = last_link;
      EngineRun run(network, options_for());
      run.run();
      std::map<std::uint16_t, int> past;
      for (const SentPacket& packet : run.transport.sent()) {
        if (packet.ttl > routers + 1) ++past[packet.flow.source_port];
      }
      flows_past_target += past.size();
      for (const auto& [port, count] : past) {
        EXPECT_LE(count, 3) << routers << " routers, " << last_link.count() << " ns";
      }
      EXPECT_EQ(run.observer.paths.size(), 5U * 3);
      for (const Path& path : run.observer.paths) EXPECT_EQ(path.hops.size(), routers + 1U);
    }
  }
  EXPECT_GT(flows_past_target, 0U) << "no RTT was long enough to test this";
}

TEST(Sweep, SendsOneProbePerRoundToATargetOfKnownDistance) {
  EngineRunOptions options = options_for();
  options.plan.rounds = 10;
  EngineRun run(line(4), options);
  run.run();
  std::map<std::uint16_t, int> to_target;
  for (const SentPacket& packet : run.transport.sent()) {
    if (packet.at > 1900ms && packet.ttl >= 5) ++to_target[packet.flow.source_port];
  }
  EXPECT_EQ(to_target.size(), 5U);
  for (const auto& [port, count] : to_target) EXPECT_EQ(count, 9);
}

TEST(Sweep, StopsThreePastTheHighestReplyIfTheTargetIsSilent) {
  simulation::Network network = line(4);
  network.targets[0].dark = true;
  EngineRunOptions options = options_for();
  options.plan.rounds = 6;
  EngineRun run(network, options);
  run.run();
  EXPECT_EQ(run.observer.paths.size(), 5U * 6);
  for (const Path& path : run.observer.paths) {
    if (path.round == 0) continue;
    const std::size_t expected = path.round % 3 == 0 ? 10U : 7U;
    EXPECT_LE(path.hops.size(), expected) << "round " << path.round;
    EXPECT_GE(path.hops.size(), 7U) << "round " << path.round;
    EXPECT_FALSE(path.reached);
  }
}

// Defect C5 of the Go etr, docs/compatibility.md: all flows probed in step and tripped the rate
// limit of a shared router.
TEST(LaterRounds, AreSpreadOverTheInterval) {
  EngineRunOptions options = options_for();
  options.plan.rounds = 4;
  EngineRun run(line(4), options);
  run.run();
  std::vector<Duration> first_hop;
  for (const SentPacket& packet : run.transport.sent()) {
    if (packet.ttl == 1 && packet.at > 1900ms) first_hop.push_back(packet.at);
  }
  ASSERT_EQ(first_hop.size(), 15U);
  for (std::size_t i = 1; i < first_hop.size(); ++i) {
    EXPECT_NEAR(static_cast<double>((first_hop[i] - first_hop[i - 1]).count()), 400e6, 20e6);
  }
}

// The rate limit of Linux, six ICMP errors at once and then one per second and host, is in step
// with an interval of whole seconds.
TEST(LaterRounds, GiveEveryFlowItsShareOfALimitedRoutersReplies) {
  for (const Duration interval : {Duration(1s), Duration(2s), Duration(5s)}) {
    simulation::Network network = line(4);
    simulation::RateLimit limit;
    limit.per_second = 1;
    limit.burst = 6;
    network.routers[1].limit = limit;
    EngineRunOptions options = options_for();
    options.plan.rounds = 40;
    options.plan.round_interval = interval;
    EngineRun run(network, options);
    run.run();
    const double share = std::min(1.0, static_cast<double>(interval / 1s) / 5);
    for (std::uint32_t flow = 0; flow < 5; ++flow) {
      int heard = 0;
      for (const Path& path : run.observer.of_flow(flow)) heard += path.hops[1].reply ? 1 : 0;
      EXPECT_GE(heard, 40 * share / 2) << "flow " << flow << ", " << interval / 1s << " s";
    }
  }
}

TEST(Pacing, KeepsToTheRateOverEverySecond) {
  EngineRunOptions options = options_for();
  options.plan.flows = 64;
  EngineRun run(line(9), options);
  run.run();
  const auto& sent = run.transport.sent();
  EXPECT_GT(sent.size(), 64U * 10 * 2);
  for (std::size_t i = 310; i < sent.size(); ++i) {
    EXPECT_GE(sent[i].at - sent[i - 310].at, 999ms) << "packet " << i;
  }
}

TEST(Pacing, SendsAtMostSixInARowToOneTtl) {
  EngineRunOptions options = options_for();
  options.plan.flows = 64;
  EngineRun run(line(9), options);
  run.run();
  int row = 0;
  const auto& sent = run.transport.sent();
  EXPECT_GT(sent.size(), 64U * 10 * 2);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const bool close = sent[i].at - sent[i - 1].at < 3333us;
    row = sent[i].ttl == sent[i - 1].ttl && close ? row + 1 : 1;
    EXPECT_LE(row, 6) << "packet " << i;
  }
}

TEST(Rounds, ThatDoNotFitTheirIntervalAreStretchedWithOneEvent) {
  EngineRunOptions options = options_for();
  options.plan.flows = 64;
  options.plan.rounds = 6;
  options.plan.round_interval = 500ms;
  options.engine.timeout = 400ms;
  EngineRun run(line(9), options);
  run.run();
  EXPECT_EQ(run.observer.of_kind(EventKind::kRoundStretched).size(), 1U);
  EXPECT_EQ(run.observer.paths.size(), 64U * 6);
}

// Defect C5 of the Go etr, docs/compatibility.md: the first picture took N/10 s for N hops.
TEST(FirstPicture, OfTenHopsAndFiveFlowsTakesLessThanHalfASecond) {
  EngineRunOptions options = options_for();
  options.plan.rounds = 1;
  EngineRun run(line(9), options);
  run.run();
  EXPECT_EQ(run.observer.paths.size(), 5U);
  for (const Path& path : run.observer.paths) EXPECT_EQ(path.hops.size(), 10U);
  EXPECT_LT(run.transport.elapsed(), 500ms);
}

// Defects B5 and B10 of the Go etr, docs/compatibility.md: a flow that did not read its replies, or
// a slow disk, stalled probing.
TEST(Sinks, WithoutRoomDelayRoundsAndNothingElse) {
  simulation::Network network = line(3);
  EngineRunOptions options = options_for();
  options.plan.rounds = 3;
  EngineRun run(network, options);
  run.observer.room = 7;
  const absl::Status started = run.engine->start();
  ASSERT_TRUE(started.ok());
  // The run ends after six refused reservations, that is, after the rounds that had room.
  std::size_t asked = 0;
  class Stopping final : public model::Observer {
   public:
    Stopping(RecordingObserver& inner, trace::Engine& engine, std::size_t& asked)
        : inner_(inner), engine_(engine), asked_(asked) {}
    bool reserve() override {
      if (inner_.reserve()) return true;
      if (++asked_ > 5) engine_.stop(StopReason::kUser);
      return false;
    }
    void on_path(Path path) override { inner_.on_path(std::move(path)); }
    void on_event(Event event) override { inner_.on_event(std::move(event)); }
    void on_responder(const IpAddress&) override {}
    bool wants_snapshot() const override { return false; }
    void on_snapshot(std::shared_ptr<const Snapshot>) override {}

   private:
    RecordingObserver& inner_;
    trace::Engine& engine_;
    std::size_t& asked_;
  } observer(run.observer, *run.engine, asked);
  ASSERT_TRUE(run.engine->run(observer).ok());
  EXPECT_EQ(run.observer.paths.size(), 7U);
  for (const Path& path : run.observer.paths) {
    EXPECT_TRUE(path.complete);
    EXPECT_TRUE(path.reached);
  }
}

}  // namespace
}  // namespace etr::testing
