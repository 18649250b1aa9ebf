// Tells the observer what happened during a run, and keeps repeated events from flooding it.
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

  /// Events go there from now on; those before have been kept for it.
  void begin(model::Observer& observer);

  /// Sets the time; events alike are reported once a second, with their count.
  void report(Event event);
  /// Sets the time; never held back.
  void report_now(Event event);
  /// Sets time and text; changes between the same two paths are reported together.
  void path_changed(Event event);
  /// An answer that came too late or once too often; never held back.
  void unexpected(EventKind kind, const FlowState& flow, const Probe& probe, const Reply& reply,
                  std::string_view text);
  /// `flow` as far as it is known.
  void rejected(Rejection rejection, const transport::ReceivedPacket& packet,
                const FlowState* flow);

  /// Tells what was held back for long enough, or with `all` everything.
  void due(bool all = false);

 private:
  model::Observer* observer_ = nullptr;
  std::vector<Event> early_;  ///< From before begin().
  const base::Clock& clock_;
  EventLimiter limiter_;
  ChangeLimiter changes_;
};

}  // namespace etr::trace
