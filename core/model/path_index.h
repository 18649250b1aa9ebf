// The path index: finds the paths that a partly known path may be, without looking at all of them.
// At each TTL a path is listed under its routers or, if none is known, as unknown there.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "etr/ip_address.h"

namespace etr::model {

/// The routers of a path by TTL - 1; empty: unknown.
using PathHops = std::vector<std::set<IpAddress>>;

class PathIndex {
 public:
  PathIndex();
  ~PathIndex();
  PathIndex(const PathIndex&) = delete;
  PathIndex& operator=(const PathIndex&) = delete;

  void add(std::uint32_t id, const PathHops& hops);
  /// `hops` must be what the path was added with.
  void remove(std::uint32_t id, const PathHops& hops);
  /// Ids in ascending order of all paths that, at each TTL that `hops` knows, share a router with
  /// it or are unknown. REQUIRES: `hops` knows a router.
  std::vector<std::uint32_t> candidates(const PathHops& hops) const;

 private:
  struct Listed;  ///< Compressed bitmaps, whose library only path_index.cc includes.
  std::unique_ptr<Listed> listed_;
};

}  // namespace etr::model
