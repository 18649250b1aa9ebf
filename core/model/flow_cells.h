// The cells of all flows: the place of each hop of a flow in the graph, and its last verdicts.
//
// A cell is one TTL of one flow, 24 octets. The cells of a flow form a prefix: the trie node of
// each is a child of the node of the one before. The recent verdicts of a cell are included in the
// recent figures of its node and of its vertex, and move with it.
//
// When a flow moves to another path, the cells that it leaves stay where they are: what was lost on
// the former path says nothing of the present one, but is still evidence about the links of the
// former one. A flow that returns takes its former cells up again. They are dropped once the flow
// has as many verdicts on other paths as a cell remembers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etr/ip_address.h"
#include "model/graph_tables.h"
#include "model/prefix_trie.h"
#include "model/recent_verdicts.h"

namespace etr::model {

struct Cell {
  RecentVerdicts recent;
  std::uint32_t node = 0;  ///< Place in the trie's tier of this TTL.
};

/// The hop of a cell, as the graph identifies it.
struct CellHop {
  VertexKind kind = VertexKind::kUnprobed;
  IpAddress address;
  friend bool operator==(const CellHop&, const CellHop&) = default;
};

/// The cells of a path that the flow has left, from where it differs from the present one.
struct LeftCells {
  std::size_t first = 0;  ///< Index of the first of `cells`.
  std::vector<Cell> cells;
  std::uint32_t verdicts = 0;  ///< Of the flow at index `first`, since it left.
};

struct FlowRecord {
  bool probed = false;
  std::uint16_t source_port = 0;
  std::optional<std::uint8_t> end;  ///< TTL of the target or of a blocking host.
  std::vector<Cell> cells;          ///< By TTL - 1.
  std::vector<LeftCells> left;      ///< Latest last.
};

/// Not thread-safe; belongs to the probing thread.
class FlowCells {
 public:
  FlowCells(GraphTables& tables, PrefixTrie& trie) : tables_(tables), trie_(trie) {}

  void add(std::uint32_t flow, std::uint16_t source_port);
  /// The flow is no longer probed. Its samples at branch points stay.
  void retire(FlowRecord& flow);
  /// Null if the flow is not being probed.
  FlowRecord* find(std::uint32_t flow);
  const FlowRecord* find(std::uint32_t flow) const;
  std::uint32_t count() const { return probed_; }

  const TrieNode& node(const FlowRecord& flow, std::size_t index) const {
    return trie_.node(static_cast<std::uint8_t>(index + 1), flow.cells[index].node);
  }
  std::uint32_t vertex(const FlowRecord& flow, std::size_t index) const {
    return node(flow, index).vertex;
  }
  /// The vertex of the TTL before, or the source.
  std::uint32_t predecessor(const FlowRecord& flow, std::size_t index) const {
    return index == 0 ? kSource : vertex(flow, index - 1);
  }
  CellHop hop(const FlowRecord& flow, std::size_t index) const;

  /// Sets the hops of the cells from index `first` on; cells past the last hop are removed. The
  /// path has changed from index `fresh` on: these cells begin without verdicts, or with those of
  /// the flow's last time there.
  void lay(FlowRecord& flow, std::size_t first, std::span<const CellHop> hops, std::size_t fresh);
  /// Changes the hop of one cell. The later cells keep theirs, below another prefix.
  void refine(FlowRecord& flow, std::size_t index, const CellHop& hop);
  /// Drops the paths that differ from index `first` on: the flow was never there, its packets were.
  void forget_left(FlowRecord& flow, std::size_t first);
  /// Adds unprobed cells up to `ttl`.
  void extend(FlowRecord& flow, std::uint8_t ttl);

  /// Counts a verdict in the cell, its node and its vertex.
  RecentVerdicts::Change count(FlowRecord& flow, std::size_t index, bool answered);
  /// Marks the vertices of cells that flows have left.
  void mark_left(std::vector<bool>& vertices) const;
  void clear_statistics();
  std::size_t memory() const;

 private:
  /// Paths that a flow has left and may return to.
  static constexpr std::size_t kMostLeft = 4;

  /// A flow on the link is a sample of the split at `from`: it was probed there and answered here.
  bool sampled(const LinkRecord& link) const;
  /// Puts the cell onto the node, vertex and link of `hop`, which are created if needed.
  void arrive(FlowRecord& flow, std::size_t index, const CellHop& hop);
  /// Takes the flow off the link of the cell. `kept`: its sample at the branch point stays.
  void leave_link(const FlowRecord& flow, std::size_t index, bool kept);
  /// Takes the cell out of its node and vertex; the node is not yet released.
  void remove(const Cell& cell, std::size_t index);
  void remember(FlowRecord& flow, LeftCells left);
  void resume(FlowRecord& flow, std::size_t fresh);
  void age_left(FlowRecord& flow, std::size_t index);
  void drop(const LeftCells& left);
  template <typename Condition>
  void drop_left_if(FlowRecord& flow, const Condition& condition);

  GraphTables& tables_;
  PrefixTrie& trie_;
  std::vector<FlowRecord> flows_;
  std::uint32_t probed_ = 0;
  // Scratch space of lay() and refine().
  std::vector<std::uint32_t> left_nodes_;
  std::vector<std::uint32_t> left_links_;
  std::vector<CellHop> hops_;
};

}  // namespace etr::model
