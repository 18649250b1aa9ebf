#include "model/path_index.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace etr::model {

void PathIndex::add(std::uint32_t id, const PathHops& hops) {
  while (levels_.size() < hops.size()) levels_.emplace_back().unknown = all_;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (i >= hops.size() || hops[i].empty()) {
      levels_[i].unknown.add(id);
    } else {
      for (const IpAddress& router : hops[i]) levels_[i].by_router[router].add(id);
    }
  }
  all_.add(id);
}

void PathIndex::remove(std::uint32_t id, const PathHops& hops) {
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    level.unknown.remove(id);
    if (i >= hops.size()) continue;
    for (const IpAddress& router : hops[i]) {
      const auto found = level.by_router.find(router);
      if (found == level.by_router.end()) continue;
      found->second.remove(id);
      if (found->second.isEmpty()) level.by_router.erase(found);
    }
  }
  all_.remove(id);
}

std::uint64_t PathIndex::count(const Level& level, const std::set<IpAddress>& routers) {
  std::uint64_t count = level.unknown.cardinality();
  for (const IpAddress& router : routers) {
    const auto found = level.by_router.find(router);
    if (found != level.by_router.end()) count += found->second.cardinality();
  }
  return count;
}

void PathIndex::keep_matching(Ids& ids, const Level& level, const std::set<IpAddress>& routers) {
  Ids kept = ids & level.unknown;
  for (const IpAddress& router : routers) {
    const auto found = level.by_router.find(router);
    if (found != level.by_router.end()) kept |= ids & found->second;
  }
  ids = std::move(kept);
}

// Begins with the TTL that leaves the fewest paths.
std::vector<std::uint32_t> PathIndex::candidates(const PathHops& hops) const {
  std::size_t best = 0;
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  const std::size_t length = std::min(hops.size(), levels_.size());
  for (std::size_t i = 0; i < length; ++i) {
    if (hops[i].empty()) continue;
    const std::uint64_t here = count(levels_[i], hops[i]);
    if (here < fewest) best = i;
    fewest = std::min(fewest, here);
  }
  Ids ids = all_;
  if (fewest < all_.cardinality()) keep_matching(ids, levels_[best], hops[best]);
  for (std::size_t i = 0; i < length && !ids.isEmpty(); ++i) {
    if (!hops[i].empty() && i != best) keep_matching(ids, levels_[i], hops[i]);
  }
  std::vector<std::uint32_t> found(ids.cardinality());
  ids.toUint32Array(found.data());
  return found;
}

}  // namespace etr::model
