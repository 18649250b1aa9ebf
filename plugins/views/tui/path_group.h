// The unique paths of a target: flows that take the same path, together. Paths are the same if
// their numbers are, as in the records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/pooled.h"
#include "scene.h"

namespace tui {

struct PathGroup {
  std::uint32_t path_id = 0;
  std::string hash;
  bool counted = true;  ///< False if nobody answered, or the path may be one of several.
  std::vector<const etr::FlowSnapshot*> flows;  ///< Never empty.
  /// Address at each TTL from 1; empty where nobody answered.
  std::vector<std::optional<etr::IpAddress>> hops;

  // At the target, of all flows together.
  etr::PooledHop end;
  etr::Duration jitter{};  ///< The largest of the flows'.
  /// As no_arrival(): what to show instead of loss. Empty if the target has answered some flow.
  std::string_view no_arrival;
};

/// Of the flows that match the filter's text, as the person has sorted them, worst first, else
/// those with most flows first; rows that look alike stand in the order of their flows. Flows
/// without a closed round are left out.
std::vector<PathGroup> path_groups(const Scene& scene);

/// Of flows with a closed round. Flows that nobody answered, and those that may be on one of
/// several paths, show none.
std::size_t count_paths(const std::vector<const etr::FlowSnapshot*>& flows);

/// Position of the path chosen; 0 if there is no choice, or it is not there.
std::size_t selected_group(const std::vector<PathGroup>& groups,
                           const std::optional<PathChoice>& choice);

/// What the group's flows saw at each of its hops.
std::vector<etr::PooledHop> pooled_hops(const PathGroup& group);

/// "50000-50003,50007": the source ports of its flows in order, neighbours as ranges.
std::string port_list(const PathGroup& group);

/// By TTL - 1: true where not all paths meet the same address.
std::vector<bool> differing_ttls(const std::vector<PathGroup>& groups);

}  // namespace tui
