// The run as plain text: what stays on the normal screen at the end, and what `s` saves.
#pragma once

#include <cstdint>
#include <string>

#include "scene.h"

namespace tui {

enum class ReportExtent : std::uint8_t {
  kScreen,  ///< What a person wants to find after leaving: bounded, the selected flow in detail.
  kAll,     ///< Every flow, every hop, every path and the events.
};

/// kScreen has lines of at most `columns` columns, and never less than 40; kAll cuts no host.
std::string report(const Scene& scene, ReportExtent extent, int columns = 120);

/// Writes a new file, never over an existing one. Returns the error, empty if there was none.
std::string save_text(const std::string& file, const std::string& text);

}  // namespace tui
