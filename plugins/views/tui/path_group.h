// The unique paths of a target: flows that take the same path, together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "scene.h"

namespace tui {

struct PathGroup {
  std::uint32_t path_id = 0;
  std::string hash;
  std::vector<const etr::FlowSnapshot*> flows;  ///< Never empty.
  /// Address at each TTL from 1; empty where nobody answered.
  std::vector<std::optional<etr::IpAddress>> hops;

  // At the flows' ends, of all flows together.
  std::uint64_t lost = 0;
  std::uint64_t judged = 0;  ///< Probes with a verdict, where silence is loss.
  bool lossy = false;
  std::uint64_t received = 0;
  double mean_ns = 0;
  etr::Duration best{};
  etr::Duration worst{};
  etr::Duration jitter{};    ///< The largest of the flows'.
};

/// Of the flows that match the filter's text, those with most flows first; flows without a closed round are left out.
std::vector<PathGroup> path_groups(const Scene& scene);

/// Position of the path the person has selected; 0 if it is not there.
std::size_t selected_group(const std::vector<PathGroup>& groups, const State& state);

/// Who a flow's present path meets at each TTL from 1.
std::vector<std::optional<etr::IpAddress>> hops_of(const Scene& scene,
                                                   const etr::FlowSnapshot& flow);

/// By TTL - 1: true where not all paths meet the same address.
std::vector<bool> differing_ttls(const std::vector<PathGroup>& groups);

}  // namespace tui
