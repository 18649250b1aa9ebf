// What the parts of a running engine share. All members belong to the engine and are used on the
// probing thread.
#pragma once

#include "etr/snapshot.h"
#include "model/observer.h"
#include "plan/planner.h"
#include "trace/event_reporter.h"
#include "trace/flow_table.h"
#include "trace/options.h"
#include "transport/transport.h"

namespace etr::trace {

struct RunContext {
  const EngineOptions& options;
  transport::Transport& transport;
  model::Observer& observer;
  EventReporter& events;
  plan::Planner& planner;
  FlowTable& flows;
  Counters& counters;

  base::Instant now() const { return transport.clock().now(); }
};

}  // namespace etr::trace
