// The planner says which cell (flow, TTL) is wanted next; the engine owns slots, pacing, retries
// and verdicts.
#pragma once

#include <cstdint>
#include <optional>

#include "transport/clock.h"

namespace etr::trace {

struct Cell {
  std::uint32_t flow = 0;
  std::uint8_t ttl = 0;
  friend bool operator==(const Cell&, const Cell&) = default;
};

/// What became of a probe, as far as planning cares.
enum class OutcomeKind : std::uint8_t {
  kTimeExceeded,  ///< A router answered; the path goes on.
  kReached,       ///< The destination answered.
  kBlocked,       ///< Somebody else refused to go on.
  kLost,
  kSendFailed,
  kOverdue,       ///< No answer yet, though one would be expected by now; a verdict follows.
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kLost;
  std::uint64_t round = 0;
  transport::Instant at{};
};

}  // namespace etr::trace
