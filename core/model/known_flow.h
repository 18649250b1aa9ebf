// What is known of one flow's path: the rounds in progress, where the path ends, which path it is,
// and whether the destination's replies can be attributed. One place for each of these facts.
#pragma once

#include <cstdint>
#include <deque>

#include "model/path_end.h"
#include "model/path_identity.h"
#include "model/round.h"
#include "model/service_gate.h"

namespace etr::model {

/// Not thread-safe; belongs to the probing thread.
struct KnownFlow {
  KnownFlow(std::uint8_t max_ttl, PathRegistry& registry) : end(max_ttl), identity(registry) {}

  std::deque<Round> rounds;  ///< In progress, oldest first; only the last one takes probes.
  PathEnd end;
  ServiceGate gate;
  PathIdentity identity;

  Round* round(std::uint64_t number) {
    for (Round& open : rounds) {
      if (open.number() == number) return &open;
    }
    return nullptr;
  }
};

}  // namespace etr::model
