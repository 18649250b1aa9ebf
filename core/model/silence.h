// Identifies silent hops with known routers.
//
// Where a flow gets no reply at a TTL, and all other flows through the same predecessor meet one
// single router there, which is limited, the silent hop is that router.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph_tables.h"

namespace etr::model {

/// For each vertex, by number: the vertex that it stands for. A silent vertex may stand for a known
/// one, or for another silent one with the same predecessor; every other vertex stands for itself.
std::vector<std::uint32_t> resolve_silence(const GraphTables& tables);

}  // namespace etr::model
