#include "model/flow_cells.h"

#include <algorithm>
#include <utility>

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
  drop_left_if(flow, [](const LeftCells&) { return true; });
  // Last cell first: a node is released before its parent.
  for (std::size_t i = flow.cells.size(); i-- > 0;) {
    leave_link(flow, i, true);
    remove(flow.cells[i], i);
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
  node.add(cell.recent);
  tables_.vertex(to).statistics.add_recent(cell.recent);
  tables_.enter(link, sampled(tables_.link(link)));
}

void FlowCells::leave_link(const FlowRecord& flow, std::size_t index, bool kept) {
  const std::uint32_t link = node(flow, index).link;
  tables_.leave(link, !kept && sampled(tables_.link(link)));
}

void FlowCells::remove(const Cell& cell, std::size_t index) {
  TrieNode& node = trie_.node(static_cast<std::uint8_t>(index + 1), cell.node);
  --node.flows;
  node.subtract(cell.recent);
  tables_.vertex(node.vertex).statistics.subtract_recent(cell.recent);
}

/// Leaves all old places before entering the new ones, and releases the old nodes last: a node that
/// stays in use is neither freed nor created again.
void FlowCells::lay(FlowRecord& flow, std::size_t first, std::span<const CellHop> hops,
                    std::size_t fresh) {
  // Beyond a cell that gets another node, nothing can be returned to.
  drop_left_if(flow, [first](const LeftCells& left) { return left.first > first; });
  const std::size_t moved = std::min(fresh, flow.cells.size());
  LeftCells left{moved, {}, 0};
  if (fresh < first + hops.size()) {
    left.cells.assign(flow.cells.begin() + static_cast<std::ptrdiff_t>(moved), flow.cells.end());
  }
  left_nodes_.clear();
  left_links_.clear();
  for (std::size_t i = first; i < flow.cells.size(); ++i) {
    left_links_.push_back(node(flow, i).link);
    leave_link(flow, i, false);
    if (i >= moved && !left.cells.empty()) continue;
    left_nodes_.push_back(flow.cells[i].node);
    remove(flow.cells[i], i);
  }
  flow.cells.resize(first + hops.size());
  for (std::size_t i = first; i < flow.cells.size(); ++i) {
    if (i >= fresh) flow.cells[i].recent.clear();
    arrive(flow, i, hops[i - first]);
  }
  resume(flow, fresh);
  for (std::size_t i = left_nodes_.size(); i-- > 0;) {
    trie_.release(static_cast<std::uint8_t>(first + i + 1), left_nodes_[i]);
  }
  for (std::size_t i = 0; i < left_links_.size(); ++i) {
    // No flow takes this link now: samples of retired flows are out of date.
    LinkRecord& link = tables_.link(left_links_[i]);
    if (first + i >= fresh && link.flows == 0) link.samples = 0;
  }
  if (!left.cells.empty()) remember(flow, std::move(left));
}

void FlowCells::remember(FlowRecord& flow, LeftCells left) {
  if (flow.left.size() == kMostLeft) {
    drop(flow.left.front());
    flow.left.erase(flow.left.begin());
  }
  flow.left.push_back(std::move(left));
}

/// The flow takes up the cells of a former path that are at the same nodes as its new ones.
void FlowCells::resume(FlowRecord& flow, std::size_t fresh) {
  for (LeftCells& left : flow.left) {
    if (left.first < fresh) continue;
    std::size_t back = 0;
    for (std::size_t i = left.first; back < left.cells.size() && i < flow.cells.size(); ++i) {
      if (left.cells[back].node != flow.cells[i].node) break;
      --trie_.node(static_cast<std::uint8_t>(i + 1), flow.cells[i].node).flows;
      flow.cells[i].recent = left.cells[back++].recent;
    }
    left.first += back;
    left.cells.erase(left.cells.begin(), left.cells.begin() + static_cast<std::ptrdiff_t>(back));
  }
  drop_left_if(flow, [](const LeftCells& left) { return left.cells.empty(); });
}

void FlowCells::age_left(FlowRecord& flow, std::size_t index) {
  for (LeftCells& left : flow.left) {
    if (left.first == index) ++left.verdicts;
  }
  drop_left_if(flow, [](const LeftCells& left) { return left.verdicts >= RecentVerdicts::kSize; });
}

void FlowCells::forget_left(FlowRecord& flow, std::size_t first) {
  drop_left_if(flow, [first](const LeftCells& left) { return left.first >= first; });
}

/// Last cell first: a node is released before its parent.
void FlowCells::drop(const LeftCells& left) {
  for (std::size_t i = left.cells.size(); i-- > 0;) {
    remove(left.cells[i], left.first + i);
    trie_.release(static_cast<std::uint8_t>(left.first + i + 1), left.cells[i].node);
  }
}

template <typename Condition>
void FlowCells::drop_left_if(FlowRecord& flow, const Condition& condition) {
  std::erase_if(flow.left, [&](const LeftCells& left) {
    const bool dropped = condition(left);
    if (dropped) drop(left);
    return dropped;
  });
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
  if (!flow.left.empty()) age_left(flow, index);
  Cell& cell = flow.cells[index];
  TrieNode& node = trie_.node(static_cast<std::uint8_t>(index + 1), cell.node);
  const RecentVerdicts::Change change = cell.recent.add(!answered);
  node.count(change);
  tables_.vertex(node.vertex).statistics.count(answered, change);
  return change;
}

void FlowCells::mark_left(std::vector<bool>& vertices) const {
  for (const FlowRecord& flow : flows_) {
    for (const LeftCells& left : flow.left) {
      for (std::size_t i = 0; i < left.cells.size(); ++i) {
        const auto ttl = static_cast<std::uint8_t>(left.first + i + 1);
        vertices[trie_.node(ttl, left.cells[i].node).vertex] = true;
      }
    }
  }
}

void FlowCells::clear_statistics() {
  for (FlowRecord& flow : flows_) {
    for (Cell& cell : flow.cells) cell.recent.clear();
    for (LeftCells& left : flow.left) {
      for (Cell& cell : left.cells) cell.recent.clear();
    }
  }
}

std::size_t FlowCells::memory() const {
  std::size_t octets = flows_.capacity() * sizeof(FlowRecord);
  for (const FlowRecord& flow : flows_) {
    octets += flow.cells.capacity() * sizeof(Cell) + flow.left.capacity() * sizeof(LeftCells);
    for (const LeftCells& left : flow.left) octets += left.cells.capacity() * sizeof(Cell);
  }
  return octets;
}

}  // namespace etr::model
