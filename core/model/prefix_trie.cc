#include "model/prefix_trie.h"

#include <utility>

namespace etr::model {

namespace {

std::uint64_t key(std::uint8_t ttl, std::uint32_t parent, std::uint32_t link) {
  return std::uint64_t{ttl == 1 ? 0 : parent} << 32U | link;
}

}  // namespace

std::uint32_t PrefixTrie::child(std::uint8_t ttl, std::uint32_t parent, std::uint32_t link,
                                std::uint32_t vertex) {
  if (tiers_.size() <= ttl) tiers_.resize(ttl + std::size_t{1});
  Tier& tier = tiers_[ttl];
  const auto [place, added] = tier.places.try_emplace(key(ttl, parent, link), 0);
  if (!added) return place->second;
  if (tier.free.empty()) {
    place->second = static_cast<std::uint32_t>(tier.nodes.size());
    tier.nodes.emplace_back();
  } else {
    place->second = tier.free.back();
    tier.free.pop_back();
  }
  TrieNode& node = tier.nodes[place->second];
  node = {};
  node.parent = parent;
  node.link = link;
  node.vertex = vertex;
  node.born = copies_;
  return place->second;
}

void PrefixTrie::release(std::uint8_t ttl, std::uint32_t place) {
  Tier& tier = tiers_[ttl];
  const TrieNode& node = tier.nodes[place];
  if (node.flows != 0) return;
  tier.places.erase(key(ttl, node.parent, node.link));
  tier.free.push_back(place);
}

void PrefixTrie::clear_statistics() {
  for (Tier& tier : tiers_) {
    for (TrieNode& node : tier.nodes) {
      node.clear_verdicts();
      node.beyond_loss = false;
    }
  }
}

std::size_t PrefixTrie::memory() const {
  std::size_t octets = 0;
  for (const Tier& tier : tiers_) {
    octets += tier.nodes.size() * sizeof(TrieNode) + tier.free.capacity() * sizeof(std::uint32_t) +
              tier.places.size() * sizeof(std::pair<std::uint64_t, std::uint32_t>);
  }
  return octets;
}

}  // namespace etr::model
