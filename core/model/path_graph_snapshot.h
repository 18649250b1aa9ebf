// Converts the tables of a trace to the etr::PathGraph that views, sinks and planners read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
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

/// What is left of a count of changes of next hop: it decays with a half-life of one minute.
double kept_since(Timestamp counted, Timestamp now);

/// The sources of a snapshot.
struct GraphSources {
  const GraphTables& tables;
  const FlowCells& cells;
  PathTable& paths;  ///< Caches lists of flows for later snapshots.
  const std::vector<NamedLoss>& losses;
  const std::optional<NamedLoss>& shared_loss;
  double confidence;  ///< Confidence of a closed branch point.
};

/// Writes one graph: vertices, edges, losses and branch points at once, then the paths a few at a
/// time. Vertices must not be swept meanwhile; those that are new since the beginning are not in
/// the graph.
class GraphWriter {
 public:
  /// Paths written in one piece. Each takes up to 10 µs, more if its list of flows is made anew.
  static constexpr std::size_t kPathsPerPiece = 32;

  /// `graph.at` must be set; `trace`, `judged_at` and `flows` are not written. Borrows both.
  GraphWriter(PathGraph& graph, const GraphSources& sources);

  /// Writes the next piece. True once the graph is complete.
  bool advance();

 private:
  /// How the next hops of a branch point are balanced.
  struct Balancing {
    bool per_packet = false;  ///< Of a next hop that flows are on.
    bool per_flow = false;    ///< Some next hop is not balanced per packet.
  };

  void write_vertices();
  void write_edges();
  void write_losses();
  void write_branch_points();

  bool shown(std::uint32_t vertex) const;
  GraphVertex vertex(std::uint32_t number) const;
  HopClass present_class(const VertexRecord& record) const;
  BranchState state(std::uint32_t vertex, const BranchPoint& point,
                    const Balancing& next_hops) const;
  LossyLink lossy_link(const NamedLoss& named) const;
  GraphPath path(PathRecord& record) const;
  std::vector<std::optional<std::uint32_t>> hops_of(const PathRecord& record) const;
  /// The edge that represents a link of the tables.
  std::optional<std::uint32_t> edge_of(std::uint32_t link) const;
  /// Position in the graph; empty for the source and for vertices that are not shown.
  std::optional<std::uint32_t> position(std::uint32_t vertex) const;

  PathGraph& graph_;
  GraphSources from_;
  std::vector<std::uint32_t> same_;
  std::vector<std::uint32_t> order_;      ///< Numbers of the vertices shown.
  std::vector<std::uint32_t> positions_;  ///< By vertex number.
  std::uint32_t next_path_ = 0;           ///< The lowest id that the next path may have.
};

}  // namespace etr::model
