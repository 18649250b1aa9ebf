// All that the engine knows of one flow.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "etr/flow.h"
#include "etr/snapshot.h"
#include "model/hop_statistics.h"
#include "model/open_round.h"
#include "model/path_identity.h"
#include "trace/probe_table.h"
#include "transport/transport.h"

namespace etr::trace {

/// What is known of a service whose answers do not name their probe.
struct ServiceAnswers {
  bool nameless = false;  ///< It is one.
  /// It answers once more, later, as services do that await an acknowledgment: when its answers
  /// come says nothing of when their probe went.
  bool repeats = false;
  /// The round that asks again, one at a time, since an answer fitted no single probe; and how often
  /// it has begun to, and where the path was thought to end.
  std::optional<std::uint64_t> asked_again;
  int times_asked = 0;
  std::optional<std::uint8_t> doubted_end;
  Timestamp answered_at{};  ///< The last answer that was believed.
};

struct FlowState {
  FlowState(const Flow& its_flow, std::uint16_t slots, std::uint16_t first_id,
            model::PathRegistry& registry)
      : flow(its_flow), probes(slots, first_id), identity(registry) {}

  Flow flow;
  transport::FlowHandle handle = 0;
  std::uint8_t max_ttl = 0;
  ProbeTable probes;
  std::uint64_t probes_made = 0;  ///< Numbers the probes for their tokens; unlike ids never reused.
  std::deque<model::OpenRound> rounds;     ///< In progress, oldest first.
  std::vector<model::HopStatistics> hops;  ///< Index TTL - 1.
  model::PathIdentity identity;
  std::string path_hash;
  std::optional<std::uint8_t> end;     ///< TTL of destination or blocker, once known.
  std::optional<std::uint8_t> last_end;  ///< The same, kept while the end is searched for anew.
  bool reached = false;                ///< In the last closed round.
  std::optional<Blocked> blocked;      ///< In the last closed round.
  ServiceAnswers service;
  /// Withdrawn probes that such a service may still answer, and until when.
  std::uint32_t draining = 0;
  base::Instant drained_at{};
  std::uint64_t rounds_closed = 0;
  std::uint64_t path_changes = 0;
  std::shared_ptr<const FlowSnapshot> snapshot;  ///< Null: to be made anew.

  model::OpenRound* round(std::uint64_t number) {
    for (model::OpenRound& open : rounds) {
      if (open.number() == number) return &open;
    }
    return nullptr;
  }
  model::HopStatistics& hop(std::uint8_t ttl) {
    if (hops.size() < ttl) hops.resize(ttl);
    return hops[ttl - 1U];
  }
  /// Who answers at this TTL on the present path: as confirmed, or else who answered last.
  std::optional<IpAddress> address(std::uint8_t ttl) const;
};

std::shared_ptr<const FlowSnapshot> make_snapshot(const FlowState& state);

}  // namespace etr::trace
