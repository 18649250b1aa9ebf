// The order in which flows begin a round. Flows rotate through the start places of a round and
// reverse at the ends (bell ringers' plain hunt), the odd ones the other way. So each has every
// place in turn, no two have the same, and from five flows on no flow's interval is off by more
// than a fifth.
#pragma once

#include <cstdint>

namespace etr::plan {

/// From here on a flow moves by two places from round to round.
inline constexpr std::uint32_t kManyFlows = 10;

/// Which of `flows` places in the interval a flow has in a round. REQUIRES: flow < flows.
constexpr std::uint32_t place_in_round(std::uint32_t flow, std::uint64_t round,
                                       std::uint32_t flows) {
  const std::uint32_t track = 2 * flows;  // There and back.
  const std::uint32_t start = flow % 2 == 0 ? flow : track - 1 - flow;
  const std::uint64_t step = flows < kManyFlows ? 1 : 2;
  const auto at = static_cast<std::uint32_t>((start + step * round) % track);
  return at < flows ? at : track - 1 - at;
}

}  // namespace etr::plan
