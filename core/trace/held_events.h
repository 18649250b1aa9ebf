// Events held back by a limiter, each for a period after the last one that was reported.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/clock.h"
#include "etr/event.h"

namespace etr::trace {

/// What limiters keep of equal events.
struct HeldEvent {
  base::Instant since{};    ///< The last report.
  std::uint64_t count = 0;  ///< Events since then.
  Event last;
};

/// Returns the events whose period is over; with `all`, every event held back. Keys without any are
/// forgotten. `summary` makes one event of what was held back, and begins a new period.
template <typename Key, typename Held, typename Summary>
std::vector<Event> take_due(std::map<Key, Held>& held, Duration period, base::Instant now, bool all,
                            const Summary& summary) {
  std::vector<Event> events;
  for (auto it = held.begin(); it != held.end();) {
    if (!all && now - it->second.since < period) {
      ++it;
    } else if (it->second.count == 0) {
      it = held.erase(it);
    } else {
      events.push_back(summary(it->second));
      ++it;
    }
  }
  return events;
}

}  // namespace etr::trace
