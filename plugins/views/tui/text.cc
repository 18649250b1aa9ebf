#include "text.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "etr/text.h"

namespace tui {
namespace {

struct Range {
  char32_t first;
  char32_t last;
  int width;
};

/// The code points that are shown, in ascending order.
constexpr std::array kShown{
    Range{0x20, 0x7e, 1},      // ASCII
    Range{0xa0, 0xac, 1},      // Latin-1 without the soft hyphen
    Range{0xae, 0x2ff, 1},     // Latin
    Range{0x370, 0x377, 1},    // Greek
    Range{0x37a, 0x37f, 1},    //
    Range{0x384, 0x38a, 1},    //
    Range{0x38e, 0x3a1, 1},    //
    Range{0x3a3, 0x482, 1},    // Greek, Cyrillic
    Range{0x48a, 0x52f, 1},    // Cyrillic
    Range{0x531, 0x556, 1},    // Armenian
    Range{0x561, 0x587, 1},    //
    Range{0x1e00, 0x1eff, 1},  // Latin additions
    Range{0x2010, 0x2027, 1},  // dashes, quotes, dots
    Range{0x2030, 0x205e, 1},  // punctuation
    Range{0x20a0, 0x20bf, 1},  // currencies
    Range{0x2190, 0x2311, 1},  // arrows, operators
    Range{0x2500, 0x25fc, 1},  // boxes, blocks, shapes
    Range{0x3041, 0x3096, 2},  // Hiragana
    Range{0x309b, 0x30ff, 2},  // Katakana
    Range{0x3400, 0x4dbf, 2},  // CJK
    Range{0x4e00, 0x9fff, 2},  //
    Range{0xac00, 0xd7a3, 2},  // Hangul
    Range{0xff01, 0xff60, 2},  // full-width forms
    Range{0xfffd, 0xfffd, 1},  // the replacement itself
};

}  // namespace

int glyph_width(char32_t code) {
  if (code >= 0x20 && code <= 0x7e) return 1;
  const auto* const range =
      std::lower_bound(kShown.begin(), kShown.end(), code,
                       [](const Range& entry, char32_t wanted) { return entry.last < wanted; });
  return range != kShown.end() && range->first <= code ? range->width : 0;
}

Glyph next_glyph(std::string_view& rest) {
  const etr::CodePoint point = etr::first_code_point(rest);
  rest.remove_prefix(point.size);
  const int width = point.valid ? glyph_width(point.value) : 0;
  if (width == 0) return {kReplacement, 1};
  return {point.value, width};
}

int display_width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) columns += next_glyph(text).width;
  return columns;
}

std::string cut(std::string_view text, int columns) {
  std::string out;
  if (columns <= 0) return out;
  std::string whole;
  std::size_t fitting = 0;  // length of `whole` that leaves a column for the ellipsis
  int used = 0;
  while (!text.empty()) {
    const Glyph glyph = next_glyph(text);
    if (used + glyph.width > columns) {
      out.assign(whole, 0, fitting);
      append_utf8(out, U'…');
      return out;
    }
    used += glyph.width;
    append_utf8(whole, glyph.code);
    if (used < columns) fitting = whole.size();
  }
  return whole;
}

void append_utf8(std::string& out, char32_t code) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | code >> 12U);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0U | code >> 18U);
    tail(12), tail(6), tail(0);
  }
}

std::string formatted(const char* format, ...) {
  std::array<char, 256> buffer{};
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
  va_end(arguments);
  if (length < 0) return {};
  return {buffer.data(), std::min(static_cast<std::size_t>(length), buffer.size() - 1)};
}

}  // namespace tui
