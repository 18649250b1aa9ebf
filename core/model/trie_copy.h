// A copy of the prefix trie as it was when a judgement began, made in pieces while counting goes
// on.
//
// The counts of different nodes may be a few verdicts apart; the structure is consistent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/graph_tables.h"
#include "model/prefix_trie.h"

namespace etr::model {

struct CopiedNode {
  std::uint32_t parent = 0;        ///< Position in the copy, below its own; 0 is the source.
  std::uint32_t link = 0;          ///< Number in GraphTables.
  std::uint32_t vertex = kSource;  ///< kSource at a position > 0: a free place.
  std::uint32_t judged = 0;
  std::uint32_t lost = 0;
  std::uint32_t latest_judged = 0;
  std::uint32_t latest_lost = 0;
  std::uint8_t ttl = 0;
  bool known = false;    ///< The vertex has an address.
  bool certain = false;  ///< Neither this hop nor one before it is unprobed.
};

class TrieCopy {
 public:
  void begin(PrefixTrie& trie);
  /// Copies up to `budget` nodes; true if there are more.
  bool advance(const PrefixTrie& trie, const GraphTables& tables, std::size_t budget);
  const std::vector<CopiedNode>& nodes() const { return nodes_; }
  /// Place in its tier of the node at a position of the copy.
  std::uint32_t place(std::size_t position) const {
    return static_cast<std::uint32_t>(position - starts_[nodes_[position].ttl]);
  }
  /// The node in the trie is still the one that was copied.
  bool same(const TrieNode& node) const { return node.flows != 0 && node.born < number_; }

 private:
  CopiedNode copy(const TrieNode& node, std::size_t ttl, const GraphTables& tables) const;

  std::vector<CopiedNode> nodes_;
  std::vector<std::size_t> starts_;  ///< By TTL: position of the tier's first node.
  std::vector<std::size_t> sizes_;
  std::uint32_t number_ = 0;
  std::size_t ttl_ = 0;    ///< TTL being copied.
  std::size_t place_ = 0;  ///< Next place in its tier.
};

}  // namespace etr::model
