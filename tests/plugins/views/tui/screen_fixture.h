// A synthetic run with all that a scene needs, and a way to press keys.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/views/tui/screen.h"
#include "plugins/views/tui/update.h"
#include "tests/plugins/views/tui/sample_run.h"
#include "tests/support/graph_of.h"

namespace sample {

inline constexpr tui::Size kUsual{24, 80};
inline constexpr tui::Size kWide{40, 120};

class Desk {
 public:
  explicit Desk(Run made)
      : run(std::move(made)),
        history(run.info.flows * std::size_t{30}),
        judged_(run.snapshot->flows) {
    for (const etr::Path& path : run.paths) history.record(path);
    for (const etr::Event& event : run.events) events.add(event);
  }

  /// A scene of the present flows; rebuilds the path graph if the flows have changed.
  tui::Scene scene() {
    if (run.snapshot->flows != judged_) {
      judged_ = run.snapshot->flows;
      run.snapshot->graphs = etr::test::graphs_of(judged_);
    }
    return tui::make_scene(run.info, *run.snapshot, history, events, run.names, state);
  }
  tui::Grid draw(tui::Size size) { return tui::draw_frame(scene(), size).grid; }
  std::string text(tui::Size size) { return draw(size).text(); }

  /// Presses the keys that `octets` encode; returns the outcome of the last one.
  tui::Outcome type(std::string_view octets) {
    tui::KeyParser parser;
    tui::Outcome outcome;
    std::vector<tui::Key> keys = parser.feed(octets);
    for (const tui::Key& key : parser.finish()) keys.push_back(key);
    for (const tui::Key& key : keys) outcome = tui::press(state, key, scene(), 10);
    return outcome;
  }

  Run run;
  tui::History history;
  tui::EventLog events;
  tui::State state;

 private:
  std::vector<std::shared_ptr<const etr::FlowSnapshot>> judged_;
};

}  // namespace sample
