// The panels, one per file. Each draws a part of the screen from the scene into an area of the
// grid; none of them uses the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grid.h"
#include "scene.h"

namespace tui {

enum class Framing : std::uint8_t {
  kFramed,  ///< A frame around the panel, if the area is large enough for one.
  kBare,
};

/// Draws frame and title; returns the area inside.
Area draw_pane(Grid& grid, const Area& area, std::string_view title, Role title_role, bool focused,
               Framing framing = Framing::kFramed);
/// Writes into the frame of a pane how many lines are hidden below. `inner` is an area inside the
/// frame: if it is as wide as the pane, there is no frame and nothing is written.
void draw_more(Grid& grid, const Area& pane, const Area& inner, int hidden);

void draw_title_bar(Grid& grid, const Area& area, const Scene& scene);
void draw_status_bar(Grid& grid, const Area& area, const Scene& scene);
void draw_summary(Grid& grid, const Area& area, const Scene& scene,
                  Framing framing = Framing::kFramed);
void draw_detail(Grid& grid, const Area& area, const Scene& scene,
                 Framing framing = Framing::kFramed);
/// Rows that draw_detail() has for the hops of a flow.
int detail_rows(const etr::FlowSnapshot& flow);
/// Panels that scroll return the largest State::scroll that still changes the picture.
/// The unique paths, and the hops of the selected one.
int draw_paths(Grid& grid, const Area& area, const Scene& scene);
int draw_events(Grid& grid, const Area& area, const Scene& scene);
int draw_graph(Grid& grid, const Area& area, const Scene& scene);
int draw_history(Grid& grid, const Area& area, const Scene& scene);
/// Overlays, drawn over the middle of the area.
int draw_help(Grid& grid, const Area& area, const Scene& scene);
int draw_hop(Grid& grid, const Area& area, const Scene& scene);
void draw_columns(Grid& grid, const Area& area, const Scene& scene);

/// A line of an overlay: a name and its description.
struct OverlayLine {
  std::string name;
  std::string text;
  Role role = Role::kText;
};
/// Draws a framed list over the middle of the area, names in the first column; it scrolls.
int draw_overlay(Grid& grid, const Area& area, std::string_view title,
                 const std::vector<OverlayLine>& lines, int scroll);

/// Lossy links and shared loss, one line each of at most `width` columns: with name and address of
/// hosts where they fit.
std::vector<std::string> loss_lines(const Scene& scene,
                                    const std::vector<const etr::LossyLink*>& links, int width);

/// Branch points that flap or balance per packet, likewise.
std::vector<std::string> branch_lines(const Scene& scene, int width);

/// Shown instead of flows if there are none.
std::string_view why_empty(const Scene& scene);

/// An event on one line.
std::string event_text(const Scene& scene, const etr::Event& event);

}  // namespace tui
