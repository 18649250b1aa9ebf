// The run as plain text: what is left on the terminal at the end, and what `s` saves.
#pragma once

#include <cstdint>
#include <string>

#include "scene.h"

namespace tui {

enum class ReportExtent : std::uint8_t {
  kScreen,  ///< A bounded number of flows, and the selected one in detail.
  kAll,     ///< Every flow, every hop, every path and the events.
};

/// kScreen is `columns` wide, at least 40; kAll is as wide as its hosts need.
std::string report(const Scene& scene, ReportExtent extent, int columns = 120);

/// Creates `file`, which must not exist. Returns the error; empty on success.
std::string save_text(const std::string& file, const std::string& text);

}  // namespace tui
