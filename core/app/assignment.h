// "key=value" as flags give it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/plugin_use.h"

namespace etr::app {

/// "key=value": all after the first '=' is the value. Empty without a key. `where` is for messages.
std::optional<plugin::RawOption> read_assignment(const std::string& text, const std::string& where);

/// "key=value,key=value". A value in double quotes may have commas; in it \" stands for a quote and
/// \\ for a backslash. Empty if the text is anything else.
std::optional<std::vector<plugin::RawOption>> read_assignments(const std::string& text,
                                                               const std::string& where);

}  // namespace etr::app
