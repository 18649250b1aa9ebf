// What a cell is, not how it looks: panels say the role, the theme says the colours.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tui {

enum class Role : std::uint8_t {
  kText,
  kDim,    ///< Beside the point: ↳ rows, legends.
  kTitle,  ///< Top line.
  kSummaryTitle,
  kDetailTitle,
  kBorder,
  kBorderFocused,
  kHeader,  ///< Column names.
  kAddress,
  kSilent,  ///< A hop that never answered, or withholds answers: not loss.
  kLossLow,
  kLossMedium,
  kLossHigh,
  kSelected,
  kSelectedFocused,
  kSelectedLossMedium,  ///< Loss in the selected, focused row.
  kSelectedLossHigh,
  kHighlight,  ///< The selected flow's way through a graph.
  kKey,        ///< A key's name in help texts.
  kNotice,     ///< A message or question at the bottom.
  kError,
};

inline constexpr std::size_t kRoleCount = static_cast<std::size_t>(Role::kError) + 1;

}  // namespace tui
