// Which links a run with the program's default pace names as lossy, over seeded runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::testing::diamond;
using simulation::testing::link;

constexpr double kLoss = 0.2;

/// Stops the run at a time, with the snapshot of that moment.
struct Watcher final : RecordingObserver {
  Watcher(EngineRun& of, Duration at) : run(of), until(of.transport.clock().now() + at) {}
  bool wants_snapshot() const override {
    return snapshot == nullptr && run.transport.clock().now() >= until;
  }
  void on_snapshot(std::shared_ptr<const Snapshot> taken) override {
    snapshot = std::move(taken);
    run.engine->stop(StopReason::kUser);
  }
  EngineRun& run;
  base::Instant until;
  std::shared_ptr<const Snapshot> snapshot;
};

/// After 10 s of 90 flows over a diamond of 16, in which `from` > `to` loses a fifth.
std::shared_ptr<const PathGraph> graph_of(std::uint64_t seed, const std::string& from,
                                          const std::string& to) {
  simulation::Network network = diamond(16);
  network.seed = seed;
  link(network, from, to).forward.loss = kLoss;
  EngineRunOptions options = options_for();
  options.engine.key = trace::RunKey::from_seed(seed);
  options.plan.flows = 90;
  options.plan.rounds = 0;
  EngineRun run(network, options);
  Watcher watcher(run, 10s);
  EXPECT_TRUE(run.engine->start().ok());
  EXPECT_TRUE(run.engine->run(watcher).ok());
  return watcher.snapshot->graphs.at(0);
}

/// Whether the true link is among those of the loss.
bool holds(const PathGraph& graph, const LossyLink& loss, const std::string& from,
           const std::string& to) {
  return std::any_of(loss.edges.begin(), loss.edges.end(), [&](std::uint32_t edge) {
    const GraphEdge& link = graph.edges[edge];
    return link.from && graph.vertices[*link.from].address &&
           graph.vertices[*link.from].address->to_string() == from &&
           graph.vertices[link.to].address && graph.vertices[link.to].address->to_string() == to;
  });
}

struct Case {
  const char* name;
  const char* from;
  const char* to;
  const char* from_address;
  const char* to_address;
  int least;  ///< Runs of 50 that name it.
};

class OneLinkOfSixteen : public ::testing::TestWithParam<Case> {};

TEST_P(OneLinkOfSixteen, IsNamedWithinTenSecondsAndNoOther) {
  constexpr int kRuns = 50;
  const auto& [name, from, to, from_address, to_address, least] = GetParam();
  int named = 0;
  int others = 0;
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const auto graph = graph_of(seed, from, to);
    bool other = graph->shared_loss.has_value();
    for (const LossyLink& loss : graph->lossy_links) {
      if (!holds(*graph, loss, from_address, to_address)) {
        other = true;
        continue;
      }
      ++named;
      covered += loss.interval.low <= kLoss && kLoss <= loss.interval.high ? 1 : 0;
    }
    others += other ? 1 : 0;
  }
  RecordProperty("named", named);
  RecordProperty("others", others);
  RecordProperty("covered", covered);
  EXPECT_GE(named, least);
  EXPECT_LE(others, 1);
  EXPECT_GE(covered, 44);  // 95 % of 50, less two standard deviations.
}

// Probes to three TTLs cross the first link, probes to two the second.
INSTANTIATE_TEST_SUITE_P(
    Links, OneLinkOfSixteen,
    ::testing::Values(Case{"into_the_fan", "r1", "r2.7", "10.0.1.1", "10.0.2.7", 48},
                      Case{"out_of_the_fan", "r2.7", "r3", "10.0.2.7", "10.0.3.1", 45}),
    [](const auto& link) { return std::string(link.param.name); });

}  // namespace
}  // namespace etr::testing
