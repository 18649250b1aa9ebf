// The hops of the selected flow, one row per responder, as the Detail pane of the Go etr.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "etr/path_marks.h"
#include "etr/unreachable.h"
#include "figures.h"
#include "hop_column.h"
#include "panels.h"
#include "present_path.h"
#include "table.h"
#include "text.h"

namespace tui {
namespace {

std::string title(const Scene& scene, const etr::FlowSnapshot& flow) {
  std::string text = formatted("► FLOW #%u ◄ - Source Port: %u", flow.flow, flow.source_port);
  if (flow.blocked) {
    const std::string reason(
        etr::unreachable_reason(flow.blocked->icmp_type, flow.blocked->icmp_code));
    text += " - blocked (" +
            (reason.empty() ? formatted("ICMP %d/%d", int{flow.blocked->icmp_type},
                                        int{flow.blocked->icmp_code})
                            : reason) +
            formatted(") at TTL %d by ", int{flow.blocked->ttl}) + flow.blocked->by.to_string();
  } else if (flow.rounds > 0 && !scene.reached(flow)) {
    const auto loop = etr::find_loop(flow);
    text += " - " + (loop ? etr::loop_text(*loop) : "not reached");
  }
  if (!is_no_path(flow.path_hash)) text += " - Path: " + short_hash(flow.path_hash);
  if (scene.state.detail_focus) text += " [detail focus]";
  return text;
}

/// One responder of a hop, or all hops beyond the last that answered.
struct Row {
  const etr::HopStats* hop = nullptr;
  const etr::ResponderStats* responder = nullptr;  ///< Null: no reply on the present path yet.
  std::optional<etr::IpAddress> address;           ///< Of the responder, if known.
  bool first = true;
  bool old = false;          ///< Of an earlier path of the flow.
  std::uint8_t through = 0;  ///< TTL of the last hop if the row is of several.
};

/// At each hop the responders of the present path, then those of earlier paths, each in the order
/// of their first replies.
std::vector<Row> rows_of(const etr::FlowSnapshot& flow, const SilentTail& tail) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < tail.first; ++i) {
    const etr::HopStats& hop = flow.hops[i];
    if (hop.responders.empty()) {
      rows.push_back({&hop, nullptr, hop.address, true, false});
    }
    for (const etr::ResponderStats& responder : hop.responders) {
      const bool first = &responder == &hop.responders.front();
      rows.push_back({&hop, &responder, responder.address, first, false});
    }
    for (const etr::ResponderStats& responder : hop.former) {
      rows.push_back({&hop, &responder, responder.address, false, true});
    }
  }
  if (tail.first < flow.hops.size()) {
    rows.push_back({&tail.pooled, nullptr, std::nullopt, true, false, flow.hops.back().ttl});
  }
  return rows;
}

Field host_field(const Scene& scene, const Row& row, int room) {
  if (row.through != 0) return {no_answer(row.hop->ttl, row.through), Role::kSilent};
  if (!row.address) return {"???", Role::kSilent};
  const std::string mark = row.first ? "" : row.old ? "old " : "↳ ";
  const std::string host = scene.host(*row.address, room - display_width(mark));
  return {mark + host, row.first ? Role::kAddress : Role::kDim};
}

/// Numbers have the widths of the Go etr on wide screens, and less on narrow ones, in favour of the
/// host.
int field_width(const HopColumn& column, int width) {
  if (width >= 110) return column.width + 1;
  return width < 90 && column.letter != 'L' ? column.width - 1 : column.width;
}

Table make_table(const std::string& letters, int width) {
  std::vector<Column> columns{{"TTL", 3}, {"Host", 16, false, true}};
  for (const char letter : letters) {
    const HopColumn* column = find_hop_column(letter);
    if (column == nullptr) continue;
    columns.push_back({std::string(column->title), field_width(*column, width)});
  }
  return Table(std::move(columns), width);
}

std::vector<Field> fields(const Scene& scene, const Row& row, int width, int room) {
  std::vector<Field> out{{row.first ? std::to_string(row.hop->ttl) : "", Role::kText},
                         host_field(scene, row, room)};
  for (const char letter : scene.state.columns) {
    const HopColumn* column = find_hop_column(letter);
    if (column == nullptr) continue;
    Field field =
        hop_field(letter, *row.hop, row.responder, row.first, field_width(*column, width));
    if (!row.first && field.role == Role::kText) field.role = Role::kDim;
    out.push_back(std::move(field));
  }
  return out;
}

}  // namespace

int detail_rows(const etr::FlowSnapshot& flow) {
  return static_cast<int>(rows_of(flow, silent_tail(flow)).size());
}

void draw_detail(Grid& grid, const Area& area, const Scene& scene, Framing framing) {
  const etr::FlowSnapshot* flow = scene.flow();
  const bool focused = scene.state.detail_focus;
  if (flow == nullptr) {
    draw_pane(grid, area, "no flow selected", Role::kDetailTitle, focused, framing);
    return;
  }
  Area inner = draw_pane(grid, area, title(scene, *flow), Role::kDetailTitle, focused, framing);
  const Table table = make_table(scene.state.columns, inner.columns);
  table.header(grid, inner.row, inner.column);
  inner = inner.below(1);

  const SilentTail tail = silent_tail(*flow);
  const std::vector<Row> rows = rows_of(*flow, tail);
  const int count = static_cast<int>(rows.size());
  const auto chosen = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return row.hop->ttl <= scene.state.ttl &&
           scene.state.ttl <= std::max(row.hop->ttl, row.through);
  });
  const int selected = chosen == rows.end() ? 0 : static_cast<int>(chosen - rows.begin());
  const int top = focused ? window_top(selected, count, inner.rows) : 0;
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const Row& row = rows[static_cast<std::size_t>(top + i)];
    table.row(grid, inner.row + i, inner.column,
              fields(scene, row, inner.columns, table.stretched()));
    if (focused && top + i == selected) {
      grid.select({inner.row + i, inner.column, 1, inner.columns}, true);
    }
  }
  draw_more(grid, area, inner, count - top - inner.rows);
}

}  // namespace tui
