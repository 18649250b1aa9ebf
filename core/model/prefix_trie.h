// The prefixes of all paths: a node is a vertex as reached along one particular prefix.
//
// Verdicts are counted at the node that their probes were sent to, so flows with equal prefixes are
// counted together. The nodes of one TTL form a tier; the place of a node is reused after its last
// flow has left. A copy may be made in pieces: it takes only nodes created before it began.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/btree_map.h"
#include "model/recent_verdicts.h"

namespace etr::model {

struct TrieNode {
  std::uint32_t parent = 0;  ///< Place in the tier of the TTL before; unused at TTL 1.
  std::uint32_t link = 0;    ///< From the parent.
  std::uint32_t vertex = 0;
  std::uint32_t flows = 0;   ///< Including those that left lately; 0: the place is free.
  std::uint32_t judged = 0;  ///< Recent verdicts of its flows.
  std::uint32_t lost = 0;
  std::uint32_t latest_judged = 0;  ///< The latest of these.
  std::uint32_t latest_lost = 0;
  std::uint32_t born = 0;    ///< Number of copies begun before it was created.
  bool beyond_loss = false;  ///< The prefix crosses a lossy link.

  void count(RecentVerdicts::Change change) {
    judged += static_cast<std::uint32_t>(change.judged);
    lost += static_cast<std::uint32_t>(change.lost);
    latest_judged += static_cast<std::uint32_t>(change.latest_judged);
    latest_lost += static_cast<std::uint32_t>(change.latest_lost);
  }
  /// Verdicts of a cell that arrives or leaves.
  void add(const RecentVerdicts& cell) {
    judged += cell.judged();
    lost += cell.lost();
    latest_judged += cell.latest_judged();
    latest_lost += cell.latest_lost();
  }
  void subtract(const RecentVerdicts& cell) {
    judged -= cell.judged();
    lost -= cell.lost();
    latest_judged -= cell.latest_judged();
    latest_lost -= cell.latest_lost();
  }
  void clear_verdicts() { judged = lost = latest_judged = latest_lost = 0; }
};

class PrefixTrie {
 public:
  /// The child of `parent` (ignored at TTL 1) along `link`; created if needed.
  std::uint32_t child(std::uint8_t ttl, std::uint32_t parent, std::uint32_t link,
                      std::uint32_t vertex);
  /// Frees the node if no flow is on it. Call once after a flow has left, children first.
  void release(std::uint8_t ttl, std::uint32_t place);

  TrieNode& node(std::uint8_t ttl, std::uint32_t place) { return tiers_[ttl].nodes[place]; }
  const TrieNode& node(std::uint8_t ttl, std::uint32_t place) const {
    return tiers_[ttl].nodes[place];
  }
  /// Nodes of one TTL, including free places. TTL 0 has none.
  const std::deque<TrieNode>& tier(std::size_t ttl) const { return tiers_[ttl].nodes; }
  std::size_t tiers() const { return tiers_.size(); }
  /// Begins a copy: it takes nodes with `born` below the returned number.
  std::uint32_t begin_copy() { return ++copies_; }

  void clear_statistics();
  std::size_t memory() const;

 private:
  // Containers that grow piecewise: where every flow has a path of its own all tiers are equally
  // large, so that otherwise all of them would be copied in the same turn.
  struct Tier {
    std::deque<TrieNode> nodes;
    std::vector<std::uint32_t> free;
    absl::btree_map<std::uint64_t, std::uint32_t> places;  ///< By parent and link.
  };
  std::deque<Tier> tiers_;
  std::uint32_t copies_ = 0;
};

}  // namespace etr::model
