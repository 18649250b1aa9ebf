// The path index: finds the paths that a partly known path may be, without looking at all of them.
// At each TTL a path is listed under its routers or, if none is known, as unknown there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "absl/container/btree_set.h"
#include "etr/ip_address.h"

namespace etr::model {

/// The routers of a path by TTL - 1; empty: unknown.
using PathHops = std::vector<std::set<IpAddress>>;

class PathIndex {
 public:
  void add(std::uint32_t id, const PathHops& hops);
  /// `hops` must be what the path was added with.
  void remove(std::uint32_t id, const PathHops& hops);
  /// Ids in ascending order; every path that shares a router with `hops`, or is unknown, at each
  /// TTL that `hops` knows is among them. REQUIRES: `hops` knows a router.
  std::vector<std::uint32_t> candidates(const PathHops& hops) const;

 private:
  using Ids = absl::btree_set<std::uint32_t>;
  struct Level {
    std::unordered_map<IpAddress, Ids> by_router;
    Ids unknown;
  };
  static std::size_t count(const Level& level, const std::set<IpAddress>& routers);

  std::vector<Level> levels_;  ///< Index TTL - 1.
  Ids all_;
};

}  // namespace etr::model
