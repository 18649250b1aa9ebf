// Columns of text, cut and aligned by display width.
#pragma once

#include <string>
#include <vector>

#include "grid.h"

namespace tui {

struct Column {
  std::string title;
  int width = 0;         ///< Without the space that separates it from the next one.
  bool right = true;     ///< Numbers are right-aligned.
  bool stretch = false;  ///< Takes the remaining width; at most one per table.
};

struct Field {
  std::string text;
  Role role = Role::kText;
  int span = 1;  ///< Columns it covers; the fields of the others are not drawn.
};

/// Columns that do not fit are dropped from the right, but neither the first nor the stretching
/// one.
class Table {
 public:
  Table(std::vector<Column> columns, int width);

  /// Width of the stretching column; 0 without one.
  int stretched() const;
  void header(Grid& grid, int row, int column) const;
  /// `fields` has one entry per column, including those dropped.
  void row(Grid& grid, int row, int column, const std::vector<Field>& fields) const;

 private:
  void field(Grid& grid, int row, int column, const Column& shape, const Field& content) const;

  std::vector<Column> columns_;
  std::vector<bool> shown_;
};

}  // namespace tui
