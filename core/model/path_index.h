// The path index: finds the paths that a partly known path may be, without looking at all of them.
// At each TTL a path is listed under its routers or, if none is known, as unknown there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <roaring/roaring.hh>
#include <set>
#include <unordered_map>
#include <vector>

#include "etr/ip_address.h"

namespace etr::model {

/// The routers of a path by TTL - 1; empty: unknown.
using PathHops = std::vector<std::set<IpAddress>>;

class PathIndex {
 public:
  void add(std::uint32_t id, const PathHops& hops);
  /// `hops` must be what the path was added with.
  void remove(std::uint32_t id, const PathHops& hops);
  /// Ids in ascending order of all paths that, at each TTL that `hops` knows, share a router with
  /// it or are unknown. REQUIRES: `hops` knows a router.
  std::vector<std::uint32_t> candidates(const PathHops& hops) const;

 private:
  using Ids = Roaring;  ///< A compressed bitmap (Lemire et al., 2018).
  struct Level {
    std::unordered_map<IpAddress, Ids> by_router;
    Ids unknown;
  };
  static std::uint64_t count(const Level& level, const std::set<IpAddress>& routers);
  static void keep_matching(Ids& ids, const Level& level, const std::set<IpAddress>& routers);

  std::vector<Level> levels_;  ///< By TTL - 1.
  Ids all_;
};

}  // namespace etr::model
