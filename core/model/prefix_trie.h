// The prefixes of all flows' paths: a node is a vertex as reached along one particular prefix.
//
// Verdicts are counted where their probes were sent to, so equal prefixes are counted together.
// Nodes of one TTL stand together in a tier; their places are reused when the last flow has left. A
// copy may be made in pieces: it takes the nodes that are older than its beginning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/recent_verdicts.h"

namespace etr::model {

struct TrieNode {
  std::uint32_t parent = 0;  ///< Place in the tier above; of TTL 1: not used.
  std::uint32_t link = 0;    ///< That leads here from the parent.
  std::uint32_t vertex = 0;
  std::uint32_t flows = 0;   ///< 0: the place is free.
  std::uint32_t judged = 0;  ///< Recent verdicts of its flows.
  std::uint32_t lost = 0;
  std::uint32_t born = 0;    ///< Copies that had begun before.
  bool beyond_loss = false;  ///< The prefix crosses a lossy link.

  void count(RecentVerdicts::Change change) {
    judged += static_cast<std::uint32_t>(change.judged);
    lost += static_cast<std::uint32_t>(change.lost);
  }
};

class PrefixTrie {
 public:
  /// The node after `parent` (ignored at TTL 1), made if it is new.
  std::uint32_t child(std::uint8_t ttl, std::uint32_t parent, std::uint32_t link,
                      std::uint32_t vertex);
  /// Frees the node if no flow is left on it. To be called once when a flow has left, children
  /// first.
  void release(std::uint8_t ttl, std::uint32_t place);

  TrieNode& node(std::uint8_t ttl, std::uint32_t place) { return tiers_[ttl].nodes[place]; }
  const TrieNode& node(std::uint8_t ttl, std::uint32_t place) const {
    return tiers_[ttl].nodes[place];
  }
  /// Nodes of one TTL, free places included. TTL 0 has none.
  const std::vector<TrieNode>& tier(std::size_t ttl) const { return tiers_[ttl].nodes; }
  std::size_t tiers() const { return tiers_.size(); }
  /// A copy begins now: it takes nodes with `born` below the number returned.
  std::uint32_t begin_copy() { return ++copies_; }

  void clear_statistics();
  std::size_t memory() const;

 private:
  struct Tier {
    std::vector<TrieNode> nodes;
    std::vector<std::uint32_t> free;
    absl::flat_hash_map<std::uint64_t, std::uint32_t> places;  ///< By parent and link.
  };
  std::vector<Tier> tiers_;
  std::uint32_t copies_ = 0;
};

}  // namespace etr::model
