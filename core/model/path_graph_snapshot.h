// Makes the path graph that others read from the tables that are kept.
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

/// A loss and when it was first named.
struct NamedLoss {
  JudgedLoss loss;
  Timestamp since{};
};

/// Flows that have changed their next hop there, as of `now`: half of them are forgotten per
/// minute.
double recent_moves(const VertexRecord& vertex, Timestamp now);

/// All that a snapshot is made from.
struct GraphSources {
  const GraphTables& tables;
  const FlowCells& cells;
  PathTable& paths;  ///< Lists of flows are kept there, to be shared by later snapshots.
  const std::vector<NamedLoss>& losses;
  const std::optional<NamedLoss>& shared_loss;
  double confidence;  ///< Asked for per branch point.
};

/// Fills all but `trace`, `judged_at` and `flows`; `graph.at` must be set.
void fill_graph(PathGraph& graph, const GraphSources& sources);

}  // namespace etr::model
