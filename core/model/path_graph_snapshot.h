// Converts the tables of a trace to the etr::PathGraph that views, sinks and planners read.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "etr/path_graph.h"
#include "model/flow_cells.h"
#include "model/graph_judgement.h"
#include "model/graph_tables.h"
#include "model/path_table.h"

namespace etr::model {

/// A loss and the time when it was first named.
struct NamedLoss {
  JudgedLoss loss;
  Timestamp since{};
};

/// Number of changes of next hop at a vertex, as of `now`; decays with a half-life of one minute.
double recent_moves(const VertexRecord& vertex, Timestamp now);

/// The sources of a snapshot.
struct GraphSources {
  const GraphTables& tables;
  const FlowCells& cells;
  PathTable& paths;  ///< Caches lists of flows for later snapshots.
  const std::vector<NamedLoss>& losses;
  const std::optional<NamedLoss>& shared_loss;
  double confidence;  ///< Confidence of a closed branch point.
};

/// Fills all but `trace`, `judged_at` and `flows`; `graph.at` must be set.
void fill_graph(PathGraph& graph, const GraphSources& sources);

}  // namespace etr::model
