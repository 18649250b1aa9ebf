#include "path_group.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "figures.h"
#include "present_path.h"

namespace tui {
namespace {

void add_end(PathGroup& group, const etr::FlowSnapshot& flow) {
  const std::string_view why = no_arrival(flow);
  if (group.flows.size() == 1 || why.empty()) group.no_arrival = why;
  const etr::HopStats* end = target_hop(flow);
  if (end == nullptr) return;
  group.end.add(*end);
  group.jitter = std::max(group.jitter, jitter(*end));
}

/// Adds the addresses that no earlier flow of the path had.
void merge_hops(std::vector<std::optional<etr::IpAddress>>& known,
                const std::vector<std::optional<etr::IpAddress>>& added) {
  if (known.size() < added.size()) known.resize(added.size());
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (!known[i]) known[i] = added[i];
  }
}

/// The sort key, rounded to the precision that is shown, as for flows.
double rank(const PathGroup& group, SortBy sort) {
  constexpr double kShownTime = 1e4;  // a hundredth of a millisecond
  constexpr double kNoArrival = 2;    // worse than 100 % loss
  switch (sort) {
    case SortBy::kFlow:
    case SortBy::kPath: break;
    case SortBy::kLoss:
      return group.no_arrival.empty() ? std::round(group.end.loss().value_or(-1) * 1000)
                                      : kNoArrival * 1000;
    case SortBy::kLatency: return std::round(group.end.statistics.rtt_mean_ns / kShownTime);
    case SortBy::kJitter: return std::round(static_cast<double>(group.jitter.count()) / kShownTime);
  }
  return static_cast<double>(group.flows.size());
}

}  // namespace

std::size_t count_paths(const std::vector<const etr::FlowSnapshot*>& flows) {
  std::unordered_set<std::uint32_t> seen;
  for (const etr::FlowSnapshot* flow : flows) {
    if (shows_path(*flow)) seen.insert(flow->path_id);
  }
  return seen.size();
}

std::vector<PathGroup> path_groups(const Scene& scene) {
  std::vector<PathGroup> groups;
  std::unordered_map<std::uint32_t, std::size_t> places;
  for (const etr::FlowSnapshot* flow : scene.matching) {
    if (flow->rounds == 0) continue;
    const auto [place, added] = places.try_emplace(flow->path_id, groups.size());
    if (added) {
      groups.emplace_back();
      groups.back().path_id = flow->path_id;
      groups.back().hash = flow->path_hash;
      groups.back().counted = shows_path(*flow);
    }
    PathGroup& group = groups[place->second];
    group.flows.push_back(flow);
    merge_hops(group.hops, hops_of(*flow));
    add_end(group, *flow);
  }
  const SortBy sort = scene.state.sort;
  std::stable_sort(groups.begin(), groups.end(), [sort](const PathGroup& a, const PathGroup& b) {
    return rank(a, sort) > rank(b, sort);
  });
  return groups;
}

std::size_t selected_group(const std::vector<PathGroup>& groups,
                           const std::optional<PathChoice>& choice) {
  if (!choice) return 0;
  std::size_t fallback = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].path_id == choice->path_id) return i;
    for (const etr::FlowSnapshot* flow : groups[i].flows) {
      if (flow->flow == choice->flow) fallback = i;
    }
  }
  return fallback;
}

std::string port_list(const PathGroup& group) {
  std::vector<std::uint16_t> ports;
  for (const etr::FlowSnapshot* flow : group.flows) ports.push_back(flow->source_port);
  std::sort(ports.begin(), ports.end());
  std::string out;
  for (std::size_t i = 0; i < ports.size();) {
    std::size_t end = i;
    while (end + 1 < ports.size() && ports[end + 1] == ports[end] + 1) ++end;
    if (!out.empty()) out += ',';
    out += std::to_string(ports[i]);
    if (end > i) out += (end == i + 1 ? ',' : '-') + std::to_string(ports[end]);
    i = end + 1;
  }
  return out;
}

std::vector<etr::PooledHop> pooled_hops(const PathGroup& group) {
  std::vector<etr::PooledHop> pooled(group.hops.size());
  for (const etr::FlowSnapshot* flow : group.flows) {
    for (const etr::HopStats& hop : flow->hops) {
      const std::size_t index = hop.ttl - std::size_t{1};
      if (hop.ttl > 0 && index < pooled.size()) pooled[index].add(hop, group.hops[index]);
    }
  }
  return pooled;
}

std::vector<bool> differing_ttls(const std::vector<PathGroup>& groups) {
  std::vector<bool> differing;
  std::vector<std::optional<etr::IpAddress>> seen;
  for (const PathGroup& group : groups) {
    for (std::size_t i = 0; i < group.hops.size(); ++i) {
      if (seen.size() <= i) {
        seen.resize(i + 1);
        differing.resize(i + 1, false);
      }
      if (!group.hops[i]) continue;
      if (seen[i] && *seen[i] != *group.hops[i]) differing[i] = true;
      seen[i] = group.hops[i];
    }
  }
  return differing;
}

}  // namespace tui
