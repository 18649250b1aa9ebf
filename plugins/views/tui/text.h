// Text as a terminal shows it: counted in columns, and safe whatever the network put into it.
//
// Only code points that every terminal draws left to right, alone, in a known number of columns
// are passed on. All else (controls, invalid UTF-8, combining and invisible characters, direction
// marks, letters written from right to left) becomes one replacement character, visibly.
#pragma once

#include <string>
#include <string_view>

namespace tui {

inline constexpr char32_t kReplacement = U'\uFFFD';

struct Glyph {
  char32_t code = U' ';
  int width = 1;  ///< Columns: 1 or 2.
};

/// Columns of a code point that may be shown, 0 for one that may not.
int glyph_width(char32_t code);

/// Takes one character off the front of `rest`, which must not be empty.
Glyph next_glyph(std::string_view& rest);

/// Columns that `text` takes.
int display_width(std::string_view text);

/// `text` made safe, cut to `columns` with an ellipsis if it is wider.
std::string cut(std::string_view text, int columns);

void append_utf8(std::string& out, char32_t code);

/// printf into a string; for numbers and ASCII, never for text from the network as format.
std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace tui
