// Identifies silent hops: where a flow gets no answer and all others that come from the same vertex
// meet one and the same router, which withholds answers, the silent hop is that router.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph_tables.h"

namespace etr::model {

/// For each vertex, by number, the vertex that it is: a silent one may turn out to be another, all
/// others are themselves. Silent vertices whose predecessors are the same one are the same, too.
std::vector<std::uint32_t> resolve_silence(const GraphTables& tables);

}  // namespace etr::model
