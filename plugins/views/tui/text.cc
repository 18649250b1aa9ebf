#include "text.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>

namespace tui {
namespace {

struct Range {
  char32_t first;
  char32_t last;
  int width;
};

/// What may be shown, in order; everything outside is replaced.
constexpr std::array kShown{
    Range{0x20, 0x7e, 1},        // ASCII
    Range{0xa0, 0xac, 1},        // Latin-1 without the soft hyphen
    Range{0xae, 0x2ff, 1},       // Latin
    Range{0x370, 0x377, 1},      // Greek
    Range{0x37a, 0x37f, 1},      //
    Range{0x384, 0x38a, 1},      //
    Range{0x38e, 0x3a1, 1},      //
    Range{0x3a3, 0x482, 1},      // Greek, Cyrillic
    Range{0x48a, 0x52f, 1},      // Cyrillic
    Range{0x531, 0x556, 1},      // Armenian
    Range{0x561, 0x587, 1},      //
    Range{0x1e00, 0x1eff, 1},    // Latin additions
    Range{0x2010, 0x2027, 1},    // dashes, quotes, dots
    Range{0x2030, 0x205e, 1},    // punctuation
    Range{0x20a0, 0x20bf, 1},    // currencies
    Range{0x2190, 0x2311, 1},    // arrows, operators
    Range{0x2500, 0x25fc, 1},    // boxes, blocks, shapes
    Range{0x3041, 0x3096, 2},    // Hiragana
    Range{0x309b, 0x30ff, 2},    // Katakana
    Range{0x3400, 0x4dbf, 2},    // CJK
    Range{0x4e00, 0x9fff, 2},    //
    Range{0xac00, 0xd7a3, 2},    // Hangul
    Range{0xff01, 0xff60, 2},    // full-width forms
    Range{0xfffd, 0xfffd, 1},    // the replacement itself
};

constexpr char32_t kInvalid = 0xffffffff;

/// Decodes strictly (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF. An invalid
/// octet is taken alone, so that reading resumes with the next one.
char32_t decode(std::string_view& rest) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = octet(0);
  std::size_t length = 1;
  char32_t code = lead;
  char32_t lowest = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2, code = lead & 0x1fU, lowest = 0x80;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3, code = lead & 0x0fU, lowest = 0x800;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4, code = lead & 0x07U, lowest = 0x10000;
  } else if (lead >= 0x80) {
    rest.remove_prefix(1);
    return kInvalid;
  }
  if (length > rest.size()) {
    rest.remove_prefix(1);
    return kInvalid;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0U) != 0x80U) {
      rest.remove_prefix(1);
      return kInvalid;
    }
    code = code << 6U | (octet(i) & 0x3fU);
  }
  if (code < lowest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    rest.remove_prefix(1);
    return kInvalid;
  }
  rest.remove_prefix(length);
  return code;
}

}  // namespace

int glyph_width(char32_t code) {
  if (code >= 0x20 && code <= 0x7e) return 1;
  const auto* const range =
      std::lower_bound(kShown.begin(), kShown.end(), code,
                       [](const Range& entry, char32_t wanted) { return entry.last < wanted; });
  return range != kShown.end() && range->first <= code ? range->width : 0;
}

Glyph next_glyph(std::string_view& rest) {
  const char32_t code = decode(rest);
  const int width = glyph_width(code);
  if (width == 0) return {kReplacement, 1};
  return {code, width};
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
