// Limits path-change events: of changes between the same two paths, the first is reported at once;
// those of the next five seconds are reported as one event with their number and rate. Its text
// says how long ago the first of them was.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"
#include "trace/held_events.h"

namespace etr::trace {

class ChangeLimiter {
 public:
  /// Returns the event to report now, if any. The count of a later event includes those held back.
  std::vector<Event> add(Event event, base::Instant now);
  /// Returns the events whose period is over; with `all`, every event held back.
  std::vector<Event> due(base::Instant now, bool all = false);

 private:
  /// Trace, lower path id, higher path id.
  using Pair = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  struct Held : HeldEvent {
    base::Instant first{};  ///< The first change since the last report.
    std::set<std::uint32_t> flows;
    bool both_ways = false;
  };
  static Event summary(Held& held, base::Instant now);

  std::map<Pair, Held> held_;
};

/// One line of text, for example "flows move between path 1a2b3c4d and path 5e6f7a8b, 1.4 changes a
/// second, 8 flows".
std::string text_of(const PathChange& change);

}  // namespace etr::trace
