// Actions and keys change the state; what the run has to do comes back as a command.
#pragma once

#include "action.h"
#include "etr/view.h"
#include "key.h"
#include "scene.h"
#include "state.h"

namespace tui {

/// What a key press leads to.
struct Outcome {
  etr::Command command{etr::Command::Kind::kRedraw, {}};
  bool save = false;  ///< The prompt for a file name was confirmed: its text is in `file`.
  std::string file;
  bool repaint = false;  ///< The terminal's content cannot be trusted: draw all of it.
};

/// `scene` must be made from `state`; `page` is how many rows a page key moves.
Outcome press(State& state, const Key& key, const Scene& scene, int page);

/// The round interval after one step up or down: 100ms 200ms 500ms 1s 2s 5s ... 60s.
etr::Duration next_interval(etr::Duration interval, bool longer);

}  // namespace tui
