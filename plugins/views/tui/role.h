// What a cell means, not how it looks: panels choose roles, the theme gives them colours.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tui {

enum class Role : std::uint8_t {
  kText,
  kDim,    ///< Of less importance: ↳ rows, legends.
  kTitle,  ///< Top line.
  kSummaryTitle,
  kDetailTitle,
  kBorder,
  kBorderFocused,
  kHeader,  ///< Column names.
  kAddress,
  kSilent,  ///< A silent or limited hop: not loss.
  kLossLow,
  kLossMedium,
  kLossHigh,
  kSelected,
  kSelectedFocused,
  kSelectedLossMedium,  ///< Loss in the selected, focused row.
  kSelectedLossHigh,
  kHighlight,  ///< The selected flow's path in the graph.
  kKey,        ///< A key's name in help texts.
  kNotice,     ///< A message or prompt at the bottom.
  kError,
};

inline constexpr std::size_t kRoleCount = static_cast<std::size_t>(Role::kError) + 1;

}  // namespace tui
