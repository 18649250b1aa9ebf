// All that the engine keeps of one flow.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "etr/flow.h"
#include "etr/snapshot.h"
#include "model/hop_statistics.h"
#include "model/known_flow.h"
#include "model/path_graph.h"
#include "trace/probe_table.h"
#include "transport/transport.h"

namespace etr::trace {

struct FlowState {
  FlowState(const Flow& its_flow, transport::FlowHandle its_handle, std::uint16_t slots,
            std::uint16_t first_id, std::uint8_t max_ttl, model::PathRegistry& registry)
      : flow(its_flow), handle(its_handle), probes(slots, first_id), known(max_ttl, registry) {}

  Flow flow;
  transport::FlowHandle handle = 0;
  ProbeTable probes;
  std::uint64_t probes_made = 0;  ///< Numbers the probes for their tokens; unlike ids never reused.
  model::KnownFlow known;
  std::vector<model::HopStatistics> hops;  ///< Index TTL - 1.
  std::string path_hash;
  bool reached = false;            ///< In the last closed round.
  std::optional<Blocked> blocked;  ///< In the last closed round.
  bool has_record = false;         ///< A round has been closed.
  std::uint64_t rounds_closed = 0;
  std::uint64_t path_changes = 0;
  std::shared_ptr<const FlowSnapshot> snapshot;  ///< Null: to be made anew.
  std::uint64_t snapshot_classes = 0;            ///< The graph's class generation in it.
  /// What the path graph was last told of the flow's path.
  struct ToldPath {
    std::uint64_t revision = 0;  ///< Of the identity.
    bool reached = false;
    bool blocked = false;
    friend bool operator==(const ToldPath&, const ToldPath&) = default;
  };
  ToldPath told_path;

  model::HopStatistics& hop(std::uint8_t ttl) {
    if (hops.size() < ttl) hops.resize(ttl);
    return hops[ttl - 1U];
  }
  /// Who answers at this TTL on the present path: as confirmed, or else who answered last.
  std::optional<IpAddress> address(std::uint8_t ttl) const;
};

/// `graph` is that of the flow's trace.
std::shared_ptr<const FlowSnapshot> make_snapshot(const FlowState& state,
                                                  const model::PathGraphBuilder& graph);

}  // namespace etr::trace
