// Path changes between the same two paths, told together: the first at once, those that follow
// within a few seconds as one event with their number and rate.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"

namespace etr::trace {

class ChangeLimiter {
 public:
  /// The event to report now, if any; the count of later ones includes those held back.
  std::vector<Event> add(Event event, base::Instant now);
  /// Events whose period is over; with `all`, everything that is held back.
  std::vector<Event> due(base::Instant now, bool all = false);

 private:
  /// Trace, and the lower and the higher path id.
  using Pair = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  struct Held {
    base::Instant since{};
    std::uint64_t count = 0;  ///< Since the last event.
    std::set<std::uint32_t> flows;
    bool both_ways = false;
    Event last;
  };
  static Event summary(Held& held, base::Instant now);

  std::map<Pair, Held> held_;
};

/// One line: "flows move between path 1a2b3c4d and path 5e6f7a8b, 1.4 changes a second, 8 flows".
std::string text_of(const PathChange& change);

}  // namespace etr::trace
