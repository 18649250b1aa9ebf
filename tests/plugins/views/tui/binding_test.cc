// Every key does in every view what the help says: there is one expectation per action, checked in
// all views.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/views/tui/action.h"
#include "plugins/views/tui/hop_column.h"
#include "plugins/views/tui/path_group.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using Kind = etr::Command::Kind;
using sample::Desk;
using tui::Action;
using tui::Overlay;

constexpr tui::Size kLow{9, 80};  // low enough that every view scrolls

enum class Place { kFlows, kDetail, kPaths, kPath, kGraph, kHistory, kEvents, kHelp, kHop };

struct View {
  Place place;
  const char* name;
  const char* keys;  ///< That lead there from the first screen.
};
constexpr std::array<View, 9> kViews{{{Place::kFlows, "flows", ""},
                                      {Place::kDetail, "detail", "\t"},
                                      {Place::kPaths, "paths", "2"},
                                      {Place::kPath, "path", "2\t"},
                                      {Place::kGraph, "graph", "3"},
                                      {Place::kHistory, "history", "4"},
                                      {Place::kEvents, "events", "eg"},
                                      {Place::kHelp, "help", "?"},
                                      {Place::kHop, "hop", "\tjj\r"}}};

bool is_overlay(Place place) { return place == Place::kHelp || place == Place::kHop; }
bool shows_flows(Place place) {
  return place == Place::kFlows || place == Place::kGraph || place == Place::kHistory;
}

/// A desk that shows the view, with two targets, 60 events, and a filter that all flows match.
Desk desk_in(const View& view) {
  Desk desk(sample::fabric(40, 5));
  desk.state.flow = 5;
  desk.run.info.traces.push_back({7, "other.example", sample::address("2001:db8::1"), 53, "UDP"});
  for (int i = 0; i < 60; ++i) {
    etr::Event event;
    event.text = "number " + std::to_string(i);
    desk.events.add(event);
  }
  desk.type("/10.0.0\r");
  desk.type(view.keys);
  return desk;
}

/// Presses a key, then limits the scroll as the view does when it draws.
tui::Outcome press(Desk& desk, const tui::Key& key) {
  const tui::Outcome outcome = tui::press(desk.state, key, desk.scene(), 4);
  const tui::Frame frame = tui::draw_frame(desk.scene(), kLow);
  desk.state.scroll = std::min(desk.state.scroll, frame.scroll_end);
  return outcome;
}

/// The row that the view is at, counted downwards.
long row_of(Desk& desk, Place place) {
  const tui::Scene scene = desk.scene();
  switch (place) {
    case Place::kFlows: return static_cast<long>(scene.selected);
    case Place::kDetail: return desk.state.ttl;
    case Place::kPaths:
      return static_cast<long>(tui::selected_group(tui::path_groups(scene), desk.state.path));
    case Place::kEvents: return -desk.state.scroll;
    default: return desk.state.scroll;
  }
}

struct Trial {
  const View& view;
  Desk before;
  Desk after;
  tui::Outcome outcome;

  long moved() { return row_of(after, view.place) - row_of(before, view.place); }
  int flow_moved() const {
    return static_cast<int>(after.state.flow) - static_cast<int>(before.state.flow);
  }
  bool asks(Kind kind) const { return outcome.command.kind == kind; }
  bool shows(tui::Screen screen) const {
    return after.state.screen == screen && after.state.overlay == Overlay::kNone;
  }
  bool prompts(tui::Prompt::Kind kind) const {
    return after.state.prompt && after.state.prompt->kind == kind;
  }
};

bool opened(const Trial& trial) {
  switch (trial.view.place) {
    case Place::kFlows: return trial.after.state.detail_focus;
    case Place::kDetail: return trial.after.state.overlay == Overlay::kHop;
    case Place::kPaths:
    case Place::kPath:
      return trial.shows(tui::Screen::kFlows) && trial.after.state.filter_path.has_value();
    case Place::kHelp:
    case Place::kHop: return trial.after.state.overlay == Overlay::kNone;
    default: return trial.shows(tui::Screen::kFlows);
  }
}

/// Esc closes one thing at a time: overlay, focus, filter.
bool closed(const Trial& trial) {
  const tui::State& state = trial.after.state;
  if (is_overlay(trial.view.place)) return state.overlay == Overlay::kNone && !state.filter.empty();
  if (trial.before.state.detail_focus) return !state.detail_focus && !state.filter.empty();
  return state.filter.empty();
}

bool sideways(Trial& trial, int step) {
  if (trial.view.place == Place::kPaths) return trial.moved() == step && trial.flow_moved() == 0;
  return trial.flow_moved() == (shows_flows(trial.view.place) ? step : 0);
}

bool focused(const Trial& trial) {
  switch (trial.view.place) {
    case Place::kFlows:
    case Place::kPaths: return trial.after.state.detail_focus;
    case Place::kDetail:
    case Place::kPath: return !trial.after.state.detail_focus;
    default: return trial.after.state.detail_focus == trial.before.state.detail_focus;
  }
}

using Expectation = std::function<bool(Trial&)>;

std::map<Action, Expectation> expectations() {
  return {
      {Action::kUp, [](Trial& t) { return t.moved() == -1; }},
      {Action::kDown, [](Trial& t) { return t.moved() == 1; }},
      {Action::kLeft, [](Trial& t) { return sideways(t, -1); }},
      {Action::kRight, [](Trial& t) { return sideways(t, 1); }},
      {Action::kPageUp, [](Trial& t) { return t.moved() < 0; }},
      {Action::kPageDown, [](Trial& t) { return t.moved() > 0; }},
      {Action::kFirst,
       [](Trial& t) {
         press(t.after, {tui::Key::Code::kPageUp, 0});
         const long top = row_of(t.after, t.view.place);
         return t.moved() < 0 && (t.view.place == Place::kEvents || top <= 1);
       }},
      {Action::kLast,
       [](Trial& t) {
         const long row = row_of(t.after, t.view.place);
         press(t.after, {tui::Key::Code::kPageDown, 0});
         return t.moved() > 0 && row_of(t.after, t.view.place) == row;
       }},
      {Action::kFocus, focused},
      {Action::kOpen, opened},
      {Action::kClose, closed},
      {Action::kHelp,
       [](Trial& t) {
         return t.after.state.overlay ==
                (t.view.place == Place::kHelp ? Overlay::kNone : Overlay::kHelp);
       }},
      {Action::kShowFlows, [](Trial& t) { return t.shows(tui::Screen::kFlows); }},
      {Action::kShowPaths, [](Trial& t) { return t.shows(tui::Screen::kPaths); }},
      {Action::kShowGraph, [](Trial& t) { return t.shows(tui::Screen::kGraph); }},
      {Action::kShowHistory, [](Trial& t) { return t.shows(tui::Screen::kHistory); }},
      {Action::kShowEvents, [](Trial& t) { return t.shows(tui::Screen::kEvents); }},
      {Action::kNextTarget, [](Trial& t) { return t.after.state.trace == 7; }},
      {Action::kPreviousTarget, [](Trial& t) { return t.after.state.trace == 7; }},
      {Action::kPause, [](Trial& t) { return t.asks(Kind::kPause); }},
      {Action::kReset, [](Trial& t) { return t.asks(Kind::kResetStatistics); }},
      {Action::kNames, [](Trial& t) { return t.after.state.names == tui::NameMode::kNames; }},
      {Action::kColumns, [](Trial& t) { return t.prompts(tui::Prompt::Kind::kColumns); }},
      {Action::kLonger,
       [](Trial& t) {
         return t.asks(Kind::kSetRoundInterval) &&
                t.outcome.command.interval > std::chrono::seconds(2);
       }},
      {Action::kShorter,
       [](Trial& t) {
         return t.asks(Kind::kSetRoundInterval) &&
                t.outcome.command.interval < std::chrono::seconds(2);
       }},
      {Action::kSort, [](Trial& t) { return t.after.state.sort == tui::SortBy::kPath; }},
      {Action::kFilter, [](Trial& t) { return t.prompts(tui::Prompt::Kind::kFilter); }},
      {Action::kFilterPath,
       [](Trial& t) {
         const tui::Scene scene = t.after.scene();
         return t.after.state.filter_path && !scene.flows.empty() &&
                scene.flows.size() < scene.all.size();
       }},
      {Action::kClearFilter, [](Trial& t) { return t.after.state.filter.empty(); }},
      {Action::kZoom, [](Trial& t) { return t.after.state.zoom == 2; }},
      {Action::kSave, [](Trial& t) { return t.prompts(tui::Prompt::Kind::kSave); }},
      {Action::kRedraw, [](Trial& t) { return t.outcome.repaint; }},
      {Action::kSuspend, [](Trial& t) { return t.asks(Kind::kSuspend); }},
      {Action::kQuit, [](Trial& t) { return t.asks(Kind::kQuit); }},
  };
}

TEST(Bindings, DoWhatTheHelpSaysInEveryView) {
  const std::map<Action, Expectation> expected = expectations();
  std::vector<Desk> desks;
  for (const View& view : kViews) {
    desks.push_back(desk_in(view));
    // Away from the first row, so that both directions are possible.
    press(desks.back(), {tui::Key::Code::kDown, 0});
    press(desks.back(), {tui::Key::Code::kDown, 0});
  }
  for (const tui::Binding& binding : tui::bindings()) {
    const auto expectation = expected.find(binding.action);
    ASSERT_NE(expectation, expected.end()) << "no expectation for " << binding.keys;
    for (const tui::Key& key : {binding.key, binding.other}) {
      if (key == tui::Key{}) continue;
      for (std::size_t i = 0; i < kViews.size(); ++i) {
        const View& view = kViews[i];
        Trial trial{view, desks[i], desks[i], {}};
        trial.outcome = press(trial.after, key);
        EXPECT_TRUE(expectation->second(trial))
            << binding.keys << " (" << binding.help << ") in " << view.name;
      }
    }
  }
}

TEST(Bindings, SurviveRandomKeysAtRandomSizes) {
  std::mt19937 dice(20261122);  // NOLINT: a fixed seed, so that runs are repeatable
  const auto up_to = [&dice](int most) {
    return static_cast<int>(dice() % static_cast<unsigned>(most + 1));
  };
  const std::string_view usual =
      "kjhlgG \t\r\x1b"
      "1234e[]prn+-otfFz?/\x15\x7f\x0c\x02"
      "abLS50";
  Desk desk(sample::fabric(24));
  desk.run.info.traces.push_back({7, "other.example", sample::address("2001:db8::1"), 53, "UDP"});
  for (int i = 0; i < 3000; ++i) {
    std::string octets(1,
                       usual[static_cast<std::size_t>(up_to(static_cast<int>(usual.size()) - 1))]);
    if (up_to(9) == 0) octets = std::string(1, static_cast<char>(up_to(255)));
    desk.type(octets);
    const tui::Frame frame = tui::draw_frame(desk.scene(), {up_to(40), up_to(140)});
    desk.state.scroll = std::min(desk.state.scroll, frame.scroll_end);
    const tui::Scene scene = desk.scene();
    ASSERT_TRUE(scene.flows.empty() || scene.selected < scene.flows.size());
    ASSERT_EQ(tui::unknown_letters(desk.state.columns), "");
  }
}

}  // namespace
