#include "screen.h"

#include <algorithm>

#include "panels.h"
#include "text.h"

namespace tui {
namespace {

Grid too_small(Size size) {
  Grid grid(size);
  const int row = size.rows / 2;
  const int top = size.rows > 2 ? row - 1 : row;
  grid.put(top, 0, cut("terminal too small", size.columns), Role::kNotice);
  grid.put(top + 1, 0,
           cut(formatted("%dx%d, needs %dx%d", size.columns, size.rows, kSmallest.columns,
                         kSmallest.rows),
               size.columns),
           Role::kNotice);
  return grid;
}

/// Flows get a third of the rows, as in the Go etr, but 3 to 15; hops get the rest. Where that is
/// less than title, header and one hop, only the part in focus is drawn.
void draw_flows(Grid& grid, const Area& area, const Scene& scene) {
  if (area.rows < 6) {
    return scene.state.detail_focus ? draw_detail(grid, area, scene)
                                    : draw_summary(grid, area, scene);
  }
  const bool frames = area.rows >= 14;
  const int extra = frames ? 2 : 0;  // the frame itself
  int height = std::min(area.rows / 3, 15) + extra;
  height = std::max(height, 3 + extra);
  draw_summary(grid, {area.row, area.column, height, area.columns}, scene);
  draw_detail(grid, area.below(height), scene);
}

}  // namespace

Frame draw_frame(const Scene& scene, Size size) {
  if (size.rows < kSmallest.rows || size.columns < kSmallest.columns) return {too_small(size), 0};
  Frame frame{Grid(size), 0};
  Grid& grid = frame.grid;
  draw_title_bar(grid, {0, 0, 1, size.columns}, scene);
  draw_status_bar(grid, {size.rows - 1, 0, 1, size.columns}, scene);
  const Area body{1, 0, size.rows - 2, size.columns};
  switch (scene.state.screen) {
    case Screen::kFlows: draw_flows(grid, body, scene); break;
    case Screen::kPaths: frame.scroll_end = draw_paths(grid, body, scene); break;
    case Screen::kGraph: frame.scroll_end = draw_graph(grid, body, scene); break;
    case Screen::kHistory: frame.scroll_end = draw_history(grid, body, scene); break;
    case Screen::kEvents: frame.scroll_end = draw_events(grid, body, scene); break;
  }
  if (scene.state.prompt && scene.state.prompt->kind == Prompt::Kind::kColumns) {
    draw_columns(grid, body, scene);
    return frame;
  }
  switch (scene.state.overlay) {
    case Overlay::kNone: break;
    case Overlay::kHelp: frame.scroll_end = draw_help(grid, body, scene); break;
    case Overlay::kHop: frame.scroll_end = draw_hop(grid, body, scene); break;
  }
  return frame;
}

}  // namespace tui
