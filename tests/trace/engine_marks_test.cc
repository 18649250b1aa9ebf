// Events about the shape of paths, on the virtual clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "etr/path_marks.h"
#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::testing::line;
using simulation::testing::links;
using simulation::testing::to;
using ::testing::Each;
using ::testing::IsEmpty;

std::vector<std::string> notices(const EngineRun& run) {
  std::vector<std::string> texts;
  for (const Event& event : run.observer.events) {
    if (event.kind == EventKind::kNotice) texts.push_back(event.text);
  }
  return texts;
}

/// r2 and r3 send packets to each other from `begin` to `end`.
simulation::Network looping(Duration begin, Duration end) {
  simulation::Network network = line(3);
  const auto next = [&](Duration at, const std::string& id) {
    simulation::testing::change<simulation::Router>(
        network, at, "r3", [&](simulation::Router& router) { router.next = {to(id)}; });
  };
  next(begin, "r2");
  next(end, "target");
  return network;
}

TEST(RoutingLoop, IsReportedOnceAndNamedByTheSnapshot) {
  EngineRunOptions options = options_for();
  options.plan.flows = 4;
  options.plan.rounds = 5;
  options.engine.max_ttl = 12;
  EngineRun run(looping(0s, 1h), options);
  run.run();
  EXPECT_THAT(notices(run), Each("loop TTL 2-12: 10.0.2.1, 10.0.3.1"));
  std::uint64_t times = 0;
  for (const Event& event : run.observer.events) times += event.count;
  EXPECT_EQ(times, 4U) << "once for each flow";
  for (const auto& flow : run.summary.snapshot->flows) {
    const auto loop = find_loop(*flow);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop_text(*loop), "loop TTL 2-12");
  }
}

TEST(RoutingLoop, ThatEndsIsReportedAgainWhenItReturns) {
  simulation::Network network = looping(0s, 10s);
  simulation::testing::change<simulation::Router>(
      network, 30s, "r3", [](simulation::Router& router) { router.next = {to("r2")}; });
  EngineRunOptions options = one_flow(25);
  options.engine.max_ttl = 12;
  EngineRun run(std::move(network), options);
  run.run();
  EXPECT_EQ(notices(run).size(), 2U);
}

TEST(RoutingLoop, IsNotSeenOnAnOrdinaryPath) {
  EngineRun run(line(5), options_for());
  run.run();
  EXPECT_THAT(notices(run), IsEmpty());
}

}  // namespace
}  // namespace etr::testing
