// Who is behind the silence: a flow that hears nothing where others, coming from the same vertex,
// meet exactly one router, and that one withholds answers, has met the same router.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph_tables.h"

namespace etr::model {

/// For each vertex the one that it is: itself, or for a silent one whatever it could be told to be.
/// Silent vertices whose predecessors are the same one are the same, too.
std::vector<std::uint32_t> resolve_silence(const GraphTables& tables);

}  // namespace etr::model
