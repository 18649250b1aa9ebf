#include "theme.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace tui {
namespace {

constexpr std::uint32_t kOwnRgb = 0xffffffff;  // the terminal's own colour

enum Basic : int { kOwn = -1, kBlack, kRed, kGreen, kYellow, kBlue, kMagenta, kCyan, kWhite };

/// One role: its exact colours, their replacements among eight, and its attributes without colour.
struct Look {
  Role role;
  std::uint32_t foreground;
  std::uint32_t background;
  Basic basic_foreground;
  Basic basic_background;
  bool bold;
  bool mono_reverse;
  bool mono_underline;
};

constexpr std::array<Look, kRoleCount> kDark{{
    {Role::kText, kOwnRgb, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kDim, 0x9ca3af, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kTitle, 0xfafafa, 0x7d56f4, kWhite, kMagenta, true, true, false},
    {Role::kSummaryTitle, 0xfafafa, 0x5a67d8, kWhite, kBlue, true, true, false},
    {Role::kDetailTitle, 0x000000, 0x10b981, kBlack, kGreen, true, true, false},
    {Role::kBorder, 0x7d56f4, kOwnRgb, kMagenta, kOwn, false, false, false},
    {Role::kBorderFocused, 0x34d399, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kHeader, 0xfbbf24, kOwnRgb, kYellow, kOwn, true, false, true},
    {Role::kAddress, 0x60a5fa, kOwnRgb, kCyan, kOwn, false, false, false},
    {Role::kSilent, 0x6b7280, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kLossLow, 0x34d399, kOwnRgb, kGreen, kOwn, false, false, false},
    {Role::kLossMedium, 0xfbbf24, kOwnRgb, kYellow, kOwn, true, false, true},
    {Role::kLossHigh, 0xf87171, kOwnRgb, kRed, kOwn, true, true, false},
    {Role::kSelected, 0x10b981, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kSelectedFocused, 0xecfdf5, 0x064e3b, kBlack, kGreen, true, true, false},
    {Role::kSelectedLossMedium, 0xfbbf24, 0x064e3b, kBlack, kYellow, true, true, true},
    {Role::kSelectedLossHigh, 0xfca5a5, 0x064e3b, kWhite, kRed, true, false, true},
    {Role::kHighlight, 0x10b981, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kKey, 0xfafafa, kOwnRgb, kOwn, kOwn, true, false, false},
    {Role::kNotice, 0xfbbf24, kOwnRgb, kYellow, kOwn, true, false, false},
    {Role::kError, 0xf87171, kOwnRgb, kRed, kOwn, true, true, false},
}};

constexpr std::array<Look, kRoleCount> kLight{{
    {Role::kText, kOwnRgb, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kDim, 0x4b5563, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kTitle, 0xfafafa, 0x7d56f4, kWhite, kMagenta, true, true, false},
    {Role::kSummaryTitle, 0xfafafa, 0x5a67d8, kWhite, kBlue, true, true, false},
    {Role::kDetailTitle, 0xffffff, 0x047857, kBlack, kGreen, true, true, false},
    {Role::kBorder, 0x6d28d9, kOwnRgb, kMagenta, kOwn, false, false, false},
    {Role::kBorderFocused, 0x047857, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kHeader, 0x92400e, kOwnRgb, kBlue, kOwn, true, false, true},
    {Role::kAddress, 0x1d4ed8, kOwnRgb, kBlue, kOwn, false, false, false},
    {Role::kSilent, 0x6b7280, kOwnRgb, kOwn, kOwn, false, false, false},
    {Role::kLossLow, 0x047857, kOwnRgb, kGreen, kOwn, false, false, false},
    {Role::kLossMedium, 0xb45309, kOwnRgb, kMagenta, kOwn, true, false, true},
    {Role::kLossHigh, 0xb91c1c, kOwnRgb, kRed, kOwn, true, true, false},
    {Role::kSelected, 0x047857, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kSelectedFocused, 0x064e3b, 0xa7f3d0, kBlack, kGreen, true, true, false},
    {Role::kSelectedLossMedium, 0x92400e, 0xa7f3d0, kWhite, kMagenta, true, true, true},
    {Role::kSelectedLossHigh, 0xb91c1c, 0xa7f3d0, kWhite, kRed, true, false, true},
    {Role::kHighlight, 0x047857, kOwnRgb, kGreen, kOwn, true, false, false},
    {Role::kKey, 0x111827, kOwnRgb, kOwn, kOwn, true, false, false},
    {Role::kNotice, 0x92400e, kOwnRgb, kBlue, kOwn, true, false, false},
    {Role::kError, 0xb91c1c, kOwnRgb, kRed, kOwn, true, true, false},
}};

constexpr bool in_order(const std::array<Look, kRoleCount>& looks) {
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    if (static_cast<std::size_t>(looks[i].role) != i) return false;
  }
  return true;
}
static_assert(in_order(kDark) && in_order(kLight));

int colour(std::uint32_t rgb) { return rgb == kOwnRgb ? kDefaultColour : nearest_of_256(rgb); }

}  // namespace

int nearest_of_256(std::uint32_t rgb) {
  // 16-231: a cube of 6 levels per channel; 232-255: greys. The first 16 are the user's own.
  constexpr std::array kLevels{0, 95, 135, 175, 215, 255};
  const std::array<int, 3> wanted{static_cast<int>(rgb >> 16U & 0xffU),
                                  static_cast<int>(rgb >> 8U & 0xffU),
                                  static_cast<int>(rgb & 0xffU)};
  const auto distance = [&wanted](int red, int green, int blue) {
    const std::array<int, 3> off{red - wanted[0], green - wanted[1], blue - wanted[2]};
    return off[0] * off[0] + off[1] * off[1] + off[2] * off[2];
  };
  int best = 0;
  int best_distance = std::numeric_limits<int>::max();
  const auto consider = [&](int index, int away) {
    if (away < best_distance) {
      best = index;
      best_distance = away;
    }
  };
  for (int i = 0; i < 216; ++i) {
    consider(16 + i, distance(kLevels[static_cast<std::size_t>(i / 36)],
                              kLevels[static_cast<std::size_t>(i / 6 % 6)],
                              kLevels[static_cast<std::size_t>(i % 6)]));
  }
  for (int i = 0; i < 24; ++i) consider(232 + i, distance(8 + 10 * i, 8 + 10 * i, 8 + 10 * i));
  return best;
}

Paint paint(Theme theme, Palette palette, Role role) {
  const Look& look = (theme == Theme::kDark ? kDark : kLight)[static_cast<std::size_t>(role)];
  Paint out;
  out.bold = look.bold;
  switch (palette) {
    case Palette::kMonochrome:
      out.reverse = look.mono_reverse;
      out.underline = look.mono_underline;
      break;
    case Palette::kEight:
      out.foreground = look.basic_foreground;
      out.background = look.basic_background;
      break;
    case Palette::kTwoHundredFiftySix:
      out.foreground = colour(look.foreground);
      out.background = colour(look.background);
      break;
  }
  return out;
}

Palette choose_palette(int colours, const char* no_colour) {
  if (no_colour != nullptr && *no_colour != '\0') return Palette::kMonochrome;
  if (colours >= 256) return Palette::kTwoHundredFiftySix;
  return colours >= 8 ? Palette::kEight : Palette::kMonochrome;
}

}  // namespace tui
