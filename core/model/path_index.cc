#include "model/path_index.h"

#include <limits>

namespace etr::model {

void PathIndex::add(std::uint32_t id, const PathHops& hops) {
  while (levels_.size() < hops.size()) levels_.emplace_back().unknown = all_;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (i >= hops.size() || hops[i].empty()) {
      levels_[i].unknown.insert(id);
    } else {
      for (const IpAddress& router : hops[i]) levels_[i].by_router[router].insert(id);
    }
  }
  all_.insert(id);
}

void PathIndex::remove(std::uint32_t id, const PathHops& hops) {
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    level.unknown.erase(id);
    if (i >= hops.size()) continue;
    for (const IpAddress& router : hops[i]) {
      const auto found = level.by_router.find(router);
      if (found == level.by_router.end()) continue;
      found->second.erase(id);
      if (found->second.empty()) level.by_router.erase(found);
    }
  }
  all_.erase(id);
}

std::size_t PathIndex::count(const Level& level, const std::set<IpAddress>& routers) {
  std::size_t count = level.unknown.size();
  for (const IpAddress& router : routers) {
    const auto found = level.by_router.find(router);
    if (found != level.by_router.end()) count += found->second.size();
  }
  return count;
}

/// The TTL at which the fewest paths come into question decides.
std::vector<std::uint32_t> PathIndex::candidates(const PathHops& hops) const {
  std::size_t best = 0;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (hops[i].empty()) continue;
    const std::size_t here = i < levels_.size() ? count(levels_[i], hops[i]) : all_.size();
    if (here >= fewest) continue;
    fewest = here;
    best = i;
  }
  if (best >= levels_.size()) return {all_.begin(), all_.end()};
  Ids ids = levels_[best].unknown;
  for (const IpAddress& router : hops[best]) {
    const auto found = levels_[best].by_router.find(router);
    if (found != levels_[best].by_router.end()) {
      ids.insert(found->second.begin(), found->second.end());
    }
  }
  return {ids.begin(), ids.end()};
}

}  // namespace etr::model
