// The screen as plain data. Panels write into a grid; tests compare it; the terminal copies it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "role.h"

namespace tui {

struct Cell {
  char32_t code = U' ';
  Role role = Role::kText;
  std::uint8_t width = 1;  ///< 2: also covers the next cell; 0: covered by the cell before.
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Size {
  int rows = 0;
  int columns = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

/// A rectangle of a grid.
struct Area {
  int row = 0;
  int column = 0;
  int rows = 0;
  int columns = 0;

  /// This area without its first `count` rows.
  Area below(int count) const;
};

/// Writes outside the grid are ignored; text never wraps. All text passes through next_glyph(), so
/// no control character reaches a terminal.
class Grid {
 public:
  explicit Grid(Size size);

  Size size() const { return size_; }
  Area area() const { return {0, 0, size_.rows, size_.columns}; }
  const Cell& at(int row, int column) const;

  /// Writes at most `columns` columns of `text`; returns the column after the last one written.
  int put(int row, int column, std::string_view text, Role role, int columns);
  /// The same, up to the grid's right edge.
  int put(int row, int column, std::string_view text, Role role = Role::kText);
  /// As put(), but right-aligned in `columns`.
  void put_right(int row, int column, std::string_view text, Role role, int columns);
  void put_glyph(int row, int column, char32_t code, Role role);
  void fill(const Area& area, char32_t code, Role role);
  /// Shows the area as selected; loss keeps a loss colour.
  void select(const Area& area, bool focused);
  /// A box with rounded corners along the edge of `area`.
  void box(const Area& area, Role role);
  /// Copies rows `from`.. of `source` into `area`.
  void copy(const Grid& source, int from, const Area& area);

  /// One line per row, without trailing spaces.
  std::string text() const;

 private:
  bool holds(int row, int column) const;
  Cell& cell(int row, int column);
  void clear_wide(int row, int column);

  Size size_;
  std::vector<Cell> cells_;
};

/// The same grid with ASCII characters only.
Grid to_ascii(const Grid& grid);
/// The same for lines of text.
std::string to_ascii(std::string_view text);

}  // namespace tui
