// The events, oldest first; the newest stays visible unless the user scrolls back.
#include <algorithm>
#include <optional>
#include <string>

#include "figures.h"
#include "panels.h"
#include "text.h"

namespace tui {
namespace {

Role role_of(etr::EventKind kind) {
  switch (kind) {
    case etr::EventKind::kSendError: return Role::kLossHigh;
    case etr::EventKind::kPathChange:
    case etr::EventKind::kRouteChange: return Role::kHeader;
    case etr::EventKind::kRejected:
    case etr::EventKind::kRoundStretched:
    case etr::EventKind::kFlowSkipped: return Role::kNotice;
    default: return Role::kText;
  }
}

/// Every TTL that differs: "; 2: 10.0.0.1 → 10.0.0.2, 3: ...".
std::string hops_text(const etr::PathChange& change) {
  std::string out;
  for (const etr::HopChange& hop : change.hops) {
    const auto name = [](const std::optional<etr::IpAddress>& address) {
      return address ? address->to_string() : std::string("?");
    };
    out += (out.empty() ? "; " : ", ") + std::to_string(int{hop.ttl}) + ": " +
           name(hop.old_address) + " → " + name(hop.new_address);
  }
  return out;
}

/// Names paths by hash, as every panel does.
std::string change_text(const etr::PathChange& change) {
  std::string out = formatted(" TTL %d", int{change.first_ttl});
  if (change.last_ttl != change.first_ttl) out += formatted("–%d", int{change.last_ttl});
  const bool repeated = change.per_second > 0;
  out += ": path " + short_hash(change.old_path_hash) + (repeated ? " ↔ " : " → ") +
         short_hash(change.new_path_hash);
  if (repeated) out += formatted(", %.1f changes a second", change.per_second);
  if (change.flows > 1) out += formatted(", %u flows", change.flows);
  return out + hops_text(change);
}

}  // namespace

std::string event_text(const Scene& scene, const etr::Event& event) {
  std::string out = clock_text(event.at) + "  ";
  const std::string kind(to_string(event.kind));
  out += formatted("%-15s", kind.c_str());
  if (event.trace && scene.run.traces.size() > 1) {
    for (const etr::TraceInfo& trace : scene.run.traces) {
      if (trace.trace == *event.trace) out += " " + trace.target;
    }
  }
  if (event.flow) out += formatted(" #%u", *event.flow);
  if (event.change) return out + change_text(*event.change);
  if (event.ttl) out += formatted(" TTL %d", int{*event.ttl});
  if (event.address) out += " " + scene.host(*event.address);
  if (event.rtt) out += " " + milliseconds(*event.rtt) + " ms";
  if (event.count > 1)
    out += formatted(" (%llu times)", static_cast<unsigned long long>(event.count));
  if (!event.text.empty()) out += " " + event.text;
  return out;
}

int draw_events(Grid& grid, const Area& area, const Scene& scene) {
  const auto& events = scene.events.events();
  std::string title =
      formatted("Events (%llu", static_cast<unsigned long long>(scene.events.total()));
  if (events.size() < scene.events.total()) title += formatted(", last %zu kept", events.size());
  title += ", times in UTC)";
  if (scene.state.scroll > 0) title += " - End for the newest";
  const Area inner = draw_pane(grid, area, title, Role::kSummaryTitle, true);
  if (events.empty()) {
    grid.put(inner.row, inner.column, "nothing yet", Role::kDim, inner.columns);
    return 0;
  }
  const int count = static_cast<int>(events.size());
  const int scroll_end = std::max(0, count - inner.rows);
  const int top = scroll_end - std::clamp(scene.state.scroll, 0, scroll_end);
  for (int i = 0; i < inner.rows && top + i < count; ++i) {
    const etr::Event& event = events[static_cast<std::size_t>(top + i)];
    grid.put(inner.row + i, inner.column, cut(event_text(scene, event), inner.columns),
             role_of(event.kind), inner.columns);
  }
  return scroll_end;
}

}  // namespace tui
