// Keys change the state; what the run has to do is returned as a command.
#pragma once

#include "action.h"
#include "etr/view.h"
#include "key.h"
#include "scene.h"
#include "state.h"

namespace tui {

/// The result of a key press.
struct Outcome {
  etr::Command command{etr::Command::Kind::kRedraw, {}};
  bool save = false;  ///< Save the report to `file`.
  std::string file;
  bool repaint = false;  ///< Redraw everything, whatever the terminal shows.
};

/// `page` is how many rows a page key moves. REQUIRES that `scene` was made from `state`.
Outcome press(State& state, const Key& key, const Scene& scene, int page);

/// The round interval after one step up or down: 100ms 200ms 500ms 1s 2s 5s ... 60s.
etr::Duration next_interval(etr::Duration interval, bool longer);

}  // namespace tui
