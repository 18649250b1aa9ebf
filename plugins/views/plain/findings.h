// What a report says is wrong with a trace.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "etr/path_graph.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"

namespace plain {

/// Flows that do not arrive, loops, lossy links, shared loss and unsteady branch points of the
/// trace to `target`, one per line. `graph` may be null; `host_width` limits a name with its
/// address.
std::string findings(const std::vector<const etr::FlowSnapshot*>& flows,
                     const etr::IpAddress& target, const etr::PathGraph* graph, etr::Names& names,
                     std::size_t host_width);

}  // namespace plain
