// Opens the flows of a run: route, source port, capture filter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "etr/event.h"
#include "etr/prober.h"
#include "etr/run_info.h"
#include "trace/flow_state.h"
#include "trace/options.h"

namespace etr::trace {

struct OpenedFlows {
  std::vector<TraceInfo> traces;
  std::vector<std::unique_ptr<FlowState>> flows;
  std::vector<std::unique_ptr<model::PathRegistry>> registries;  ///< By trace.
  std::vector<Event> events;  ///< Ports skipped and the like, to be told once the run is on.
};

/// An error names the target and the reason.
absl::StatusOr<OpenedFlows> open_flows(const EngineOptions& options,
                                       const std::vector<Target>& targets, const Prober& prober,
                                       transport::Transport& transport);

/// One capture filter for the whole run: the prober's packets and ICMP errors.
std::string capture_filter(const std::vector<TraceInfo>& traces, const Prober& prober);

}  // namespace etr::trace
