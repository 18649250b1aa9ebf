#include "panels.h"
#include "text.h"

namespace tui {

Area draw_pane(Grid& grid, const Area& area, std::string_view title, Role title_role, bool focused,
               Framing framing) {
  Area inner = area;
  if (framing == Framing::kFramed && area.rows >= 6 && area.columns >= 44) {
    grid.box(area, focused ? Role::kBorderFocused : Role::kBorder);
    inner = {area.row + 1, area.column + 1, area.rows - 2, area.columns - 2};
  }
  const std::string line = cut(title, inner.columns - 2);
  grid.fill({inner.row, inner.column, 1, display_width(line) + 2}, U' ', title_role);
  grid.put(inner.row, inner.column + 1, line, title_role, inner.columns - 2);
  return inner.below(1);
}

void draw_more(Grid& grid, const Area& pane, const Area& inner, int hidden) {
  if (hidden <= 0 || inner.columns == pane.columns) return;
  grid.put_right(pane.row + pane.rows - 1, pane.column, formatted(" ↓ %d more ", hidden),
                 Role::kDim, pane.columns - 2);
}

std::string_view why_empty(const Scene& scene) {
  return scene.all.empty() ? "Initializing..." : "no flow matches the filter";
}

}  // namespace tui
