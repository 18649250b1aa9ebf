// Text for records and screens: times, and text from the network made safe to print.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "etr/time.h"

namespace etr {

/// One code point read from the front of UTF-8 text; `size` octets long, at least 1.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
  bool valid = false;  ///< False: not UTF-8 (RFC 3629); skip `size` octets.
};

/// Reads the first code point of text that is not empty. Overlong forms and surrogates are invalid.
constexpr CodePoint first_code_point(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = octet(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {0, 1, false};
  char32_t value = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xc0U) != 0x80U) return {0, 1, false};
    value = value << 6U | (octet(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
    return {0, 1, false};
  }
  return {value, size, true};
}

namespace detail {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
constexpr bool within(const std::array<CodePointRange, N>& ranges, char32_t value) {
  const auto* const range = std::lower_bound(
      ranges.begin(), ranges.end(), value,
      [](const CodePointRange& entry, char32_t wanted) { return entry.last < wanted; });
  return range != ranges.end() && value >= range->first;
}

/// C0, DEL, C1, zero-width and line separators, bidirectional controls, private tags.
inline constexpr std::array kHarmful{
    CodePointRange{0x0000, 0x001f}, CodePointRange{0x007f, 0x009f},
    CodePointRange{0x00ad, 0x00ad}, CodePointRange{0x061c, 0x061c},
    CodePointRange{0x180e, 0x180e}, CodePointRange{0x200b, 0x200f},
    CodePointRange{0x2028, 0x202e}, CodePointRange{0x2060, 0x206f},
    CodePointRange{0xfeff, 0xfeff}, CodePointRange{0xfff0, 0xfffb},
    CodePointRange{0xfffe, 0xffff}, CodePointRange{0xe0000, 0xe0fff}};

/// Combining marks that terminals draw over the character before them.
inline constexpr std::array kCombining{
    CodePointRange{0x0300, 0x036f}, CodePointRange{0x0483, 0x0489}, CodePointRange{0x0591, 0x05bd},
    CodePointRange{0x05bf, 0x05c7}, CodePointRange{0x0610, 0x061a}, CodePointRange{0x064b, 0x065f},
    CodePointRange{0x0670, 0x0670}, CodePointRange{0x06d6, 0x06dc}, CodePointRange{0x06df, 0x06e8},
    CodePointRange{0x0900, 0x0902}, CodePointRange{0x093c, 0x093c}, CodePointRange{0x0941, 0x0948},
    CodePointRange{0x0e31, 0x0e31}, CodePointRange{0x0e34, 0x0e3a}, CodePointRange{0x0e47, 0x0e4e},
    CodePointRange{0x1ab0, 0x1aff}, CodePointRange{0x1dc0, 0x1dff}, CodePointRange{0x20d0, 0x20ff},
    CodePointRange{0x302a, 0x302d}, CodePointRange{0x3099, 0x309a}, CodePointRange{0xfe00, 0xfe0f},
    CodePointRange{0xfe20, 0xfe2f}};

/// Two columns wide (East Asian Width W and F, and emoji shown as pictures).
inline constexpr std::array kWide{
    CodePointRange{0x1100, 0x115f},   CodePointRange{0x231a, 0x231b},
    CodePointRange{0x2329, 0x232a},   CodePointRange{0x23e9, 0x23ec},
    CodePointRange{0x23f0, 0x23f0},   CodePointRange{0x23f3, 0x23f3},
    CodePointRange{0x25fd, 0x25fe},   CodePointRange{0x2614, 0x2615},
    CodePointRange{0x2648, 0x2653},   CodePointRange{0x267f, 0x267f},
    CodePointRange{0x2693, 0x2693},   CodePointRange{0x26a1, 0x26a1},
    CodePointRange{0x26aa, 0x26ab},   CodePointRange{0x26bd, 0x26be},
    CodePointRange{0x26c4, 0x26c5},   CodePointRange{0x26ce, 0x26ce},
    CodePointRange{0x26d4, 0x26d4},   CodePointRange{0x26ea, 0x26ea},
    CodePointRange{0x26f2, 0x26f3},   CodePointRange{0x26f5, 0x26f5},
    CodePointRange{0x26fa, 0x26fa},   CodePointRange{0x26fd, 0x26fd},
    CodePointRange{0x2705, 0x2705},   CodePointRange{0x270a, 0x270b},
    CodePointRange{0x2728, 0x2728},   CodePointRange{0x274c, 0x274c},
    CodePointRange{0x274e, 0x274e},   CodePointRange{0x2753, 0x2755},
    CodePointRange{0x2757, 0x2757},   CodePointRange{0x2795, 0x2797},
    CodePointRange{0x27b0, 0x27b0},   CodePointRange{0x27bf, 0x27bf},
    CodePointRange{0x2b1b, 0x2b1c},   CodePointRange{0x2b50, 0x2b50},
    CodePointRange{0x2b55, 0x2b55},   CodePointRange{0x2e80, 0x303e},
    CodePointRange{0x3041, 0xa4cf},   CodePointRange{0xa960, 0xa97c},
    CodePointRange{0xac00, 0xd7a3},   CodePointRange{0xf900, 0xfaff},
    CodePointRange{0xfe10, 0xfe19},   CodePointRange{0xfe30, 0xfe6f},
    CodePointRange{0xff00, 0xff60},   CodePointRange{0xffe0, 0xffe6},
    CodePointRange{0x16fe0, 0x18aff}, CodePointRange{0x1b000, 0x1b2ff},
    CodePointRange{0x1f004, 0x1f004}, CodePointRange{0x1f0cf, 0x1f0cf},
    CodePointRange{0x1f18e, 0x1f19a}, CodePointRange{0x1f200, 0x1f320},
    CodePointRange{0x1f32d, 0x1f64f}, CodePointRange{0x1f680, 0x1f6ff},
    CodePointRange{0x1f7e0, 0x1f7eb}, CodePointRange{0x1f90c, 0x1f9ff},
    CodePointRange{0x1fa70, 0x1faff}, CodePointRange{0x20000, 0x3fffd}};

}  // namespace detail

/// True for what must never reach a terminal: control, invisible and direction-changing characters.
constexpr bool is_harmful(char32_t value) { return detail::within(detail::kHarmful, value); }

/// Columns that a terminal gives to a harmless code point: 0, 1 or 2.
constexpr int column_width(char32_t value) {
  if (value < 0x300) return 1;
  if (detail::within(detail::kCombining, value)) return 0;
  return detail::within(detail::kWide, value) ? 2 : 1;
}

/// The text as valid UTF-8 without harmful characters; each bad one, and each octet that is not
/// UTF-8, becomes `replacement`.
inline std::string printable(std::string_view text, std::string_view replacement = "?") {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.valid && !is_harmful(point.value)) {
      clean += text.substr(0, point.size);
    } else {
      clean += replacement;
    }
    text.remove_prefix(point.size);
  }
  return clean;
}

/// A message of the system as the tail of one of ours: "Permission denied" begins in lower case, an
/// abbreviation stays as it is.
inline std::string uncapitalized(std::string text) {
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

/// Columns of printable text.
inline std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    width += point.valid ? static_cast<std::size_t>(column_width(point.value)) : 1U;
    text.remove_prefix(point.size);
  }
  return width;
}

/// The longest front of printable text that fits `width` columns; never half a character.
inline std::string_view cut_to_columns(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const CodePoint point = first_code_point(text.substr(end));
    const std::size_t next = used + static_cast<std::size_t>(column_width(point.value));
    if (next > width) break;
    used = next;
    end += point.size;
  }
  return text.substr(0, end);
}

/// Room for any time that format_rfc3339() writes.
inline constexpr std::size_t kRfc3339Size = 32;

/// Writes a time in UTC as RFC 3339 with as many of nine decimals as are not zero:
/// "2026-01-02T03:04:05.678Z". Returns the length.
inline std::size_t format_rfc3339(Timestamp time, std::array<char, kRfc3339Size>& out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto in_day = static_cast<std::uint64_t>((time - day).count());
  const auto seconds = static_cast<std::uint32_t>(in_day / 1'000'000'000U);
  auto nanoseconds = static_cast<std::uint32_t>(in_day % 1'000'000'000U);
  std::size_t size = 0;
  const auto digits = [&](std::uint32_t value, std::size_t count) {
    for (std::size_t i = count; i > 0; --i) {
      out[size + i - 1] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    size += count;
  };
  digits(static_cast<std::uint32_t>(static_cast<int>(date.year())), 4);
  out[size++] = '-';
  digits(static_cast<unsigned>(date.month()), 2);
  out[size++] = '-';
  digits(static_cast<unsigned>(date.day()), 2);
  out[size++] = 'T';
  digits(seconds / 3600, 2);
  out[size++] = ':';
  digits(seconds / 60 % 60, 2);
  out[size++] = ':';
  digits(seconds % 60, 2);
  if (nanoseconds != 0) {
    std::size_t decimals = 9;
    for (; nanoseconds % 10 == 0; --decimals) nanoseconds /= 10;
    out[size++] = '.';
    digits(nanoseconds, decimals);
  }
  out[size++] = 'Z';
  return size;
}

inline std::string to_rfc3339(Timestamp time) {
  std::array<char, kRfc3339Size> text{};
  return std::string(text.data(), format_rfc3339(time, text));
}

}  // namespace etr
