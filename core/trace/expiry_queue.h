// The expiry queue: when each probe in flight is given up.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"
#include "plan/planner.h"

namespace etr::trace {

class ExpiryQueue {
 public:
  struct Entry {
    base::Instant at;
    plan::FlowId flow;
    std::uint16_t probe;  ///< Id in the probe table of the flow.
  };

  explicit ExpiryQueue(Duration timeout) : timeout_(timeout) {}

  /// A probe was sent at `now`.
  void add(base::Instant now, plan::FlowId flow, std::uint16_t probe) {
    entries_.push_back({now + timeout_ + kSlack, flow, probe});
  }
  /// Removes and returns the next probe whose time is over, if any.
  std::optional<Entry> take(base::Instant now) {
    if (entries_.empty() || entries_.front().at > now) return std::nullopt;
    const Entry entry = entries_.front();
    entries_.pop_front();
    return entry;
  }
  std::optional<base::Instant> next() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.front().at;
  }

 private:
  /// A reply received in time may still be in the kernel when the timeout is over.
  static constexpr Duration kSlack = std::chrono::milliseconds(2);

  Duration timeout_;
  std::deque<Entry> entries_;  ///< Sorted: the timeout is the same for all.
};

}  // namespace etr::trace
