// The look of each role on terminals with 256 colours, 8 colours, or none.
#pragma once

#include <cstdint>
#include <string_view>

#include "role.h"

namespace tui {

inline constexpr int kDefaultColour = -1;

/// The terminal attributes of one role.
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

/// The colour of the 256-colour palette nearest to 0xRRGGBB.
int nearest_of_256(std::uint32_t rgb);

/// The palette for a terminal with `colours` colours. `no_colour` is the value of NO_COLOR or null;
/// it turns colours off if it is not empty (https://no-color.org).
Palette choose_palette(int colours, const char* no_colour);

}  // namespace tui
