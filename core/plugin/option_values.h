// Values as users write them, checked against a list of options.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "etr/option.h"
#include "plugin/plugin_use.h"

namespace etr::plugin {

/// "bool", "integer", "number", "string" or "duration".
std::string_view type_name(const OptionValue& value);

/// The value as it would be written in a pipeline file: true, 5, 0.5, "text", "250ms".
std::string to_toml(const OptionValue& value);
/// A string as a TOML basic string, quotes included.
std::string toml_string(std::string_view text);

/// One value for one option; an integer is accepted for a number. The error names the option's type
/// and what was given instead, but neither the option nor its place.
absl::StatusOr<OptionValue> convert(const OptionSpec& spec, const RawValue& value);

/// Checks `given` against `specs`. The result holds what was given, in the order of `specs`; the
/// last of several values for one name wins. Errors begin with the place and name the option; for
/// an unknown one they offer the nearest known.
absl::StatusOr<std::vector<NamedOption>> check_options(const std::vector<OptionSpec>& specs,
                                                       const std::vector<RawOption>& given);

/// `given` over the defaults of `specs`: a value for every option, in their order.
std::vector<NamedOption> with_defaults(const std::vector<OptionSpec>& specs,
                                       const std::vector<NamedOption>& given);

}  // namespace etr::plugin
