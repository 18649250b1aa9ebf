// Values as users write them, checked against a list of options.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "etr/option.h"
#include "plugin/plugin_use.h"

namespace etr::plugin {

/// "bool", "integer", "number", "string", "duration" or "list"; of a string also "path" or
/// "secret".
std::string_view type_name(const OptionSpec& spec);

/// False for an option without a default that nobody set.
inline bool is_set(const OptionValue& value) {
  return !std::holds_alternative<std::monostate>(value);
}

/// The value as it would be written in a pipeline file: true, 5, 0.5, "text", "250ms", ["a", "b"];
/// nothing for an option that is not set.
std::string to_toml(const OptionValue& value);
/// A string as a TOML basic string, quotes included.
std::string toml_string(std::string_view text);

/// Checks `given` against `specs`. The result holds what was given, in the order of `specs`; the
/// last of several values for one name wins. NAME_file gives a secret option NAME the first line of
/// that file. Errors begin with the place and name the option; for an unknown one they offer the
/// nearest known.
absl::StatusOr<std::vector<NamedOption>> check_options(const std::vector<OptionSpec>& specs,
                                                       const std::vector<RawOption>& given);

/// `given` over the defaults of `specs`: a value for every option, in their order. An error if a
/// required option is not given.
absl::StatusOr<std::vector<NamedOption>> with_defaults(const std::vector<OptionSpec>& specs,
                                                       const std::vector<NamedOption>& given);

}  // namespace etr::plugin
