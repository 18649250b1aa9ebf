// The unique paths of a target: its flows grouped by path id, as in the records.
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
  bool counted = true;  ///< False without replies, and for an ambiguous path.
  std::vector<const etr::FlowSnapshot*> flows;  ///< Never empty.
  /// Address at each TTL from 1; nullopt where it is unknown.
  std::vector<std::optional<etr::IpAddress>> hops;

  // At the target, pooled over the flows.
  etr::PooledHop end;
  etr::Duration jitter{};  ///< The largest among the flows.
  /// See no_arrival(). Empty if any of the flows reaches the target.
  std::string_view no_arrival;
};

/// Groups the flows that match the filter's text, without those that have not closed a round.
/// Sorted as the user chose, worst first, or by number of flows; groups that look alike keep the
/// order of their flows.
std::vector<PathGroup> path_groups(const Scene& scene);

/// The number of paths. Flows without a closed round, without replies or on an ambiguous path do
/// not count.
std::size_t count_paths(const std::vector<const etr::FlowSnapshot*>& flows);

/// Index of the chosen path, or else of the path of the chosen flow; 0 if neither is there.
std::size_t selected_group(const std::vector<PathGroup>& groups,
                           const std::optional<PathChoice>& choice);

/// Statistics of each hop, pooled over the group's flows.
std::vector<etr::PooledHop> pooled_hops(const PathGroup& group);

/// "50000-50003,50007": the source ports of its flows in ascending order.
std::string port_list(const PathGroup& group);

/// By TTL - 1: whether the paths have different addresses there.
std::vector<bool> differing_ttls(const std::vector<PathGroup>& groups);

}  // namespace tui
