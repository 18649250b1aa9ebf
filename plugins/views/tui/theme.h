// How roles look: colours for terminals of 256 colours, of 8, and of none.
#pragma once

#include <cstdint>
#include <string_view>

#include "role.h"

namespace tui {

inline constexpr int kDefaultColour = -1;

/// What the terminal is told for one role.
struct Paint {
  int foreground = kDefaultColour;  ///< Index into the terminal's palette, or kDefaultColour.
  int background = kDefaultColour;
  bool bold = false;
  bool reverse = false;
  bool underline = false;
  friend bool operator==(const Paint&, const Paint&) = default;
};

enum class Palette : std::uint8_t { kMonochrome, kEight, kTwoHundredFiftySix };
enum class Theme : std::uint8_t { kDark, kLight };

Paint paint(Theme theme, Palette palette, Role role);

/// The colour of the 256-colour palette next to 0xRRGGBB.
int nearest_of_256(std::uint32_t rgb);

/// What a terminal with `colours` colours gets; `no_colour` is the value of NO_COLOR, if any:
/// https://no-color.org (set and not empty).
Palette choose_palette(int colours, const char* no_colour);

}  // namespace tui
