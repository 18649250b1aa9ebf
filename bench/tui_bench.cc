// A frame of the tui from a snapshot of so many flows with 30 hops each, as a cell grid: what the
// view does on each new snapshot before it talks to the terminal. Bar: 5 ms for 1000 flows.
#include <benchmark/benchmark.h>

#include <memory>

#include "plugins/views/tui/screen.h"
#include "tests/plugins/views/tui/sample_run.h"

namespace {

constexpr tui::Size kScreen{60, 200};

struct Desk {
  explicit Desk(std::uint32_t flows) : run(sample::large(flows, 30)), history(flows * 30) {
    for (const etr::Path& path : run.paths) history.record(path);
  }
  sample::Run run;
  tui::History history;
  tui::EventLog events;
  tui::State state;
};

void frame(benchmark::State& state, tui::Screen screen) {
  Desk desk(static_cast<std::uint32_t>(state.range(0)));
  desk.state.screen = screen;
  for (auto _ : state) {
    const tui::Scene scene = tui::make_scene(desk.run.info, *desk.run.snapshot, desk.history,
                                             desk.events, desk.run.names, desk.state);
    benchmark::DoNotOptimize(tui::draw_frame(scene, kScreen).scroll_end);
  }
  state.SetItemsProcessed(state.iterations());
}

void sorted_and_filtered(benchmark::State& state) {
  Desk desk(static_cast<std::uint32_t>(state.range(0)));
  desk.state.sort = tui::SortBy::kLoss;
  desk.state.filter = "10.30.0.1";  // searched for at every hop, and found at the last
  for (auto _ : state) {
    const tui::Scene scene = tui::make_scene(desk.run.info, *desk.run.snapshot, desk.history,
                                             desk.events, desk.run.names, desk.state);
    benchmark::DoNotOptimize(tui::draw_frame(scene, kScreen).scroll_end);
  }
  state.SetItemsProcessed(state.iterations());
}

void record_path(benchmark::State& state) {
  Desk desk(static_cast<std::uint32_t>(state.range(0)));
  std::size_t next = 0;
  for (auto _ : state) {
    desk.history.record(desk.run.paths[next]);
    next = (next + 1) % desk.run.paths.size();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(frame, flows, tui::Screen::kFlows)->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(frame, paths, tui::Screen::kPaths)->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(frame, graph, tui::Screen::kGraph)->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(frame, history, tui::Screen::kHistory)->Arg(10)->Arg(1000);
BENCHMARK(sorted_and_filtered)->Arg(10)->Arg(1000);
BENCHMARK(record_path)->Arg(1000);

}  // namespace
