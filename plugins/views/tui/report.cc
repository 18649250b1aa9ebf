#include "report.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "etr/loss_text.h"
#include "figures.h"
#include "panels.h"
#include "path_group.h"
#include "text.h"

namespace tui {
namespace {

constexpr int kNarrowestReport = 40;
constexpr std::size_t kFewFlows = 32;

/// What `draw` draws on a grid of this size, as text.
template <class Draw>
std::string text_of(Size size, Draw draw) {
  Grid grid(size);
  draw(grid, grid.area());
  return grid.text();
}

std::string details(const Scene& scene, const etr::FlowSnapshot& flow, int columns) {
  State state = scene.state;
  state.flow = flow.flow;
  state.detail_focus = false;
  Scene one =
      make_scene(scene.run, scene.snapshot, scene.history, scene.events, scene.names, state);
  return text_of({detail_rows(flow) + 2, columns}, [&](Grid& grid, const Area& area) {
    draw_detail(grid, area, one, Framing::kBare);
  });
}

std::string counters(const etr::Counters& of) {
  std::string text =
      formatted("%llu probes sent, %llu replies", static_cast<unsigned long long>(of.probes_sent),
                static_cast<unsigned long long>(of.replies));
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count > 0) text += formatted(", %llu %s", static_cast<unsigned long long>(count), what);
  };
  add(of.late, "late");
  add(of.duplicates, "duplicate");
  add(of.rejected, "rejected");
  add(of.send_errors, "send errors");
  add(of.capture_drops, "dropped by the capture");
  return text + "\n";
}

/// Each path with what other tools need: its whole hash, its source ports, its addresses.
std::string path_lines(const Scene& scene) {
  std::string out;
  for (const PathGroup& group : path_groups(scene)) {
    out += "\nPath " + group.hash +
           formatted(": %zu flow%s", group.flows.size(), group.flows.size() == 1 ? "" : "s");
    const etr::PooledStatistics& end = group.end.statistics;
    if (!group.no_arrival.empty()) {
      out += ", " + std::string(group.no_arrival);
    } else if (end.judged() > 0) {
      out += ", loss " + etr::hop_loss_text(group.end);
    }
    if (end.rtt_samples > 0) out += ", mean " + milliseconds(end.rtt_mean_ns) + " ms";
    out += ", source ports " + port_list(group) + "\n ";
    for (const auto& hop : group.hops) out += " " + (hop ? hop->to_string() : std::string("???"));
    out += "\n";
  }
  return out;
}

/// Lossy links, shared loss and unsteady branch points of the target.
std::string graph_paragraph(const Scene& scene, ReportExtent extent, int columns) {
  std::vector<const etr::LossyLink*> links;
  for (const etr::LossyLink& link : scene.graph->lossy_links) links.push_back(&link);
  const int width = extent == ReportExtent::kAll ? std::numeric_limits<int>::max() : columns - 1;
  std::string out;
  for (const std::string& line : loss_lines(scene, links, width)) out += " " + line + "\n";
  for (const std::string& line : branch_lines(scene, width)) out += " " + line + "\n";
  return out.empty() ? out : "\n" + out;
}

/// The section of the target `scene.state.trace`.
std::string target_report(const Scene& scene, ReportExtent extent, int columns) {
  std::string out = text_of(
      {1, columns}, [&](Grid& grid, const Area& area) { draw_title_bar(grid, area, scene); });
  const std::size_t shown =
      extent == ReportExtent::kAll ? scene.flows.size() : std::min(scene.flows.size(), kFewFlows);
  out += text_of({static_cast<int>(shown) + 2, columns}, [&](Grid& grid, const Area& area) {
    draw_summary(grid, area, scene, Framing::kBare);
  });
  if (shown < scene.flows.size()) {
    out += formatted("  ... and %zu more flows\n", scene.flows.size() - shown);
  }
  out += graph_paragraph(scene, extent, columns);
  if (extent == ReportExtent::kAll) {
    out += path_lines(scene);
    for (const etr::FlowSnapshot* flow : scene.flows) out += "\n" + details(scene, *flow, columns);
  } else if (scene.flow() != nullptr) {
    out += "\n" + details(scene, *scene.flow(), columns);
  }
  return out;
}

/// Columns needed so that no host is cut.
int whole_width(const Scene& scene) {
  constexpr int kFigures = 90;
  constexpr int kWidest = 400;
  int hosts = 16;
  for (const auto& flow : scene.snapshot.flows) {
    for (const etr::HopStats& hop : flow->hops) {
      for (const etr::ResponderStats& responder : hop.responders) {
        hosts = std::max(hosts, display_width(scene.host(responder.address)));
      }
    }
  }
  return std::min(hosts + kFigures, kWidest);
}

std::string event_lines(const Scene& scene) {
  std::string out;
  for (const etr::Event& event : scene.events.events()) {
    out += cut(event_text(scene, event), 1000) + "\n";
  }
  return out.empty() ? out : "\nEvents\n" + out;
}

}  // namespace

std::string report(const Scene& scene, ReportExtent extent, int columns) {
  columns = extent == ReportExtent::kAll ? whole_width(scene) : std::max(columns, kNarrowestReport);
  std::string out;
  if (extent == ReportExtent::kAll) out += "Saved at " + date_text(scene.snapshot.at) + "\n";
  for (const etr::TraceInfo& trace : scene.run.traces) {
    State state = scene.state;
    if (state.trace != trace.trace) {
      state.trace = trace.trace;
      state.filter_path.reset();
      state.flow = 0;
    }
    state.filter.clear();
    state.filter_path.reset();
    if (extent == ReportExtent::kAll) state.sort = SortBy::kFlow;
    if (!out.empty()) out += "\n";
    out += target_report(
        make_scene(scene.run, scene.snapshot, scene.history, scene.events, scene.names, state),
        extent, columns);
  }
  if (extent == ReportExtent::kAll) out += event_lines(scene);
  return out + "\n" + counters(scene.snapshot.counters);
}

std::string save_text(const std::string& file, const std::string& text) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  const auto error = [&file] { return "cannot save to '" + file + "': " + std::strerror(errno); };
  if (fd < 0) return error();
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      std::string why = error();
      close(fd);
      return why;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return close(fd) == 0 ? std::string() : error();
}

}  // namespace tui
