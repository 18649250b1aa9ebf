// Reads one value of an option as a user wrote it, in a pipeline file or after a flag.
#pragma once

#include "absl/status/statusor.h"
#include "etr/option.h"
#include "plugin/plugin_use.h"

namespace etr::plugin {

/// An integer is accepted for a number, and a string for a list of one; a flag's text for a list is
/// split at its commas. The error names what is accepted and what was given instead, but neither
/// the option nor its place.
absl::StatusOr<OptionValue> read_option(const OptionSpec& spec, const RawValue& value);

}  // namespace etr::plugin
