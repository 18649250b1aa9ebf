// The available columns, shown while the user types column letters.
#include "hop_column.h"
#include "panels.h"

namespace tui {

void draw_columns(Grid& grid, const Area& area, const Scene& /*scene*/) {
  std::vector<OverlayLine> lines;
  for (const HopColumn& column : hop_columns()) {
    const std::string title(column.title);
    lines.push_back({std::string(1, column.letter),
                     title + std::string(8 - title.size(), ' ') + std::string(column.help),
                     Role::kText});
  }
  draw_overlay(grid, area, "Columns, in the order you write them", lines, 0);
}

}  // namespace tui
