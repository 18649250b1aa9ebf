// A trace: the run to one target, and what belongs to it rather than to one of its flows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/run_info.h"
#include "model/path_graph.h"
#include "model/path_identity.h"
#include "model/shared_ends.h"
#include "plan/planner.h"

namespace etr::trace {

struct Trace {
  explicit Trace(const TraceInfo& its_info) : info(its_info), graph({its_info.trace, 0.95}) {}

  TraceInfo info;
  std::string interface;  ///< See Target.
  model::PathRegistry paths;
  model::SharedEnds ends;
  model::PathGraphBuilder graph;
  std::vector<plan::FlowId> flows;  ///< Open flows, by index.
  std::uint32_t next_index = 0;     ///< Of the next flow; its port is the first port plus this.
  std::optional<std::uint8_t> reported_ttl_limit;  ///< TTL limit by the MTU, as last reported.
};

}  // namespace etr::trace
