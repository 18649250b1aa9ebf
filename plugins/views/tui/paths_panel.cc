// One row per unique path; below, the hops of the selected path.
#include <algorithm>

#include "etr/loss_text.h"
#include "figures.h"
#include "panels.h"
#include "path_group.h"
#include "present_path.h"
#include "table.h"
#include "text.h"

namespace tui {
namespace {

constexpr std::size_t kHashColumns = 8;

/// "2 10.1.1.1, 3 10.2.4.1": the hosts of this path at the TTLs where paths differ.
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
  std::vector<Column> all{{"Path", 10, false}, {"Flows", 6},  {"Share", 6},
                          {"Loss%", 6},        {"Avg", time}, {"Best", time}};
  if (width >= 90) all.push_back({"Worst", time});
  all.push_back({"Jitter", time});
  if (width >= 110) all.push_back({"Ports", 24, false});
  all.push_back({"Differs at (TTL host)", 16, false, true});
  return all;
}

Field loss_field(const etr::PooledHop& hop) { return {etr::hop_loss_text(hop), loss_role(hop)}; }

/// The hash, with a "?" if the path is ambiguous.
std::string path_name(const PathGroup& group) {
  const bool ambiguous = !group.counted && !is_no_path(group.hash);
  if (!ambiguous) return short_hash(group.hash);
  return short_hash(group.hash).substr(0, kHashColumns - 1) + "?";
}

std::vector<Field> fields(const Scene& scene, const PathGroup& group,
                          const std::vector<bool>& differing, bool selected, int width) {
  const etr::PooledStatistics& end = group.end.statistics;
  const auto ms = [&](double value) {
    if (end.rtt_samples == 0) return Field{"-", Role::kDim};
    return Field{milliseconds(value, width >= 110 ? 8 : 6), Role::kText};
  };
  const auto count = [](etr::Duration value) { return static_cast<double>(value.count()); };
  const double share =
      static_cast<double>(group.flows.size()) / static_cast<double>(scene.matching.size());
  std::vector<Field> row{{(selected ? "► " : "  ") + path_name(group), Role::kText},
                         {std::to_string(group.flows.size()), Role::kText},
                         {percent(share), Role::kText},
                         loss_field(group.end),
                         ms(end.rtt_mean_ns),
                         ms(count(end.rtt_best))};
  if (!group.no_arrival.empty()) row[3] = {std::string(group.no_arrival), Role::kLossHigh, 2};
  if (width >= 90) row.push_back(ms(count(end.rtt_worst)));
  row.push_back(ms(count(group.jitter)));
  if (width >= 110) row.push_back({port_list(group), Role::kDim});
  row.push_back({differences(scene, group, differing), Role::kAddress});
  return row;
}

void draw_list(Grid& grid, const Area& area, const Scene& scene,
               const std::vector<PathGroup>& groups, const std::vector<bool>& differing,
               std::size_t chosen) {
  const bool focused = !scene.state.detail_focus;
  const auto lossy = std::count_if(groups.begin(), groups.end(), [](const PathGroup& group) {
    return group.end.hop_class == etr::HopClass::kLossy && group.end.statistics.lost > 0;
  });
  const auto known = std::count_if(groups.begin(), groups.end(),
                                   [](const PathGroup& group) { return group.counted; });
  std::string title = formatted("Paths (%d unique of %zu flow%s", static_cast<int>(known),
                                scene.matching.size(), scene.matching.size() == 1 ? "" : "s");
  if (lossy > 0) title += formatted(", %d lossy", static_cast<int>(lossy));
  const auto unreached = std::count_if(groups.begin(), groups.end(), [](const PathGroup& group) {
    return !group.no_arrival.empty();
  });
  if (unreached > 0) title += formatted(", %d not reached", static_cast<int>(unreached));
  title += ")";
  if (!scene.state.filter.empty()) title += " matching '" + scene.state.filter + "'";
  Area inner = draw_pane(grid, area, title, Role::kSummaryTitle, focused);
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
      grid.select({inner.row + i, inner.column, 1, inner.columns}, focused);
    }
  }
  draw_more(grid, area, inner, count - top - inner.rows);
}

/// The host column takes the width that the figures do not need.
Table hops_table(int width) {
  return Table({{"TTL", 3}, {"", 1}, {"Host", 16, false, true}, {"Loss%", 7}, {"Avg", 8}}, width);
}

/// The hops of a path, pooled over its flows; returns how far they scroll.
int draw_hops(Grid& grid, const Area& area, const Scene& scene, const PathGroup& group,
              const std::vector<bool>& differing) {
  const bool focused = scene.state.detail_focus;
  std::string title = "► PATH " + path_name(group) + " ◄";
  if (focused) title += " [detail focus]";
  Area inner = draw_pane(grid, area, title + " - hops that differ: ≠", Role::kDetailTitle, focused);
  const bool framed = inner.columns != area.columns;
  const std::string ports = "Source ports: " + port_list(group);
  grid.put(inner.row, inner.column + 1, cut(ports, inner.columns - 1), Role::kText,
           inner.rows > 0 ? inner.columns - 1 : 0);
  inner = inner.below(1);
  const Table table = hops_table(inner.columns);
  if (framed) {
    table.header(grid, inner.row, inner.column);
    inner = inner.below(1);
  }
  std::vector<etr::PooledHop> pooled = pooled_hops(group);
  // The hops beyond the last known one have one row.
  std::size_t tail = group.hops.size();
  while (tail > 0 && !group.hops[tail - 1]) --tail;
  if (group.hops.size() - tail < 2) tail = group.hops.size();
  for (std::size_t i = tail + 1; i < pooled.size(); ++i) pooled[tail].add(pooled[i]);
  const int count = static_cast<int>(std::min(tail + 1, group.hops.size()));
  const int scroll_end = std::max(0, count - inner.rows);
  const int top = focused ? std::clamp(scene.state.scroll, 0, scroll_end) : 0;
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const auto index = static_cast<std::size_t>(top + i);
    const std::optional<etr::IpAddress>& address = group.hops[index];
    const bool differs = index < differing.size() && differing[index];
    const etr::PooledHop& hop = pooled[index];
    table.row(grid, inner.row + i, inner.column,
              {{std::to_string(index + 1), Role::kText},
               {differs ? "≠" : "", Role::kHighlight},
               {index == tail ? no_answer(tail + 1, group.hops.size())
                : address     ? scene.host(*address, table.stretched())
                              : "???",
                !address  ? Role::kSilent
                : differs ? Role::kHighlight
                          : Role::kAddress},
               loss_field(hop),
               {hop.statistics.rtt_samples > 0 ? milliseconds(hop.statistics.rtt_mean_ns) : "-",
                Role::kText}});
  }
  draw_more(grid, area, inner, count - top - inner.rows);
  return focused ? scroll_end : 0;
}

}  // namespace

int draw_paths(Grid& grid, const Area& area, const Scene& scene) {
  const std::vector<PathGroup> groups = path_groups(scene);
  if (groups.empty()) {
    const Area inner = draw_pane(grid, area, "Paths", Role::kSummaryTitle, true);
    grid.put(inner.row, inner.column,
             scene.all.empty()            ? "Initializing..."
             : scene.state.filter.empty() ? "no path yet"
                                          : "no path yet that matches",
             Role::kDim, inner.columns);
    return 0;
  }
  const std::vector<bool> differing = differing_ttls(groups);
  const std::size_t chosen = selected_group(groups, scene.state.path);
  const bool framed = area.rows >= 14;
  const int wanted = static_cast<int>(groups.size()) + (framed ? 4 : 2);
  const int height = std::clamp(wanted, framed ? 6 : 3, std::max(area.rows / 2, framed ? 6 : 3));
  draw_list(grid, {area.row, area.column, height, area.columns}, scene, groups, differing, chosen);
  return draw_hops(grid, area.below(height), scene, groups[chosen], differing);
}

}  // namespace tui
