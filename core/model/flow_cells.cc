#include "model/flow_cells.h"

#include <algorithm>

namespace etr::model {

void FlowCells::add(std::uint32_t flow, std::uint16_t source_port) {
  if (flows_.size() <= flow) flows_.resize(flow + std::size_t{1});
  FlowRecord& record = flows_[flow];
  if (record.probed) return;
  record.probed = true;
  record.source_port = source_port;
  ++probed_;
}

void FlowCells::retire(FlowRecord& flow) {
  // Last cell first: a node is released before its parent.
  for (std::size_t i = flow.cells.size(); i-- > 0;) {
    depart(flow, i, true);
    trie_.release(static_cast<std::uint8_t>(i + 1), flow.cells[i].node);
  }
  flow = {};
  --probed_;
}

FlowRecord* FlowCells::find(std::uint32_t flow) {
  return flow < flows_.size() && flows_[flow].probed ? &flows_[flow] : nullptr;
}

const FlowRecord* FlowCells::find(std::uint32_t flow) const {
  return flow < flows_.size() && flows_[flow].probed ? &flows_[flow] : nullptr;
}

CellHop FlowCells::hop(const FlowRecord& flow, std::size_t index) const {
  const VertexRecord& record = tables_.vertex(vertex(flow, index));
  return {record.kind, record.address};
}

bool FlowCells::sampled(const LinkRecord& link) const {
  return tables_.vertex(link.to).kind == VertexKind::kKnown &&
         tables_.vertex(link.from).kind != VertexKind::kUnprobed;
}

void FlowCells::arrive(FlowRecord& flow, std::size_t index, const CellHop& hop) {
  const auto ttl = static_cast<std::uint8_t>(index + 1);
  const std::uint32_t from = predecessor(flow, index);
  const std::uint32_t to = hop.kind == VertexKind::kKnown ? tables_.known(ttl, hop.address)
                                                          : tables_.unanswered(hop.kind, ttl, from);
  const std::uint32_t link = tables_.link(from, to);
  const std::uint32_t parent = index == 0 ? 0 : flow.cells[index - 1].node;
  Cell& cell = flow.cells[index];
  cell.node = trie_.child(ttl, parent, link, to);
  TrieNode& node = trie_.node(ttl, cell.node);
  if (node.flows++ == 0) {
    // A new node inherits what the last judgement said of its prefix.
    node.beyond_loss =
        tables_.link(link).lossy ||
        (index > 0 && trie_.node(static_cast<std::uint8_t>(index), parent).beyond_loss);
  }
  node.judged += cell.recent.judged();
  node.lost += cell.recent.lost();
  tables_.vertex(to).statistics.add_recent(cell.recent);
  tables_.enter(link, sampled(tables_.link(link)));
}

void FlowCells::depart(FlowRecord& flow, std::size_t index, bool kept) {
  const Cell& cell = flow.cells[index];
  TrieNode& node = trie_.node(static_cast<std::uint8_t>(index + 1), cell.node);
  --node.flows;
  node.judged -= cell.recent.judged();
  node.lost -= cell.recent.lost();
  tables_.vertex(node.vertex).statistics.subtract_recent(cell.recent);
  tables_.leave(node.link, !kept && sampled(tables_.link(node.link)));
}

/// Leaves all old places before entering the new ones, and releases the old nodes last: a node that
/// stays in use is neither freed nor created again.
void FlowCells::lay(FlowRecord& flow, std::size_t first, std::span<const CellHop> hops,
                    std::size_t fresh) {
  left_nodes_.clear();
  left_links_.clear();
  for (std::size_t i = first; i < flow.cells.size(); ++i) {
    left_nodes_.push_back(flow.cells[i].node);
    left_links_.push_back(node(flow, i).link);
    depart(flow, i, false);
  }
  flow.cells.resize(first + hops.size());
  for (std::size_t i = first; i < flow.cells.size(); ++i) {
    if (i >= fresh) flow.cells[i].recent.clear();
    arrive(flow, i, hops[i - first]);
  }
  for (std::size_t i = left_nodes_.size(); i-- > 0;) {
    trie_.release(static_cast<std::uint8_t>(first + i + 1), left_nodes_[i]);
    // No flow takes this link now: samples of retired flows are out of date.
    LinkRecord& link = tables_.link(left_links_[i]);
    if (first + i >= fresh && link.flows == 0) link.samples = 0;
  }
}

void FlowCells::refine(FlowRecord& flow, std::size_t index, const CellHop& hop) {
  hops_.assign(1, hop);
  for (std::size_t i = index + 1; i < flow.cells.size(); ++i) {
    hops_.push_back(this->hop(flow, i));
  }
  lay(flow, index, hops_, flow.cells.size());
}

void FlowCells::extend(FlowRecord& flow, std::uint8_t ttl) {
  for (std::size_t i = flow.cells.size(); i < ttl; ++i) {
    flow.cells.emplace_back();
    arrive(flow, i, {});
  }
}

RecentVerdicts::Change FlowCells::count(FlowRecord& flow, std::size_t index, bool answered) {
  Cell& cell = flow.cells[index];
  TrieNode& node = trie_.node(static_cast<std::uint8_t>(index + 1), cell.node);
  const RecentVerdicts::Change change = cell.recent.add(!answered);
  node.count(change);
  tables_.vertex(node.vertex).statistics.count(answered, change);
  return change;
}

void FlowCells::clear_statistics() {
  for (FlowRecord& flow : flows_) {
    for (Cell& cell : flow.cells) cell.recent.clear();
  }
}

std::size_t FlowCells::memory() const {
  std::size_t octets = flows_.capacity() * sizeof(FlowRecord);
  for (const FlowRecord& flow : flows_) octets += flow.cells.capacity() * sizeof(Cell);
  return octets;
}

}  // namespace etr::model
