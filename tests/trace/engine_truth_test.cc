// Statements that statistics and snapshots must never make, on networks that provoke them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Router;
using simulation::testing::change;
using simulation::testing::line;
using simulation::testing::link;
using simulation::testing::to;
using ::testing::IsEmpty;

// Defect A4 of the Go etr, docs/compatibility.md: the highest TTL ever sent stood for the target,
// so the figures of a target further away than the delay between TTLs froze after the first round.
TEST(FarTarget, HasFiguresThatGoOnAfterTheFirstRound) {
  simulation::Network network = line(3);
  auto& last = link(network, "r3", "target");
  last.forward.delay = last.back.delay = 125ms;
  EngineRun run(network, one_flow(20));
  run.run();
  const FlowSnapshot& flow = *run.summary.snapshot->flows[0];
  EXPECT_EQ(flow.distance, 4);
  ASSERT_EQ(flow.hops.size(), 4U) << "the last row is the target's";
  EXPECT_EQ(flow.hops[3].answered, 20U);
  EXPECT_EQ(flow.hops[3].lost, 0U);
  ASSERT_EQ(flow.hops[3].responders.size(), 1U);
  EXPECT_EQ(flow.hops[3].responders[0].received, 20U);
}

// Defect A8 of the Go etr, docs/compatibility.md: A,*,B and A,B have the same hash, which is that
// of the Go etr. The number of the path distinguishes them.
TEST(SilentHop, OneMoreIsAnotherPathThoughTheHashIsTheSame) {
  simulation::Network network = line(4);
  find_router(network, "r2")->silent = true;
  change<Router>(network, 3s, "r1", [](Router& router) { router.next = {to("r3")}; });
  EngineRun run(network, one_flow(5));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_EQ(hops_of(paths[0]).size(), 5U);
  EXPECT_EQ(hops_of(paths[4]).size(), 4U);
  EXPECT_EQ(paths[0].path_hash, paths[4].path_hash);
  EXPECT_NE(paths[0].path_id, paths[4].path_id);
  EXPECT_EQ(run.observer.of_kind(EventKind::kPathChange).size(), 1U);
}

// Defects A11 and A13 of the Go etr, docs/compatibility.md: a reply that arrived before its probe
// was registered as sent had no RTT and counted as lost at the timeout; a minimum of 0 meant "not
// set".
TEST(InstantReplies, HaveAnRttAndAreNotAlsoLost) {
  EngineRunOptions options = options_for();
  options.plan.ttl_delay = {};
  options.engine.rate = 0;
  EngineRun run(line(3, 0ms), options);
  run.run();
  EXPECT_EQ(run.observer.paths.size(), 15U);
  for (const Path& path : run.observer.paths) {
    for (const Hop& hop : path.hops) {
      ASSERT_TRUE(hop.reply) << int{hop.ttl};
      EXPECT_EQ(hop.reply->rtt, Duration(0));
    }
  }
  for (const auto& flow : run.summary.snapshot->flows) {
    for (const HopStats& hop : flow->hops) {
      EXPECT_EQ(hop.sent, 3U);
      EXPECT_EQ(hop.answered, 3U);
      EXPECT_EQ(hop.lost, 0U);
      EXPECT_EQ(hop.responders.at(0).received, 3U);
      EXPECT_EQ(hop.responders.at(0).best, Duration(0));
    }
  }
  EXPECT_THAT(run.observer.of_kind(EventKind::kLateReply), IsEmpty());
}

// Defect A12 of the Go etr, docs/compatibility.md: loss was charged to the latest responder, before
// the first reply to the first responder, and its share was recalculated only when something was
// lost.
TEST(LossOfAHop, BelongsToTheTtlAndFallsWithEachReply) {
  struct Watcher final : RecordingObserver {
    void on_path(Path path) override {
      shares.push_back(look());
      RecordingObserver::on_path(std::move(path));
    }
    std::function<std::optional<double>()> look;
    std::vector<std::optional<double>> shares;  ///< Loss of TTL 2 at the end of each round.
  };
  simulation::Network network = line(2);
  find_router(network, "r2")->silent = true;
  find_target(network, "target")->dark = true;
  change<Router>(network, 5s, "r2", [](Router& router) { router.silent = false; });
  change<simulation::Target>(network, 5s, "target",
                             [](simulation::Target& target) { target.dark = false; });
  EngineRun run(network, one_flow(12));
  Watcher watcher;
  watcher.look = [&]() -> std::optional<double> {
    const auto snapshot = run.engine->summary().snapshot;
    if (snapshot->flows[0]->hops.size() < 2) return std::nullopt;
    return snapshot->flows[0]->hops[1].loss();
  };
  ASSERT_TRUE(run.engine->start().ok());
  ASSERT_TRUE(run.engine->run(watcher).ok());
  const HopStats hop = run.engine->summary().snapshot->flows[0]->hops[1];
  EXPECT_GT(hop.lost, 0U);
  EXPECT_EQ(hop.sent, hop.answered + hop.lost);
  ASSERT_EQ(hop.responders.size(), 1U);
  EXPECT_EQ(hop.responders[0].received, hop.answered) << "its own replies, and no loss of others";
  std::vector<double> known;
  for (const auto& share : watcher.shares) {
    if (share && *share < 1) known.push_back(*share);
  }
  ASSERT_GT(known.size(), 3U);
  for (std::size_t i = 1; i < known.size(); ++i) EXPECT_LT(known[i], known[i - 1]);
}

// Defect A19 of the Go etr, docs/compatibility.md: challenge ACKs were ignored, so the target that
// sent them counted as lost.
TEST(ChallengeAck, ShowsALiveTargetWithoutRttAndIsNoLoss) {
  simulation::Network network = line(2);
  find_target(network, "target")->tcp = simulation::PortState::kOpen;
  network.source.resets = false;  // The half-open connection stays, and every SYN meets it.
  EngineRunOptions options = one_flow(10);
  options.plan.ttl_delay = {};
  EngineRun run(network, options);
  run.run();
  int acks = 0;
  for (const Path& path : run.observer.paths) {
    EXPECT_TRUE(path.reached) << "round " << path.round;
    ASSERT_TRUE(path.hops.back().reply) << "round " << path.round;
    const Reply& reply = *path.hops.back().reply;
    EXPECT_EQ(reply.rtt.has_value(), reply.kind != ReplyKind::kAck) << "round " << path.round;
    acks += reply.kind == ReplyKind::kAck ? 1 : 0;
  }
  EXPECT_GT(acks, 0) << "this network draws no challenge ACK";
  EXPECT_EQ(run.summary.snapshot->flows[0]->hops.back().lost, 0U);
}

std::string text_of(const Snapshot& snapshot) {
  std::string text = absl::StrCat(snapshot.counters.probes_sent, " ", snapshot.counters.replies);
  for (const auto& flow : snapshot.flows) {
    absl::StrAppend(&text, "\n", flow->flow, " ", flow->path_id, " ", flow->path_hash, " ",
                    flow->rounds);
    for (const HopStats& hop : flow->hops) {
      absl::StrAppend(&text, "\n ", int{hop.ttl}, " ", hop.sent, " ", hop.answered, " ", hop.lost);
      for (const ResponderStats& stats : hop.responders) {
        absl::StrAppend(&text, " ", stats.address.to_string(), " ", stats.received, " ",
                        stats.last.count());
      }
    }
  }
  return text;
}

// Defect B3 of the Go etr, docs/compatibility.md: the screen shared the address map with the
// statistics, and a new address during drawing could end the program.
TEST(Snapshots, DoNotChangeOnceTheyAreTaken) {
  struct Watcher final : RecordingObserver {
    bool wants_snapshot() const override { return true; }
    void on_snapshot(std::shared_ptr<const Snapshot> snapshot) override {
      texts.push_back(text_of(*snapshot));
      snapshots.push_back(std::move(snapshot));
    }
    std::vector<std::shared_ptr<const Snapshot>> snapshots;
    std::vector<std::string> texts;
  };
  simulation::Network network = line(3);
  network.routers.push_back(simulation::testing::router("s2", 2, 9));
  find_router(network, "s2")->next = {to("r3")};
  change<Router>(network, 3s, "r1", [](Router& router) { router.next = {to("s2")}; });
  EngineRun run(network, one_flow(6));
  Watcher watcher;
  ASSERT_TRUE(run.engine->start().ok());
  ASSERT_TRUE(run.engine->run(watcher).ok());
  ASSERT_GT(watcher.snapshots.size(), 20U);
  EXPECT_NE(watcher.texts.front(), watcher.texts.back());
  for (std::size_t i = 0; i < watcher.snapshots.size(); ++i) {
    EXPECT_EQ(text_of(*watcher.snapshots[i]), watcher.texts[i]);
  }
}

}  // namespace
}  // namespace etr::testing
