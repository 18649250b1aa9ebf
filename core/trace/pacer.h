// The pacer: a token bucket over all probes of a run, and a bound on runs towards one TTL.
//
// Many routers answer a burst of 6 and then slow down (Linux: ICMP burst 6), so no more than 6
// probes in a row, closer together than the rate's own spacing, go to one TTL. The next one begins
// a new run only after another TTL or a pause longer than the spacing.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace etr::trace {

class Pacer {
 public:
  /// `rate` in probes per second, 0: no limit at all, runs included.
  Pacer(double rate, std::uint32_t burst);

  /// When a probe with this TTL may go, never before `now`.
  base::Instant earliest(base::Instant now, std::uint8_t ttl) const;
  /// A probe goes now.
  void sent(base::Instant now, std::uint8_t ttl);

 private:
  static constexpr std::uint32_t kMaxRun = 6;

  Duration spacing_{};       ///< Between tokens; 0: no limit.
  Duration depth_{};         ///< How far the bucket's horizon may lag behind.
  base::Instant horizon_{};  ///< When the bucket would be full, less its depth.
  base::Instant last_{};
  std::uint8_t run_ttl_ = 0;
  std::uint32_t run_ = 0;
};

}  // namespace etr::trace
