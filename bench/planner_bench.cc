// What the engine asks of the planner for one probe: next(), sent(), one outcome, and the questions
// of its loop (finished(), deadline()). Steady rounds over a path of 12 TTLs; items are probes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <span>

#include "tests/plan/planner_play.h"

namespace {

using etr::base::Instant;
using etr::plan::OutcomeKind;
using etr::plan::Request;
using etr::plan::testing::Play;

constexpr std::uint8_t kDistance = 12;
constexpr std::uint8_t kMaxTtl = 30;

/// Every probe is answered before the next one is sent.
void steady_rounds(benchmark::State& state) {
  etr::plan::FixedRoundsOptions options;
  options.ttl_delay = {};
  options.rate = 0;
  Play play(options, static_cast<std::uint32_t>(state.range(0)), {}, kMaxTtl);
  Instant now = etr::plan::testing::kStart;
  for (auto _ : state) {
    std::optional<Request> request;
    while (!(request = play.take(now))) {
      const auto deadline = play.planner.deadline();
      if (!deadline || play.planner.finished()) std::abort();
      now = std::max(now, *deadline);
    }
    const bool reached = request->ttl >= kDistance;
    play.deliver(*request, reached ? OutcomeKind::kReached : OutcomeKind::kTimeExceeded, now);
    benchmark::DoNotOptimize(play.planner.finished());
    benchmark::DoNotOptimize(play.planner.deadline());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(steady_rounds)->Arg(5)->Arg(64)->Arg(1000)->Arg(15000);

/// No room for records: the cost of a wake-up of the engine while all flows are parked.
void wake_without_room(benchmark::State& state) {
  Play play({}, static_cast<std::uint32_t>(state.range(0)), {}, kMaxTtl);
  play.host.room = 0;
  const Instant now = etr::plan::testing::kStart;
  for (auto _ : state) {
    play.planner.on_room();
    benchmark::DoNotOptimize(play.planner.next(now));
    benchmark::DoNotOptimize(play.planner.deadline());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wake_without_room)->Arg(5)->Arg(1000);

}  // namespace
