#include "path_group.h"

#include <algorithm>
#include <unordered_map>

#include "figures.h"

namespace tui {
namespace {

void add_end(PathGroup& group, const etr::FlowSnapshot& flow) {
  const etr::HopStats* end = end_hop(flow);
  if (end == nullptr) return;
  if (end->loss()) {
    group.lost += end->lost;
    group.judged += end->lost + end->answered;
    group.lossy = group.lossy || end->hop_class == etr::HopClass::kLossy;
  }
  const std::optional<Figures> numbers = figures(*end);
  if (!numbers) return;
  const double before = static_cast<double>(group.received);
  const double added = static_cast<double>(numbers->received);
  group.best = group.received == 0 ? numbers->best : std::min(group.best, numbers->best);
  group.worst = std::max(group.worst, numbers->worst);
  group.jitter = std::max(group.jitter, numbers->jitter);
  group.mean_ns = (group.mean_ns * before + numbers->mean_ns * added) / (before + added);
  group.received += numbers->received;
}

/// Fills what one flow heard where an earlier one of the same path did not.
void merge_hops(std::vector<std::optional<etr::IpAddress>>& known,
                const std::vector<std::optional<etr::IpAddress>>& heard) {
  if (known.size() < heard.size()) known.resize(heard.size());
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (!known[i]) known[i] = heard[i];
  }
}

}  // namespace

std::vector<std::optional<etr::IpAddress>> hops_of(const Scene& scene,
                                                   const etr::FlowSnapshot& flow) {
  std::vector<std::optional<etr::IpAddress>> addresses;
  addresses.reserve(flow.hops.size());
  const auto* current = scene.history.current(flow.trace, flow.flow);
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    if (addresses.size() <= index) addresses.resize(index + 1);
    if (current != nullptr && index < current->size() && (*current)[index]) {
      addresses[index] = (*current)[index];
    } else if (const etr::ResponderStats* responder = main_responder(hop)) {
      addresses[index] = responder->address;
    }
  }
  return addresses;
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
    }
    PathGroup& group = groups[place->second];
    group.flows.push_back(flow);
    merge_hops(group.hops, hops_of(scene, *flow));
    add_end(group, *flow);
  }
  std::sort(groups.begin(), groups.end(), [](const PathGroup& a, const PathGroup& b) {
    if (a.flows.size() != b.flows.size()) return a.flows.size() > b.flows.size();
    return a.path_id < b.path_id;
  });
  return groups;
}

std::size_t selected_group(const std::vector<PathGroup>& groups, const State& state) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].path_id == state.path_id) return i;
  }
  return 0;
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
