// What the parts of a running engine share. All of it on the probing thread; everything is borrowed
// from the engine.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "etr/snapshot.h"
#include "model/observer.h"
#include "plan/planner.h"
#include "trace/event_reporter.h"
#include "trace/flow_state.h"
#include "trace/options.h"
#include "trace/path_recorder.h"
#include "transport/transport.h"

namespace etr::trace {

/// The next probe to send.
struct Wanted {
  plan::Cell cell;
  /// Besides what the planner wants: its hop is probed once more before the round closes.
  bool second_look = false;
};

struct RunState {
  const EngineOptions& options;
  transport::Transport& transport;
  model::Observer& observer;
  EventReporter& events;
  plan::Planner& planner;
  PathRecorder& recorder;
  std::vector<std::unique_ptr<FlowState>>& flows;  ///< Index: the planner's and dispatcher's flow id.
  Counters& counters;
  std::deque<plan::Cell> second_looks{};  ///< Wanted at once.
};

}  // namespace etr::trace
