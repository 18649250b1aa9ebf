// What the engine asks of the planner for one probe: next(), one outcome, and the questions of its
// loop (finished(), deadline(), is_open()). Steady rounds over a path of 12 TTLs; items are probes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "plan/fixed_rounds.h"

namespace {

using etr::base::Instant;
using etr::plan::Cell;
using etr::plan::FixedRounds;
using etr::plan::OutcomeKind;

constexpr std::uint8_t kDistance = 12;
constexpr std::uint8_t kMaxTtl = 30;

/// Every probe is answered before the next one goes.
void steady_rounds(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  etr::plan::FixedRoundsOptions options;
  options.round_interval = std::chrono::seconds(2);
  options.timeout = std::chrono::seconds(1);
  Instant now{std::chrono::hours(1)};
  FixedRounds planner(options, now, [] { return true; });
  for (std::uint32_t flow = 0; flow < flows; ++flow) planner.add_flow(flow, kMaxTtl);
  for (auto _ : state) {
    std::optional<Cell> cell;
    while (!(cell = planner.next(now))) {
      const auto deadline = planner.deadline();
      if (!deadline || planner.finished()) std::abort();
      now = std::max(now, *deadline);
    }
    const bool reached = cell->ttl >= kDistance;
    planner.on_outcome(*cell, {reached ? OutcomeKind::kReached : OutcomeKind::kTimeExceeded, now,
                               std::chrono::milliseconds(20), false});
    benchmark::DoNotOptimize(planner.finished());
    benchmark::DoNotOptimize(planner.deadline());
    benchmark::DoNotOptimize(planner.is_open(cell->flow, cell->round));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(steady_rounds)->Arg(5)->Arg(64)->Arg(1000)->Arg(15000);

/// No room for records: what a wake-up of the engine costs while all flows are parked.
void wake_without_room(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  const Instant now{std::chrono::hours(1)};
  FixedRounds planner({}, now, [] { return false; });
  for (std::uint32_t flow = 0; flow < flows; ++flow) planner.add_flow(flow, kMaxTtl);
  for (auto _ : state) {
    planner.retry_starts();
    benchmark::DoNotOptimize(planner.next(now));
    benchmark::DoNotOptimize(planner.deadline());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wake_without_room)->Arg(5)->Arg(1000);

}  // namespace
