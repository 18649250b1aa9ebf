// A clock that stands still until it is advanced.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace etr::simulation {

/// Starts at a fixed moment, 2026-01-01T00:00:00Z, so that runs repeat exactly. One thread advances
/// it, any thread may read it.
class VirtualClock final : public base::Clock {
 public:
  /// Not the epoch of Instant: a default Instant is always in the past.
  static constexpr base::Instant kStart{std::chrono::hours(1)};
  static constexpr Timestamp kStartUtc{std::chrono::seconds(1767225600)};

  base::Instant now() const override { return kStart + elapsed(); }
  Timestamp utc() const override { return kStartUtc + elapsed() + Duration(step_.load()); }
  bool is_virtual() const override { return true; }

  Duration elapsed() const { return Duration(elapsed_.load()); }
  /// Never goes back: an earlier moment changes nothing.
  void advance_to(base::Instant moment) {
    const Duration elapsed_then = moment - kStart;
    if (elapsed_then > elapsed()) elapsed_.store(elapsed_then.count());
  }
  void advance(Duration by) { advance_to(now() + by); }
  /// Steps UTC as an administrator or a time server would; monotonic time does not change.
  void step_utc(Duration by) { step_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> elapsed_{0};
  std::atomic<std::int64_t> step_{0};
};

}  // namespace etr::simulation
