// The order in which flows start their rounds.
//
// Flows rotate through the start slots of a round and reverse at the ends (bell ringers' *plain
// hunt*), odd flows in the opposite direction. So each flow has every slot in turn, no two share
// one, and with five flows or more the interval of a flow varies by at most a fifth.
#pragma once

#include <cstdint>

namespace etr::plan {

/// From this number of flows on, a flow moves by two slots per round.
inline constexpr std::uint32_t kManyFlows = 10;

/// The start slot of a flow in a round, 0..flows - 1. REQUIRES: flow < flows.
constexpr std::uint32_t place_in_round(std::uint32_t flow, std::uint64_t round,
                                       std::uint32_t flows) {
  const std::uint32_t track = 2 * flows;  // Back and forth.
  const std::uint32_t start = flow % 2 == 0 ? flow : track - 1 - flow;
  const std::uint64_t step = flows < kManyFlows ? 1 : 2;
  const auto at = static_cast<std::uint32_t>((start + step * round) % track);
  return at < flows ? at : track - 1 - at;
}

}  // namespace etr::plan
