#include "table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "text.h"

namespace tui {

Table::Table(std::vector<Column> columns, int width)
    : columns_(std::move(columns)), shown_(columns_.size(), true) {
  const auto needed = [this] {
    int total = -1;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (shown_[i]) total += columns_[i].width + 1;
    }
    return total;
  };
  for (std::size_t i = columns_.size(); i-- > 1 && needed() > width;) {
    if (!columns_[i].stretch) shown_[i] = false;
  }
  const int spare = width - needed();
  for (Column& column : columns_) {
    if (column.stretch) column.width = std::max(1, column.width + spare);
  }
}

int Table::stretched() const {
  for (const Column& column : columns_) {
    if (column.stretch) return column.width;
  }
  return 0;
}

void Table::field(Grid& grid, int row, int column, const Column& shape,
                  const Field& content) const {
  const std::string text = cut(content.text, shape.width);
  if (shape.right) {
    grid.put_right(row, column, text, content.role, shape.width);
  } else {
    grid.put(row, column, text, content.role, shape.width);
  }
}

void Table::header(Grid& grid, int row, int column) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!shown_[i]) continue;
    field(grid, row, column, columns_[i], {columns_[i].title, Role::kHeader});
    column += columns_[i].width + 1;
  }
}

void Table::row(Grid& grid, int row, int column, const std::vector<Field>& fields) const {
  for (std::size_t i = 0; i < columns_.size() && i < fields.size();) {
    Column shape = columns_[i];
    shape.width = -1;
    const std::size_t first = i;
    const std::size_t end = i + static_cast<std::size_t>(fields[i].span);
    for (; i < end && i < columns_.size(); ++i) {
      if (shown_[i]) shape.width += columns_[i].width + 1;
    }
    if (shape.width < 0) continue;
    field(grid, row, column, shape, fields[first]);
    column += shape.width + 1;
  }
}

}  // namespace tui
