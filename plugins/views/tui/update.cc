#include "update.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "figures.h"
#include "hop_column.h"
#include "path_group.h"
#include "present_path.h"
#include "prompt.h"
#include "text.h"

namespace tui {
namespace {

using Kind = etr::Command::Kind;

constexpr int kFarAway = std::numeric_limits<int>::max() / 2;

void select_flow(State& state, const Scene& scene, int step, bool wrap) {
  const int count = static_cast<int>(scene.flows.size());
  if (count == 0) return;
  int index = static_cast<int>(scene.selected);
  if (wrap) {
    index = ((index + step) % count + count) % count;
  } else {
    index = static_cast<int>(std::clamp<long>(long{index} + step, 0, count - 1));
  }
  state.flow = scene.flows[static_cast<std::size_t>(index)]->flow;
}

void select_hop(State& state, const Scene& scene, int step) {
  const etr::FlowSnapshot* flow = scene.flow();
  if (flow == nullptr || flow->hops.empty()) return;
  const auto found = std::find_if(flow->hops.begin(), flow->hops.end(),
                                  [&](const etr::HopStats& hop) { return hop.ttl == state.ttl; });
  const long index = found == flow->hops.end() ? 0 : found - flow->hops.begin();
  const long last = static_cast<long>(std::min(silent_tail(*flow).first, flow->hops.size() - 1));
  const long wanted = std::clamp<long>(std::min(index, last) + step, 0, last);
  state.ttl = flow->hops[static_cast<std::size_t>(wanted)].ttl;
}

/// The path in the row `step` below the selected one; none if there are no paths.
std::optional<PathChoice> path_below(const State& state, const Scene& scene, int step) {
  const std::vector<PathGroup> groups = path_groups(scene);
  if (groups.empty()) return std::nullopt;
  const long index = static_cast<long>(selected_group(groups, state.path));
  const long wanted = std::clamp<long>(index + step, 0, static_cast<long>(groups.size()) - 1);
  const PathGroup& group = groups[static_cast<std::size_t>(wanted)];
  return PathChoice{group.path_id, group.flows.front()->flow};
}

/// Moves what the present screen moves: a selection, or lines. Single steps among flows wrap
/// around, as in the Go etr.
void move(State& state, const Scene& scene, int step) {
  const bool scrolls = state.overlay != Overlay::kNone || state.screen == Screen::kGraph ||
                       state.screen == Screen::kHistory ||
                       (state.screen == Screen::kPaths && state.detail_focus);
  if (scrolls) {
    state.scroll = static_cast<int>(std::clamp<long>(long{state.scroll} + step, 0, kFarAway));
  } else if (state.screen == Screen::kEvents) {  // counted from the newest
    state.scroll = static_cast<int>(std::clamp<long>(long{state.scroll} - step, 0, kFarAway));
  } else if (state.screen == Screen::kPaths) {
    if (auto path = path_below(state, scene, step)) state.path = std::move(path);
  } else if (state.detail_focus) {
    select_hop(state, scene, step);
  } else {
    select_flow(state, scene, step, step == 1 || step == -1);
  }
}

/// Selects another flow, or another path where paths are listed. As in the Go etr, not while the
/// detail has the focus.
void sideways(State& state, const Scene& scene, int step) {
  if (state.overlay != Overlay::kNone || state.detail_focus || state.screen == Screen::kEvents) {
    return;
  }
  if (state.screen == Screen::kPaths) {
    move(state, scene, step);
  } else {
    select_flow(state, scene, step, true);
  }
}

void show(State& state, Screen screen) {
  if (state.screen != screen) state.detail_focus = false;
  state.screen = screen;
  state.overlay = Overlay::kNone;
  state.scroll = 0;
}

void show_message(State& state, std::string text, bool error = false) {
  state.message = std::move(text);
  state.message_is_error = error;
}

void toggle_overlay(State& state, Overlay overlay) {
  state.overlay = state.overlay == overlay ? Overlay::kNone : overlay;
  state.scroll = 0;
}

void focus_detail(State& state, const Scene& scene) {
  state.detail_focus = true;
  const etr::FlowSnapshot* flow = scene.flow();
  state.ttl = flow == nullptr || flow->hops.empty() ? std::uint8_t{1} : flow->hops.front().ttl;
}

void open(State& state, const Scene& scene) {
  if (state.overlay != Overlay::kNone) {
    toggle_overlay(state, state.overlay);
  } else if (state.screen == Screen::kPaths) {
    const std::optional<PathChoice> path = path_below(state, scene, 0);
    if (!path) return;
    state.filter_path = path;
    state.flow = path->flow;
    show(state, Screen::kFlows);
  } else if (state.screen != Screen::kFlows) {
    show(state, Screen::kFlows);
  } else if (state.detail_focus) {
    toggle_overlay(state, Overlay::kHop);
  } else {
    focus_detail(state, scene);
  }
}

/// Esc closes one thing at a time: overlay, focus, filter.
void close(State& state) {
  if (state.overlay != Overlay::kNone) {
    toggle_overlay(state, state.overlay);
  } else if (state.detail_focus) {
    state.detail_focus = false;
    state.scroll = 0;
  } else {
    state.filter.clear();
    state.filter_path.reset();
  }
}

void change_target(State& state, const Scene& scene, int step) {
  const int count = static_cast<int>(scene.run.traces.size());
  if (count < 2) return show_message(state, "there is one target only");
  int position = 0;
  for (int i = 0; i < count; ++i) {
    if (scene.run.traces[static_cast<std::size_t>(i)].trace == state.trace) position = i;
  }
  position = (position + step + count) % count;
  state.trace = scene.run.traces[static_cast<std::size_t>(position)].trace;
  state.flow = 0;
  state.path.reset();
  state.filter_path.reset();
  state.scroll = 0;
}

void filter_path(State& state, const Scene& scene) {
  if (state.filter_path) {
    state.filter_path.reset();
  } else if (state.screen == Screen::kPaths) {
    state.filter_path = path_below(state, scene, 0);
  } else if (scene.flow() != nullptr) {
    state.filter_path = PathChoice{scene.flow()->path_id, scene.flow()->flow};
  }
}

void cycle_names(State& state) {
  switch (state.names) {
    case NameMode::kBoth:
      state.names = NameMode::kNames;
      return show_message(state, "hosts: names");
    case NameMode::kNames:
      state.names = NameMode::kAddresses;
      return show_message(state, "hosts: addresses");
    case NameMode::kAddresses: break;
  }
  state.names = NameMode::kBoth;
  show_message(state, "hosts: names and addresses");
}

/// Selects the first row, so that the worst is visible.
void cycle_sort(State& state, const Scene& scene) {
  constexpr std::array<std::string_view, 5> kNames{"flow", "path", "loss", "latency", "jitter"};
  const auto next = (static_cast<std::size_t>(state.sort) + 1) % kNames.size();
  state.sort = static_cast<SortBy>(next);
  const Scene sorted =
      make_scene(scene.run, scene.snapshot, scene.history, scene.events, scene.names, state);
  if (!sorted.flows.empty()) state.flow = sorted.flows.front()->flow;
  state.path.reset();
  show_message(state, "sorted by " + std::string(kNames[next]));
}

void cycle_zoom(State& state) {
  constexpr std::array kZooms{1, 2, 5, 10, 20};
  const auto* const found = std::find(kZooms.begin(), kZooms.end(), state.zoom);
  state.zoom = found == kZooms.end() || found + 1 == kZooms.end() ? kZooms.front() : *(found + 1);
  show_message(state, formatted("%d round%s per column", state.zoom, state.zoom == 1 ? "" : "s"));
}

/// Actions that send a command to the run or open a prompt; false if `action` is none of them.
bool command(State& state, Action action, const Scene& scene, Outcome& outcome) {
  switch (action) {
    case Action::kQuit: outcome.command.kind = Kind::kQuit; return true;
    case Action::kSuspend: outcome.command.kind = Kind::kSuspend; return true;
    case Action::kPause: outcome.command.kind = Kind::kPause; return true;
    case Action::kReset:
      outcome.command.kind = Kind::kResetStatistics;
      show_message(state, "statistics reset");
      return true;
    case Action::kLonger:
    case Action::kShorter:
      outcome.command = {Kind::kSetRoundInterval,
                         next_interval(scene.snapshot.round_interval, action == Action::kLonger)};
      show_message(state, "round interval " + interval_text(outcome.command.interval));
      return true;
    case Action::kRedraw: outcome.repaint = true; return true;
    case Action::kColumns: state.prompt = {Prompt::Kind::kColumns, state.columns}; return true;
    case Action::kFilter: state.prompt = {Prompt::Kind::kFilter, state.filter}; return true;
    case Action::kSave: state.prompt = {Prompt::Kind::kSave, save_name(scene)}; return true;
    default: return false;
  }
}

void apply(State& state, Action action, const Scene& scene, int page) {
  switch (action) {
    case Action::kUp: return move(state, scene, -1);
    case Action::kDown: return move(state, scene, 1);
    case Action::kPageUp: return move(state, scene, -std::max(page, 2));
    case Action::kPageDown: return move(state, scene, std::max(page, 2));
    case Action::kFirst: return move(state, scene, -kFarAway);
    case Action::kLast: return move(state, scene, kFarAway);
    case Action::kLeft: return sideways(state, scene, -1);
    case Action::kRight: return sideways(state, scene, 1);
    case Action::kFocus:
      if (state.screen != Screen::kFlows && state.screen != Screen::kPaths) return;
      if (state.overlay != Overlay::kNone) return;
      state.scroll = 0;
      if (state.detail_focus) {
        state.detail_focus = false;
      } else {
        focus_detail(state, scene);
      }
      return;
    case Action::kOpen: return open(state, scene);
    case Action::kClose: return close(state);
    case Action::kHelp: return toggle_overlay(state, Overlay::kHelp);
    case Action::kShowFlows: return show(state, Screen::kFlows);
    case Action::kShowPaths: return show(state, Screen::kPaths);
    case Action::kShowGraph: return show(state, Screen::kGraph);
    case Action::kShowHistory: return show(state, Screen::kHistory);
    case Action::kShowEvents: return show(state, Screen::kEvents);
    case Action::kPreviousTarget: return change_target(state, scene, -1);
    case Action::kNextTarget: return change_target(state, scene, 1);
    case Action::kNames: return cycle_names(state);
    case Action::kSort: return cycle_sort(state, scene);
    case Action::kFilterPath: return filter_path(state, scene);
    case Action::kClearFilter:
      state.filter.clear();
      state.filter_path.reset();
      return;
    case Action::kZoom: return cycle_zoom(state);
    default: return;
  }
}

}  // namespace

etr::Duration next_interval(etr::Duration interval, bool longer) {
  using std::chrono::milliseconds;
  constexpr std::array kSteps{milliseconds(100),   milliseconds(200),   milliseconds(500),
                              milliseconds(1000),  milliseconds(2000),  milliseconds(5000),
                              milliseconds(10000), milliseconds(30000), milliseconds(60000)};
  if (longer) {
    const auto* const above = std::upper_bound(kSteps.begin(), kSteps.end(), interval);
    return above == kSteps.end() ? std::max<etr::Duration>(interval, kSteps.back()) : *above;
  }
  const auto* const above = std::lower_bound(kSteps.begin(), kSteps.end(), interval);
  return above == kSteps.begin() ? std::min<etr::Duration>(interval, kSteps.front()) : *(above - 1);
}

Outcome press(State& state, const Key& key, const Scene& scene, int page) {
  Outcome outcome;
  const bool leaves = key == Key{Key::Code::kControl, U'c'};
  if (state.prompt && !leaves) {
    edit_prompt(state, key, outcome);
    return outcome;
  }
  state.message.clear();
  state.message_is_error = false;
  const Action action = action_for(key);
  if (!command(state, action, scene, outcome)) apply(state, action, scene, page);
  return outcome;
}

}  // namespace tui
