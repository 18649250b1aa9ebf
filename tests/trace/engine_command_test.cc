// Commands of the user of a view: pause, reset statistics, change the round interval.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::SentPacket;
using simulation::testing::line;

/// Receives every snapshot, and acts on it.
class Operator : public RecordingObserver {
 public:
  using Act = std::function<void(const Snapshot&)>;
  explicit Operator(Act act) : act_(std::move(act)) {}
  bool wants_snapshot() const override { return true; }
  void on_snapshot(std::shared_ptr<const Snapshot> snapshot) override {
    act_(*snapshot);
    snapshots.push_back(std::move(snapshot));
  }

  std::vector<std::shared_ptr<const Snapshot>> snapshots;

 private:
  Act act_;
};

void run_with(EngineRun& run, Operator& user) {
  ASSERT_TRUE(run.engine->start().ok());
  ASSERT_TRUE(run.engine->run(user).ok());
}

Command command(Command::Kind kind, Duration interval = {}) {
  Command made;
  made.kind = kind;
  made.interval = interval;
  return made;
}

TEST(ResetOfStatistics, RestartsCountsAndKeepsAddresses) {
  EngineRun run(line(3), one_flow(10));
  bool asked = false;
  Operator user([&](const Snapshot& snapshot) {
    if (asked || snapshot.flows.empty() || snapshot.flows[0]->rounds < 5) return;
    asked = true;
    run.engine->post(command(Command::Kind::kResetStatistics));
  });
  run_with(run, user);
  const Summary summary = run.engine->summary();
  EXPECT_EQ(summary.snapshot->flows[0]->rounds, 5U);
  for (const HopStats& hop : summary.snapshot->flows[0]->hops) {
    EXPECT_EQ(hop.sent, 5U);
    EXPECT_EQ(hop.answered, 5U);
  }
  const auto empty =
      std::find_if(user.snapshots.begin(), user.snapshots.end(), [](const auto& snapshot) {
        return !snapshot->flows.empty() && snapshot->flows[0]->hops.size() == 4 &&
               snapshot->flows[0]->hops[3].sent == 0;
      });
  ASSERT_NE(empty, user.snapshots.end());
  for (const HopStats& hop : (*empty)->flows[0]->hops) {
    EXPECT_TRUE(hop.responders.empty());
    EXPECT_EQ(hop.address, hop.ttl < 4 ? simulation::testing::router_address(hop.ttl)
                                       : simulation::testing::target_address());
  }
}

TEST(Pause, SendsNothingUntilItIsOverAndLosesNoRound) {
  EngineRun run(line(3), one_flow(6));
  Duration paused_at{};
  Operator user([&](const Snapshot& snapshot) {
    const bool begin = paused_at == Duration::zero() && snapshot.elapsed >= 5s;
    const bool end = snapshot.paused && snapshot.elapsed >= paused_at + 20s;
    if (begin) paused_at = snapshot.elapsed;
    if (begin || end) run.engine->post(command(Command::Kind::kPause));
  });
  run_with(run, user);
  ASSERT_EQ(user.paths.size(), 6U);
  for (const Path& path : user.paths) EXPECT_TRUE(path.reached);
  for (const SentPacket& packet : run.transport.sent()) {
    EXPECT_TRUE(packet.at <= paused_at + 200ms || packet.at >= paused_at + 19s)
        << packet.at.count();
  }
}

TEST(RoundInterval, CanBeMadeShorterWhileRunning) {
  EngineRun run(line(3), one_flow(20));
  bool asked = false;
  Operator user([&](const Snapshot& snapshot) {
    if (std::exchange(asked, true)) return;
    EXPECT_EQ(snapshot.round_interval, 2s);
    run.engine->post(command(Command::Kind::kSetRoundInterval, 500ms));
  });
  run_with(run, user);
  EXPECT_EQ(user.snapshots.back()->round_interval, 500ms);
  EXPECT_LT(run.transport.elapsed(), 12s);
}

}  // namespace
}  // namespace etr::testing
