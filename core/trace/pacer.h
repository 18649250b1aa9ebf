// The pacer: a token bucket over all probes of a run, and a limit on consecutive probes to one TTL.
//
// Many routers answer a burst of 6 and then limit their rate (as Linux does). So at most 6 probes
// in a row, spaced more closely than the rate, go to one TTL. A new run begins after a probe to
// another TTL, or after a pause longer than the spacing.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace etr::trace {

class Pacer {
 public:
  /// `rate` in probes per second; 0: no limit at all, not even on runs.
  Pacer(double rate, std::uint32_t burst);

  /// When a probe with this TTL may be sent, never before `now`.
  base::Instant earliest(base::Instant now, std::uint8_t ttl) const;
  /// A probe is sent now.
  void sent(base::Instant now, std::uint8_t ttl);

 private:
  static constexpr std::uint32_t kMaxRun = 6;

  Duration spacing_{};       ///< Time per token; 0: no limit.
  Duration depth_{};         ///< How far the horizon may be ahead of now.
  base::Instant horizon_{};  ///< When the bucket will be full again.
  base::Instant last_{};
  std::uint8_t run_ttl_ = 0;
  std::uint32_t run_ = 0;
};

}  // namespace etr::trace
