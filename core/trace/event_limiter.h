// Limits repeated events: the first is reported at once, equal ones within a second after it as one
// event with their count. Events are equal if kind and text are.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"
#include "trace/held_events.h"

namespace etr::trace {

class EventLimiter {
 public:
  /// Returns the event to report now, if any; its count includes those held back.
  std::vector<Event> add(Event event, base::Instant now);
  /// Returns the events whose second is over; with `all`, every event held back.
  std::vector<Event> due(base::Instant now, bool all = false);

 private:
  std::map<std::pair<EventKind, std::string>, HeldEvent> held_;
};

}  // namespace etr::trace
