// Text as a terminal shows it: measured in columns, and safe even if it comes from the network.
//
// Code points are shown if every terminal draws them left to right, alone, in a known number of
// columns. Any other (controls, invalid UTF-8, combining and invisible characters, direction marks,
// letters written from right to left) becomes a visible replacement character.
#pragma once

#include <string>
#include <string_view>

namespace tui {

inline constexpr char32_t kReplacement = U'\uFFFD';

struct Glyph {
  char32_t code = U' ';
  int width = 1;  ///< Columns: 1 or 2.
};

/// Columns of a code point; 0 if it is not shown.
int glyph_width(char32_t code);

/// Removes the first character from `rest`. REQUIRES !rest.empty().
Glyph next_glyph(std::string_view& rest);

/// Columns that `text` takes.
int display_width(std::string_view text);

/// `text` made safe, cut to `columns` with an ellipsis if it is wider.
std::string cut(std::string_view text, int columns);

void append_utf8(std::string& out, char32_t code);

/// printf into a string of at most 255 octets, for numbers and short ASCII text.
std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace tui
