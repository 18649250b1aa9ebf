// The state of one flow in the engine.
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
            std::uint16_t first_id, std::uint8_t max_ttl, model::PathRegistry& registry,
            model::SharedEnds& ends)
      : flow(its_flow),
        handle(its_handle),
        probes(slots, first_id),
        known(max_ttl, registry, ends) {}

  Flow flow;
  transport::FlowHandle handle = 0;
  ProbeTable probes;
  std::uint64_t probes_made = 0;  ///< Counter for tokens; unlike ids, never reused.
  model::KnownFlow known;
  std::vector<model::HopStatistics> hops;  ///< By TTL - 1.
  std::string path_hash;
  bool reached = false;            ///< In the last closed round.
  std::optional<Blocked> blocked;  ///< As last heard on this path.
  bool has_record = false;         ///< A round was closed.
  std::uint64_t rounds_closed = 0;
  std::uint64_t path_changes = 0;
  std::shared_ptr<const FlowSnapshot> snapshot;  ///< Null: to be built.
  std::uint64_t snapshot_classes = 0;  ///< Class generation of the graph it was built with.
  /// The state of the path as last reported to the path graph.
  struct ReportedPath {
    std::uint64_t revision = 0;  ///< Revision of the identity.
    bool reached = false;
    bool blocked = false;
    friend bool operator==(const ReportedPath&, const ReportedPath&) = default;
  };
  ReportedPath reported_path;
  /// What of PathIdentity::balancing_evidence() was reported to the path graph, and of which TTL.
  struct ReportedEvidence {
    std::uint8_t ttl = 0;
    double evidence = 0;
  };
  ReportedEvidence reported_evidence;
  /// What was reported of the shape of the path, see path_marks.h: first TTLs.
  struct ReportedMarks {
    std::optional<std::uint8_t> loop;
    std::optional<std::uint8_t> expired_at_target;
  };
  ReportedMarks reported_marks;

  model::HopStatistics& hop(std::uint8_t ttl) {
    if (hops.size() < ttl) hops.resize(ttl);
    return hops[ttl - 1U];
  }
  /// The responder at this TTL on the present path: the confirmed one, else the latest.
  std::optional<IpAddress> address(std::uint8_t ttl) const;
};

/// `graph`: the graph of the trace of the flow.
std::shared_ptr<const FlowSnapshot> make_snapshot(const FlowState& state,
                                                  const model::PathGraphBuilder& graph);

}  // namespace etr::trace
