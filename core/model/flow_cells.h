// The cells of all flows: where each flow's hops stand in the graph, and their last verdicts.
//
// A cell is one TTL of one flow, 24 octets. The cells of a flow form a prefix: each one's node in
// the trie is a child of the one's before. Whatever a cell has counted lately is part of its node's
// and its vertex's recent figures, and moves with it.
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
  std::uint32_t node = 0;  ///< Its place in the tier of its TTL.
};

/// What a cell stands on.
struct CellHop {
  VertexKind kind = VertexKind::kUnprobed;
  IpAddress address;
  friend bool operator==(const CellHop&, const CellHop&) = default;
};

struct FlowRecord {
  bool probed = false;
  std::uint16_t source_port = 0;
  std::optional<std::uint8_t> end;
  std::vector<Cell> cells;  ///< Index TTL - 1.
};

class FlowCells {
 public:
  FlowCells(GraphTables& tables, PrefixTrie& trie) : tables_(tables), trie_(trie) {}

  void add(std::uint32_t flow, std::uint16_t source_port);
  /// Its samples of branch points stay.
  void retire(FlowRecord& flow);
  /// Null if it is not being probed.
  FlowRecord* find(std::uint32_t flow);
  const FlowRecord* find(std::uint32_t flow) const;
  std::uint32_t count() const { return probed_; }

  const TrieNode& node(const FlowRecord& flow, std::size_t index) const {
    return trie_.node(static_cast<std::uint8_t>(index + 1), flow.cells[index].node);
  }
  std::uint32_t vertex(const FlowRecord& flow, std::size_t index) const {
    return node(flow, index).vertex;
  }
  /// The vertex before the cell.
  std::uint32_t predecessor(const FlowRecord& flow, std::size_t index) const {
    return index == 0 ? kSource : vertex(flow, index - 1);
  }
  CellHop hop(const FlowRecord& flow, std::size_t index) const;

  /// Puts the cells from index `first` on onto `hops`; further ones are dropped. From index `fresh`
  /// on the path has changed: these cells' recent verdicts are forgotten.
  void lay(FlowRecord& flow, std::size_t first, std::span<const CellHop> hops, std::size_t fresh);
  /// Puts one cell onto another hop, the following ones stay on theirs.
  void refine(FlowRecord& flow, std::size_t index, const CellHop& hop);
  /// Adds cells that no probe has met yet, up to `ttl`.
  void extend(FlowRecord& flow, std::uint8_t ttl);

  RecentVerdicts::Change count(FlowRecord& flow, std::size_t index, bool answered);
  void clear_statistics();
  std::size_t memory() const;

 private:
  bool sampled(const LinkRecord& link) const;
  void arrive(FlowRecord& flow, std::size_t index, const CellHop& hop);
  /// `kept`: what it has shown of branch points stays known.
  void depart(FlowRecord& flow, std::size_t index, bool kept);

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
