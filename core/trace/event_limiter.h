// Keeps repeated events from flooding the output: the first goes out at once, those that follow
// within a second are counted and told together.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"

namespace etr::trace {

class EventLimiter {
 public:
  /// The event to report now, if any; it stands for those held back before it, too. Events are
  /// alike if kind and text are.
  std::vector<Event> add(Event event, base::Instant now);
  /// Events whose second is over; with `all`, everything that is still held back.
  std::vector<Event> due(base::Instant now, bool all = false);

 private:
  struct Held {
    base::Instant since{};
    std::uint64_t count = 0;
    Event last;
  };
  std::map<std::pair<EventKind, std::string>, Held> held_;
};

}  // namespace etr::trace
