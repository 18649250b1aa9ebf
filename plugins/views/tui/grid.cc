#include "grid.h"

#include <algorithm>
#include <array>
#include <limits>

#include "text.h"

namespace tui {

Area Area::below(int count) const {
  const int taken = std::clamp(count, 0, rows);
  return {row + taken, column, rows - taken, columns};
}

Grid::Grid(Size size)
    : size_{std::max(size.rows, 0), std::max(size.columns, 0)},
      cells_(static_cast<std::size_t>(size_.rows) * static_cast<std::size_t>(size_.columns)) {}

bool Grid::holds(int row, int column) const {
  return row >= 0 && column >= 0 && row < size_.rows && column < size_.columns;
}

Cell& Grid::cell(int row, int column) {
  return cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns) +
                static_cast<std::size_t>(column)];
}

const Cell& Grid::at(int row, int column) const {
  static const Cell kBlank;
  return holds(row, column) ? const_cast<Grid*>(this)->cell(row, column) : kBlank;
}

/// Blanks the other half of a wide character that is about to be overwritten.
void Grid::clear_wide(int row, int column) {
  const Cell& old = cell(row, column);
  if (old.width == 2 && holds(row, column + 1)) cell(row, column + 1) = {U' ', old.role, 1};
  if (old.width == 0 && holds(row, column - 1)) cell(row, column - 1) = {U' ', old.role, 1};
}

int Grid::put(int row, int column, std::string_view text, Role role, int columns) {
  if (columns <= 0) return column;
  const int end = std::min<int>(
      size_.columns, column > size_.columns - columns ? size_.columns : column + columns);
  while (!text.empty()) {
    const Glyph glyph = next_glyph(text);
    if (column + glyph.width > end) break;
    if (holds(row, column)) {
      clear_wide(row, column);
      cell(row, column) = {glyph.code, role, static_cast<std::uint8_t>(glyph.width)};
      if (glyph.width == 2) {
        clear_wide(row, column + 1);
        cell(row, column + 1) = {U' ', role, 0};
      }
    }
    column += glyph.width;
  }
  return column;
}

int Grid::put(int row, int column, std::string_view text, Role role) {
  return put(row, column, text, role, std::numeric_limits<int>::max());
}

void Grid::put_right(int row, int column, std::string_view text, Role role, int columns) {
  const int width = display_width(text);
  const int shift = std::max(0, columns - width);
  put(row, column + shift, text, role, columns - shift);
}

void Grid::put_glyph(int row, int column, char32_t code, Role role) {
  if (!holds(row, column)) return;
  clear_wide(row, column);
  cell(row, column) = {glyph_width(code) == 1 ? code : kReplacement, role, 1};
}

void Grid::fill(const Area& area, char32_t code, Role role) {
  for (int row = area.row; row < area.row + area.rows; ++row) {
    for (int column = area.column; column < area.column + area.columns; ++column) {
      put_glyph(row, column, code, role);
    }
  }
}

void Grid::select(const Area& area, bool focused) {
  const auto selected = [focused](Role role) {
    switch (role) {
      case Role::kLossMedium: return focused ? Role::kSelectedLossMedium : role;
      case Role::kLossHigh: return focused ? Role::kSelectedLossHigh : role;
      default: return focused ? Role::kSelectedFocused : Role::kSelected;
    }
  };
  for (int row = area.row; row < area.row + area.rows; ++row) {
    for (int column = area.column; column < area.column + area.columns; ++column) {
      if (holds(row, column)) cell(row, column).role = selected(cell(row, column).role);
    }
  }
}

void Grid::box(const Area& area, Role role) {
  if (area.rows < 2 || area.columns < 2) return;
  const int bottom = area.row + area.rows - 1;
  const int right = area.column + area.columns - 1;
  for (int column = area.column + 1; column < right; ++column) {
    put_glyph(area.row, column, U'─', role);
    put_glyph(bottom, column, U'─', role);
  }
  for (int row = area.row + 1; row < bottom; ++row) {
    put_glyph(row, area.column, U'│', role);
    put_glyph(row, right, U'│', role);
  }
  put_glyph(area.row, area.column, U'╭', role);
  put_glyph(area.row, right, U'╮', role);
  put_glyph(bottom, area.column, U'╰', role);
  put_glyph(bottom, right, U'╯', role);
}

void Grid::copy(const Grid& source, int from, const Area& area) {
  for (int row = 0; row < area.rows; ++row) {
    for (int column = 0; column < area.columns; ++column) {
      if (!holds(area.row + row, area.column + column)) continue;
      Cell copied = source.at(from + row, column);
      if (copied.width == 2 && column + 1 == area.columns) copied = {U' ', copied.role, 1};
      cell(area.row + row, area.column + column) = copied;
    }
  }
}

std::string Grid::text() const {
  std::string out;
  for (int row = 0; row < size_.rows; ++row) {
    std::string line;
    for (int column = 0; column < size_.columns; ++column) {
      const Cell& shown = at(row, column);
      if (shown.width != 0) append_utf8(line, shown.code);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line;
    out += '\n';
  }
  return out;
}

namespace {

struct Substitute {
  char32_t from;
  char32_t to;
};

constexpr std::array kSubstitutes{
    Substitute{U'─', U'-'}, Substitute{U'│', U'|'}, Substitute{U'╭', U'+'}, Substitute{U'╮', U'+'},
    Substitute{U'╰', U'+'}, Substitute{U'╯', U'+'}, Substitute{U'┌', U'+'}, Substitute{U'┐', U'+'},
    Substitute{U'└', U'+'}, Substitute{U'┘', U'+'}, Substitute{U'├', U'+'}, Substitute{U'┤', U'+'},
    Substitute{U'┬', U'+'}, Substitute{U'┴', U'+'}, Substitute{U'┼', U'+'}, Substitute{U'┄', U'.'},
    Substitute{U'►', U'>'}, Substitute{U'◄', U'<'}, Substitute{U'↳', U'`'}, Substitute{U'…', U'~'},
    Substitute{U'▁', U'_'}, Substitute{U'▂', U'.'}, Substitute{U'▃', U'-'}, Substitute{U'▄', U'~'},
    Substitute{U'▅', U'='}, Substitute{U'▆', U'+'}, Substitute{U'▇', U'*'}, Substitute{U'█', U'#'},
    Substitute{U'×', U'x'}, Substitute{U'·', U':'}, Substitute{U'•', U'o'}, Substitute{U'≠', U'!'},
    Substitute{U'↑', U'^'}, Substitute{U'↓', U'v'}, Substitute{U'←', U'<'}, Substitute{U'→', U'>'},
    Substitute{U'–', U'-'}, Substitute{U'σ', U's'},
};

char32_t ascii_of(char32_t code) {
  if (code < 0x7f) return code;
  for (const Substitute& entry : kSubstitutes) {
    if (entry.from == code) return entry.to;
  }
  return U'?';
}

}  // namespace

Grid to_ascii(const Grid& grid) {
  Grid out(grid.size());
  for (int row = 0; row < grid.size().rows; ++row) {
    for (int column = 0; column < grid.size().columns; ++column) {
      const Cell& shown = grid.at(row, column);
      out.put_glyph(row, column, shown.width == 1 ? ascii_of(shown.code) : U'?', shown.role);
    }
  }
  return out;
}

std::string to_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      text.remove_prefix(1);
      continue;
    }
    const Glyph glyph = next_glyph(text);
    out.append(static_cast<std::size_t>(glyph.width),
               glyph.width == 1 ? static_cast<char>(ascii_of(glyph.code)) : '?');
  }
  return out;
}

}  // namespace tui
