// What is known of one flow: the rounds in progress, the end of its path, the identity of its path,
// and whether replies of the destination can be attributed. Each fact has one owner here; planner,
// matcher and recorder read it from there.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "model/expected_end.h"
#include "model/path_end.h"
#include "model/path_identity.h"
#include "model/round.h"
#include "model/service_gate.h"

namespace etr::model {

/// Not thread-safe; belongs to the probing thread.
struct KnownFlow {
  KnownFlow(std::uint8_t max_ttl, PathRegistry& registry, SharedEnds& ends)
      : end(max_ttl), expected_end(ends), identity(registry) {}

  std::deque<Round> rounds;  ///< In progress, oldest first; only the last one takes new probes.
  PathEnd end;
  ExpectedEnd expected_end;
  ServiceGate gate;
  PathIdentity identity;

  Round* round(std::uint64_t number) {
    for (Round& open : rounds) {
      if (open.number() == number) return &open;
    }
    return nullptr;
  }

  /// A round was closed: cuts it at the expected end, if there is one, and from the next round on
  /// the flow probes only up to there.
  void apply_expected_end(Round& closed);

 private:
  std::optional<LastRouter> last_router(const Round& round) const;
};

}  // namespace etr::model
