// The top line: target, protocol, elapsed time, and at the right the round interval.
#include "figures.h"
#include "panels.h"
#include "text.h"

namespace tui {
namespace {

/// The title of a narrow screen.
std::string brief_title(const Scene& scene) {
  if (scene.trace == nullptr) return "ECMP Traceroute";
  std::string text = scene.trace->target + " | " + scene.trace->protocol;
  if (scene.trace->destination_port != 0) {
    text += " " + std::to_string(scene.trace->destination_port);
  }
  return text + " | " + elapsed_text(scene.snapshot.elapsed);
}

std::string title(const Scene& scene, bool with_address) {
  if (scene.trace == nullptr) return "ECMP Traceroute";
  std::string text = "ECMP Traceroute to " + scene.trace->target;
  const std::string address = scene.trace->destination.to_string();
  if (with_address && address != scene.trace->target) text += " (" + address + ")";
  text += " | Protocol: " + scene.trace->protocol;
  if (scene.trace->destination_port != 0) {
    text += " | Port: " + std::to_string(scene.trace->destination_port);
  }
  text += " | Elapsed: " + elapsed_text(scene.snapshot.elapsed);
  return text;
}

}  // namespace

void draw_title_bar(Grid& grid, const Area& area, const Scene& scene) {
  grid.fill({area.row, area.column, 1, area.columns}, U' ', Role::kTitle);
  std::string marks;
  if (scene.run.traces.size() > 1) {
    marks += formatted("[%u/%zu] ", scene.state.trace + 1, scene.run.traces.size());
  }
  if (const std::uint64_t faults = scene.events.sink_faults(); faults > 0) {
    marks += faults == 1 ? "SINK FAILED " : formatted("%d SINKS FAILED ", static_cast<int>(faults));
  }
  if (scene.snapshot.paused) marks += "PAUSED ";
  const std::string interval = "every " + interval_text(scene.snapshot.round_interval) + " ";

  // A narrow screen drops first the address, then the interval, then the labels; it keeps the
  // marks.
  const auto fits = [&](const std::string& text, const std::string& right) {
    const int gaps = right.empty() ? 1 : 2;
    return display_width(text) + display_width(right) + gaps <= area.columns;
  };
  std::string text = title(scene, true);
  std::string right = marks + interval;
  if (!fits(text, right)) text = title(scene, false);
  if (!fits(text, right)) right = marks;
  if (!fits(text, right)) {
    text = brief_title(scene);
    right = marks + interval;
  }
  if (!fits(text, right)) right = marks;
  const int room = area.columns - 1 - display_width(right) - (right.empty() ? 0 : 1);
  grid.put(area.row, area.column + 1, cut(text, room), Role::kTitle, room);
  grid.put_right(area.row, area.column, right, Role::kTitle, area.columns);
}

}  // namespace tui
