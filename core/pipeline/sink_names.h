// The names of the sinks of a pipeline: `as = "archive"`, or else that of the plugin.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugin/plugin_use.h"

namespace etr::pipeline {

/// Takes the option `as` from each sink as its name, and labels the sinks for messages so that two
/// of one plugin can be told apart. An error if a name is used twice or cannot be written in --set,
/// or if a flag repeats an option.
absl::Status name_sinks(std::vector<plugin::PluginUse>& sinks);

/// The one sink of this name. Errors do not name the place.
absl::StatusOr<plugin::PluginUse*> find_sink(std::vector<plugin::PluginUse>& sinks,
                                             const std::string& name);

}  // namespace etr::pipeline
