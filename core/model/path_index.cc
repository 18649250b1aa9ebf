#include "model/path_index.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <roaring/roaring.hh>
#include <unordered_map>
#include <utility>

namespace etr::model {
namespace {

using Ids = Roaring;  // A compressed bitmap (Lemire et al., 2018).

struct Level {
  std::unordered_map<IpAddress, Ids> by_router;
  Ids unknown;
};

std::uint64_t count(const Level& level, const std::set<IpAddress>& routers) {
  std::uint64_t count = level.unknown.cardinality();
  for (const IpAddress& router : routers) {
    const auto found = level.by_router.find(router);
    if (found != level.by_router.end()) count += found->second.cardinality();
  }
  return count;
}

void keep_matching(Ids& ids, const Level& level, const std::set<IpAddress>& routers) {
  Ids kept = ids & level.unknown;
  for (const IpAddress& router : routers) {
    const auto found = level.by_router.find(router);
    if (found != level.by_router.end()) kept |= ids & found->second;
  }
  ids = std::move(kept);
}

}  // namespace

struct PathIndex::Listed {
  std::vector<Level> levels;  ///< By TTL - 1.
  Ids all;
};

PathIndex::PathIndex() : listed_(std::make_unique<Listed>()) {}
PathIndex::~PathIndex() = default;

void PathIndex::add(std::uint32_t id, const PathHops& hops) {
  auto& [levels, all] = *listed_;
  while (levels.size() < hops.size()) levels.emplace_back().unknown = all;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (i >= hops.size() || hops[i].empty()) {
      levels[i].unknown.add(id);
    } else {
      for (const IpAddress& router : hops[i]) levels[i].by_router[router].add(id);
    }
  }
  all.add(id);
}

void PathIndex::remove(std::uint32_t id, const PathHops& hops) {
  auto& [levels, all] = *listed_;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Level& level = levels[i];
    level.unknown.remove(id);
    if (i >= hops.size()) continue;
    for (const IpAddress& router : hops[i]) {
      const auto found = level.by_router.find(router);
      if (found == level.by_router.end()) continue;
      found->second.remove(id);
      if (found->second.isEmpty()) level.by_router.erase(found);
    }
  }
  all.remove(id);
}

// Begins with the TTL that leaves the fewest paths.
std::vector<std::uint32_t> PathIndex::candidates(const PathHops& hops) const {
  const auto& [levels, all] = *listed_;
  std::size_t best = 0;
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  const std::size_t length = std::min(hops.size(), levels.size());
  for (std::size_t i = 0; i < length; ++i) {
    if (hops[i].empty()) continue;
    const std::uint64_t here = count(levels[i], hops[i]);
    if (here < fewest) best = i;
    fewest = std::min(fewest, here);
  }
  Ids ids = all;
  if (fewest < all.cardinality()) keep_matching(ids, levels[best], hops[best]);
  for (std::size_t i = 0; i < length && !ids.isEmpty(); ++i) {
    if (!hops[i].empty() && i != best) keep_matching(ids, levels[i], hops[i]);
  }
  std::vector<std::uint32_t> found(ids.cardinality());
  ids.toUint32Array(found.data());
  return found;
}

}  // namespace etr::model
