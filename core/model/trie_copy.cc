#include "model/trie_copy.h"

#include <algorithm>

namespace etr::model {

void TrieCopy::begin(PrefixTrie& trie) {
  number_ = trie.begin_copy();
  nodes_.assign(1, CopiedNode{});
  nodes_[0].certain = true;
  starts_.assign(1, 0);
  sizes_.assign(1, 1);
  for (std::size_t ttl = 1; ttl < trie.tiers(); ++ttl) {
    starts_.push_back(starts_.back() + sizes_.back());
    sizes_.push_back(trie.tier(ttl).size());
  }
  // Growing by copies would take too long for one turn.
  nodes_.reserve(starts_.back() + sizes_.back());
  ttl_ = 1;
  place_ = 0;
}

bool TrieCopy::advance(const PrefixTrie& trie, const GraphTables& tables, std::size_t budget) {
  while (ttl_ < sizes_.size()) {
    if (place_ == sizes_[ttl_]) {
      ++ttl_;
      place_ = 0;
      continue;
    }
    const std::size_t stop = std::min(sizes_[ttl_], place_ + budget);
    budget -= stop - place_;
    const std::deque<TrieNode>& tier = trie.tier(ttl_);
    for (; place_ < stop; ++place_) nodes_.push_back(copy(tier[place_], ttl_, tables));
    if (budget == 0) return true;
  }
  return false;
}

CopiedNode TrieCopy::copy(const TrieNode& node, std::size_t ttl, const GraphTables& tables) const {
  CopiedNode out;
  out.ttl = static_cast<std::uint8_t>(ttl);
  if (!same(node)) return out;
  const VertexKind kind = tables.vertex(node.vertex).kind;
  out.parent = ttl == 1 ? 0 : static_cast<std::uint32_t>(starts_[ttl - 1] + node.parent);
  out.link = node.link;
  out.vertex = node.vertex;
  out.judged = node.judged;
  out.lost = node.lost;
  out.latest_judged = node.latest_judged;
  out.latest_lost = node.latest_lost;
  out.known = kind == VertexKind::kKnown;
  out.certain = nodes_[out.parent].certain && kind != VertexKind::kUnprobed;
  return out;
}

}  // namespace etr::model
