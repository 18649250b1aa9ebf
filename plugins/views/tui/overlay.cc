#include <algorithm>

#include "panels.h"
#include "text.h"

namespace tui {

int draw_overlay(Grid& grid, const Area& area, std::string_view title,
                 const std::vector<OverlayLine>& lines, int scroll) {
  int names = 0;
  int texts = display_width(title) + 2;
  for (const OverlayLine& line : lines) {
    names = std::max(names, display_width(line.name));
    texts = std::max(texts, display_width(line.text));
  }
  const int columns = std::min(area.columns, names + texts + 6);
  const int rows = std::min(area.rows, static_cast<int>(lines.size()) + 3);
  const Area window{area.row + (area.rows - rows) / 2, area.column + (area.columns - columns) / 2,
                    rows, columns};
  // A blank column on either side separates it from the panel beneath.
  grid.fill({window.row, window.column - 1, window.rows, window.columns + 2}, U' ', Role::kText);
  const Area inner = draw_pane(grid, window, title, Role::kSummaryTitle, true);
  const int scroll_end = std::max(0, static_cast<int>(lines.size()) - inner.rows);
  const int top = std::clamp(scroll, 0, scroll_end);
  for (int i = 0; i < inner.rows && top + i < static_cast<int>(lines.size()); ++i) {
    const OverlayLine& line = lines[static_cast<std::size_t>(top + i)];
    const int row = inner.row + i;
    const int text_at = inner.column + names + 3;
    grid.put(row, inner.column + 1, cut(line.name, inner.columns - 1), Role::kKey, names);
    const int room = inner.column + inner.columns - text_at;
    grid.put(row, text_at, cut(line.text, room), line.role, room);
  }
  draw_more(grid, window, inner, scroll_end - top);
  return scroll_end;
}

}  // namespace tui
