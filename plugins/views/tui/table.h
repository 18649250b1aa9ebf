// Columns of text, cut and aligned by display width.
#pragma once

#include <string>
#include <vector>

#include "grid.h"

namespace tui {

struct Column {
  std::string title;
  int width = 0;         ///< Without the space that separates it from the next one.
  bool right = true;     ///< Numbers stand at the right.
  bool stretch = false;  ///< Takes what is left, at least `width`; one per table.
};

struct Field {
  std::string text;
  Role role = Role::kText;
  int span = 1;  ///< Columns it takes: the fields of the further ones are not drawn.
};

/// Columns that do not fit are left out, from the right, never the stretching one.
class Table {
 public:
  Table(std::vector<Column> columns, int width);

  /// Columns that the stretching column has got.
  int stretched() const;
  void header(Grid& grid, int row, int column) const;
  /// `fields` has one entry per column, the left-out ones included.
  void row(Grid& grid, int row, int column, const std::vector<Field>& fields) const;

 private:
  void field(Grid& grid, int row, int column, const Column& shape, const Field& content) const;

  std::vector<Column> columns_;
  std::vector<bool> shown_;
};

}  // namespace tui
