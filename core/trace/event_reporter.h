// Reports events of a run to the observer, and limits repeated ones. The time of an event is that
// of the report, also if it was held back, so that events are in order of time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"
#include "model/observer.h"
#include "trace/change_limiter.h"
#include "trace/dispatcher.h"
#include "trace/event_limiter.h"
#include "trace/flow_state.h"

namespace etr::trace {

class EventReporter {
 public:
  explicit EventReporter(const base::Clock& clock) : clock_(clock) {}

  /// Events go to `observer` from now on; earlier ones were kept and are delivered first.
  void begin(model::Observer& observer);

  /// Equal events are reported once a second, with their count.
  void report(Event event);
  /// Never held back.
  void report_now(Event event);
  /// Sets the text. Changes between the same two paths are combined.
  void path_changed(Event event);
  /// A late or duplicate reply. Never held back.
  void unexpected(EventKind kind, const FlowState& flow, const Probe& probe, const Reply& reply,
                  std::string_view text);
  /// `flow`: null if unknown.
  void rejected(Rejection rejection, const transport::ReceivedPacket& packet,
                const FlowState* flow);

  /// Reports held-back events whose time has come; with `all`, every one.
  void due(bool all = false);

 private:
  void pass_on(std::vector<Event> events);

  model::Observer* observer_ = nullptr;
  std::vector<Event> early_;  ///< From before begin().
  const base::Clock& clock_;
  EventLimiter limiter_;
  ChangeLimiter changes_;
};

}  // namespace etr::trace
