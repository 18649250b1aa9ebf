// One row per flow, as the Summary pane of the Go etr.
#include "figures.h"
#include "panels.h"
#include "path_group.h"
#include "table.h"
#include "text.h"

namespace tui {
namespace {

std::string title(const Scene& scene) {
  const bool filtered = scene.flows.size() != scene.all.size();
  std::string text = "Summary (";
  if (filtered) text += std::to_string(scene.flows.size()) + " of ";
  const std::size_t paths = count_paths(scene.flows);
  text += formatted("%zu flow%s, %zu unique path%s", scene.all.size(),
                    scene.all.size() == 1 ? "" : "s", paths, paths == 1 ? "" : "s");
  // Counted here because their rows may not be visible.
  int lossy = 0;
  int blocked = 0;
  int unreached = 0;
  for (const etr::FlowSnapshot* flow : scene.flows) {
    const etr::HopStats* end = target_hop(*flow);
    if (end != nullptr && end->hop_class == etr::HopClass::kLossy && end->lost > 0) ++lossy;
    if (flow->blocked) {
      ++blocked;
    } else if (flow->rounds > 0 && !scene.reached(*flow)) {
      ++unreached;
    }
  }
  if (lossy > 0) text += formatted(", %d lossy", lossy);
  if (blocked > 0) text += formatted(", %d blocked", blocked);
  if (unreached > 0) text += formatted(", %d not reached", unreached);
  text += ")";
  if (scene.state.filter_path) text += " on path " + short_hash(scene.path_filtered_for);
  if (!scene.state.filter.empty()) text += " matching '" + scene.state.filter + "'";
  return text;
}

/// Times have the widths of the Go etr where there is room, and one column less on a narrow screen.
std::vector<Column> summary_columns(int width) {
  const int time = width >= 90 ? 8 : 7;
  return {{"Flow", 6, false}, {"SrcPort", 7},    {"Path", 8},       {"Hops", 4},
          {"Loss%", 7},       {"Avg(ms)", time}, {"Min(ms)", time}, {"Max(ms)", time},
          {"StdDev", time},   {"Jitter", time},  {"Changes", 7}};
}

std::vector<Field> fields(const Scene& scene, const etr::FlowSnapshot& flow, bool selected) {
  std::vector<Field> row{{formatted("%s#%u", selected ? "► " : "  ", flow.flow), Role::kText},
                         {std::to_string(flow.source_port), Role::kText},
                         {short_hash(flow.path_hash), Role::kText},
                         {hop_count(scene, flow), Role::kText}};
  const etr::HopStats* end = target_hop(flow);
  const auto numbers = end == nullptr ? std::nullopt : figures(*end);
  if (const std::string_view why = no_arrival(flow); !why.empty()) {
    row.push_back({std::string(why), Role::kLossHigh, 2});
  } else {
    row.push_back(end == nullptr ? Field{"-", Role::kDim}
                                 : Field{loss_text(*end), loss_role(*end)});
  }
  if (numbers) {
    row.push_back({milliseconds(numbers->rtt_mean_ns), Role::kText});
    row.push_back({milliseconds(numbers->rtt_best), Role::kText});
    row.push_back({milliseconds(numbers->rtt_worst), Role::kText});
    row.push_back({milliseconds(numbers->rtt_stddev_ns), Role::kText});
    row.push_back({milliseconds(jitter(*end)), Role::kText});
  } else {
    row.resize(row.size() + 5, {"-", Role::kDim});
  }
  row.push_back(
      {std::to_string(flow.path_changes), flow.path_changes == 0 ? Role::kDim : Role::kText});
  return row;
}

}  // namespace

void draw_summary(Grid& grid, const Area& area, const Scene& scene, Framing framing) {
  const bool focused = !scene.state.detail_focus;
  Area inner = draw_pane(grid, area, title(scene), Role::kSummaryTitle, focused, framing);
  const Table table(summary_columns(inner.columns), inner.columns);
  table.header(grid, inner.row, inner.column);
  inner = inner.below(1);
  if (scene.flows.empty()) {
    grid.put(inner.row, inner.column, why_empty(scene), Role::kDim,
             inner.rows > 0 ? inner.columns : 0);
    return;
  }
  const int count = static_cast<int>(scene.flows.size());
  const int top = window_top(static_cast<int>(scene.selected), count, inner.rows);
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const auto index = static_cast<std::size_t>(top + i);
    const bool selected = index == scene.selected;
    table.row(grid, inner.row + i, inner.column, fields(scene, *scene.flows[index], selected));
    if (selected) {
      grid.select({inner.row + i, inner.column, 1, inner.columns}, focused);
    }
  }
  draw_more(grid, area, inner, count - top - inner.rows);
}

}  // namespace tui
