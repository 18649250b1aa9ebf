// One row per unique path, and below it the hops of the selected one.
#include <algorithm>

#include "figures.h"
#include "panels.h"
#include "path_group.h"
#include "table.h"
#include "text.h"

namespace tui {
namespace {

/// "50000-50003,50007": ports in order, neighbours as ranges.
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

/// "2 10.1.1.1, 3 10.2.4.1": what this path meets where not all paths meet the same.
std::string differences(const Scene& scene, const PathGroup& group,
                        const std::vector<bool>& differing) {
  std::string out;
  for (std::size_t i = 0; i < differing.size(); ++i) {
    if (!differing[i]) continue;
    const bool known = i < group.hops.size() && group.hops[i];
    if (!out.empty()) out += ", ";
    out += std::to_string(i + 1) + " " + (known ? scene.brief_host(*group.hops[i]) : "???");
  }
  return out;
}

std::vector<Column> columns(int width) {
  const int time = width >= 110 ? 8 : 6;
  std::vector<Column> all{{"Path", 10, false}, {"Probes", 6}, {"Share", 6},
                          {"Loss%", 6},        {"Avg", time}, {"Best", time}};
  if (width >= 90) all.push_back({"Worst", time});
  all.push_back({"Jitter", time});
  if (width >= 110) all.push_back({"Ports", 24, false});
  all.push_back({"Differs at (TTL host)", 16, false, true});
  return all;
}

Field loss_field(const PathGroup& group) {
  if (group.judged == 0) return {"-", Role::kDim};
  const double share = static_cast<double>(group.lost) / static_cast<double>(group.judged);
  return {percent(share), group.lossy || share == 0 ? loss_role(share) : Role::kText};
}

std::vector<Field> fields(const Scene& scene, const PathGroup& group,
                          const std::vector<bool>& differing, bool selected, int width) {
  const auto ms = [&](double value) {
    if (group.received == 0) return Field{"-", Role::kDim};
    return Field{milliseconds(value, width >= 110 ? 8 : 6), Role::kText};
  };
  const auto count = [](etr::Duration value) { return static_cast<double>(value.count()); };
  const double share =
      static_cast<double>(group.flows.size()) / static_cast<double>(scene.matching.size());
  std::vector<Field> row{{(selected ? "► " : "  ") + short_hash(group.hash), Role::kText},
                         {std::to_string(group.flows.size()), Role::kText},
                         {percent(share), Role::kText},
                         loss_field(group),
                         ms(group.mean_ns),
                         ms(count(group.best))};
  if (width >= 90) row.push_back(ms(count(group.worst)));
  row.push_back(ms(count(group.jitter)));
  if (width >= 110) row.push_back({port_list(group), Role::kDim});
  row.push_back({differences(scene, group, differing), Role::kAddress});
  return row;
}

void draw_list(Grid& grid, const Area& area, const Scene& scene,
               const std::vector<PathGroup>& groups, const std::vector<bool>& differing,
               std::size_t chosen) {
  std::string title = formatted("Paths (%zu unique of %zu probes)", groups.size(),
                                scene.matching.size());
  if (!scene.state.filter.empty()) title += " matching '" + scene.state.filter + "'";
  Area inner = draw_pane(grid, area, title, Role::kSummaryTitle, true);
  const Table table(columns(inner.columns), inner.columns);
  table.header(grid, inner.row, inner.column);
  inner = inner.below(1);
  const int count = static_cast<int>(groups.size());
  const int top = window_top(static_cast<int>(chosen), count, inner.rows);
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const auto index = static_cast<std::size_t>(top + i);
    table.row(grid, inner.row + i, inner.column,
              fields(scene, groups[index], differing, index == chosen, inner.columns));
    if (index == chosen) {
      grid.restyle({inner.row + i, inner.column, 1, inner.columns}, Role::kSelectedFocused);
    }
  }
}

void draw_hops(Grid& grid, const Area& area, const Scene& scene, const PathGroup& group,
               const std::vector<bool>& differing) {
  Area inner = draw_pane(grid, area, "► PATH " + short_hash(group.hash) + " ◄ - hops that differ: ≠",
                         Role::kDetailTitle, false);
  const std::string ports = "Source ports: " + port_list(group);
  grid.put(inner.row, inner.column + 1, cut(ports, inner.columns - 1),
           Role::kText, inner.rows > 0 ? inner.columns - 1 : 0);
  inner = inner.below(1);
  const int count = static_cast<int>(group.hops.size());
  for (int i = 0; i < inner.rows && i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::optional<etr::IpAddress>& address = group.hops[index];
    const bool differs = index < differing.size() && differing[index];
    grid.put_right(inner.row + i, inner.column, std::to_string(i + 1), Role::kText, 3);
    if (differs) grid.put(inner.row + i, inner.column + 4, "≠", Role::kHighlight);
    const std::string host = address ? scene.host(*address, inner.columns - 6) : "???";
    grid.put(inner.row + i, inner.column + 6, cut(host, inner.columns - 6),
             !address ? Role::kSilent : differs ? Role::kHighlight : Role::kAddress);
  }
}

}  // namespace

void draw_paths(Grid& grid, const Area& area, const Scene& scene) {
  const std::vector<PathGroup> groups = path_groups(scene);
  if (groups.empty()) {
    const Area inner = draw_pane(grid, area, "Paths", Role::kSummaryTitle, true);
    grid.put(inner.row, inner.column,
             scene.all.empty() ? "Initializing..." : "no path yet that matches", Role::kDim,
             inner.columns);
    return;
  }
  const std::vector<bool> differing = differing_ttls(groups);
  const std::size_t chosen = selected_group(groups, scene.state);
  const bool framed = area.rows >= 14;
  const int wanted = static_cast<int>(groups.size()) + (framed ? 4 : 2);
  const int height = std::min(wanted, std::max(area.rows / 2, 3));
  draw_list(grid, {area.row, area.column, height, area.columns}, scene, groups, differing, chosen);
  draw_hops(grid, area.below(height), scene, groups[chosen], differing);
}

}  // namespace tui
