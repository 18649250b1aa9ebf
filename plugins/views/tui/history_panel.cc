// Loss and latency over time: one line per hop of the selected flow, the newest round at the right.
// A column stands for `zoom` rounds: its height is their mean RTT, its colour their loss.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "figures.h"
#include "panels.h"
#include "present_path.h"
#include "text.h"

namespace tui {
namespace {

constexpr std::array kBlocks{U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█'};

/// The rounds of one column.
struct Bucket {
  int answered = 0;
  int timed = 0;
  int lost = 0;
  int failed = 0;
  double sum_ns = 0;
};

Bucket bucket(const Scene& scene, const etr::FlowSnapshot& flow, std::uint8_t ttl, int index) {
  Bucket out;
  for (int i = 0; i < scene.state.zoom; ++i) {
    const auto back = static_cast<std::size_t>(index * scene.state.zoom + i);
    const Sample sample = scene.history.at(flow.trace, flow.flow, ttl, back);
    switch (sample.state) {
      case Sample::State::kNone: break;
      case Sample::State::kLost: ++out.lost; break;
      case Sample::State::kSendFailed: ++out.failed; break;
      case Sample::State::kAnswered: {
        ++out.answered;
        if (!sample.rtt) break;
        ++out.timed;
        out.sum_ns += static_cast<double>(sample.rtt->count());
        break;
      }
    }
  }
  return out;
}

/// The RTT of a full block: the 98th percentile of all columns, so that outliers do not flatten the
/// rest. 0 if no RTT was measured.
double scale(const std::vector<std::vector<Bucket>>& lines) {
  std::vector<double> means;
  for (const std::vector<Bucket>& line : lines) {
    for (const Bucket& each : line) {
      if (each.timed > 0) means.push_back(each.sum_ns / each.timed);
    }
  }
  if (means.empty()) return 0;
  const auto place = means.begin() + static_cast<std::ptrdiff_t>((means.size() - 1) * 98 / 100);
  std::nth_element(means.begin(), place, means.end());
  return std::max(*place, 1.0);
}

/// The mark of a round without reply: in the colour of loss only if the hop is lossy, a dot if the
/// hop is silent or limited.
struct Miss {
  char32_t mark;
  Role role;
};

Miss miss_of(const etr::HopStats& hop) {
  switch (hop.hop_class) {
    case etr::HopClass::kLossy: return {U'×', Role::kLossHigh};
    case etr::HopClass::kSilent:
    case etr::HopClass::kLimited: return {U'·', Role::kSilent};
    default: return {U'×', Role::kText};
  }
}

Role bucket_role(const Bucket& each, const etr::HopStats& hop) {
  if (each.lost == 0 || hop.hop_class != etr::HopClass::kLossy) return Role::kLossLow;
  const Role role = loss_role(static_cast<double>(each.lost) / (each.lost + each.answered));
  return role == Role::kLossLow ? Role::kLossMedium : role;
}

void draw_bucket(Grid& grid, int row, int column, const Bucket& each, double full,
                 const etr::HopStats& hop) {
  if (each.answered + each.lost + each.failed == 0) return;
  if (each.answered == 0 && each.failed > 0) {
    grid.put_glyph(row, column, U'!', Role::kError);
  } else if (each.answered == 0) {
    grid.put_glyph(row, column, miss_of(hop).mark, miss_of(hop).role);
  } else if (each.timed == 0) {
    grid.put_glyph(row, column, U'•', bucket_role(each, hop));
  } else {
    const double share = each.sum_ns / each.timed / full;
    const auto level = static_cast<std::size_t>(std::clamp(share * 8, 0.0, 7.0));
    grid.put_glyph(row, column, kBlocks[level], bucket_role(each, hop));
  }
}

int label_width(int columns) { return std::clamp(columns / 4, 10, 36); }

std::string label(const Scene& scene, const std::optional<etr::IpAddress>& address, int room) {
  return address ? scene.host(*address, room) : "???";
}

}  // namespace

int draw_history(Grid& grid, const Area& area, const Scene& scene) {
  const etr::FlowSnapshot* flow = scene.flow();
  if (flow == nullptr) {
    const Area inner = draw_pane(grid, area, "History", Role::kSummaryTitle, true);
    grid.put(inner.row, inner.column, why_empty(scene), Role::kDim, inner.columns);
    return 0;
  }
  const bool framed = area.rows >= 6 && area.columns >= 44;
  const int width = area.columns - (framed ? 2 : 0);
  const int names = label_width(width);
  const int fixed = 4 + names + 1 + 8;  // TTL, host, loss
  const int room = std::max(1, width - fixed);
  std::vector<std::vector<Bucket>> lines;
  const SilentTail tail = silent_tail(*flow);
  const std::size_t shown = std::min(tail.first + 1, flow->hops.size());
  for (std::size_t hop = 0; hop < shown; ++hop) {
    lines.emplace_back();
    for (int i = 0; i < room; ++i) {
      lines.back().push_back(bucket(scene, *flow, flow->hops[hop].ttl, i));
    }
  }
  const double full = scale(lines);
  const std::vector<std::optional<etr::IpAddress>> addresses = hops_of(*flow);
  const std::string_view why = no_arrival(*flow);
  const std::string title =
      formatted("History of flow #%u, source port %u%s: last %d rounds, %d per column", flow->flow,
                flow->source_port, why.empty() ? "" : (", " + std::string(why)).c_str(),
                std::min(room * scene.state.zoom,
                         static_cast<int>(scene.history.rounds(flow->trace, flow->flow))),
                scene.state.zoom);
  Area inner = draw_pane(grid, area, title, Role::kSummaryTitle, true);
  grid.put(inner.row, inner.column,
           cut((full > 0 ? "█ " + milliseconds(full) + " ms or more  " : std::string()) +
                   "× lost  · silent  ! not sent",
               inner.columns),
           Role::kDim, inner.columns);
  inner = inner.below(1);

  const int count = static_cast<int>(lines.size());
  const int scroll_end = std::max(0, count - inner.rows);
  const int top = std::clamp(scene.state.scroll, 0, scroll_end);
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const auto index = static_cast<std::size_t>(top + i);
    const bool in_tail = index == tail.first;
    const etr::HopStats& hop = in_tail ? tail.pooled : flow->hops[index];
    const std::optional<etr::IpAddress>& address = addresses[hop.ttl - std::size_t{1}];
    const int row = inner.row + i;
    grid.put_right(row, inner.column, std::to_string(hop.ttl), Role::kText, 3);
    grid.put(row, inner.column + 4,
             cut(in_tail ? no_answer(hop.ttl, flow->hops.back().ttl) : label(scene, address, names),
                 names),
             address ? Role::kAddress : Role::kSilent, names);
    grid.put_right(row, inner.column + 4 + names, loss_text(hop), loss_role(hop), 8);
    const int right = inner.column + inner.columns - 1;
    for (int column = 0; column < room; ++column) {
      draw_bucket(grid, row, right - column, lines[index][static_cast<std::size_t>(column)], full,
                  hop);
    }
  }
  draw_more(grid, area, inner, scroll_end - top);
  return scroll_end;
}

}  // namespace tui
