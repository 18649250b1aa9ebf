// Two clocks: one that never steps, for deadlines, and UTC, for stamps.
#pragma once

#include <chrono>

#include "etr/time.h"

namespace etr::base {

/// A point on the monotonic clock.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual Timestamp utc() const = 0;
  /// True for a virtual clock, whose time passes only while the engine waits: no thread may then
  /// wait for real time.
  virtual bool is_virtual() const { return false; }
};

/// One moment on both clocks.
struct Moment {
  Instant now{};
  Timestamp utc{};
};

/// Reads both clocks, again if the thread was preempted in between: a preemption must not look like
/// a step of UTC.
inline Moment read_both(const Clock& clock) {
  constexpr Duration kTogether = std::chrono::milliseconds(1);
  constexpr int kTries = 5;
  Moment moment{clock.now(), clock.utc()};
  for (int tries = 1; tries < kTries && clock.now() - moment.now > kTogether; ++tries) {
    moment = {clock.now(), clock.utc()};
  }
  return moment;
}

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now(); }
  Timestamp utc() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace etr::base
