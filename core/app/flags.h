// Every flag of the command line, as data: both the parser and the help are made from this list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace etr::app {

struct Flag {
  std::string_view name;      ///< Long name, without dashes.
  char letter = '\0';         ///< Short name, if any.
  std::string_view alias;     ///< Second long name, if any.
  std::string_view argument;  ///< Placeholder of its value in the help; empty: a switch.
  std::string_view help;      ///< May have several lines.
  std::string_view option;    ///< The option of [trace] that it sets; empty: none.
  bool repeatable = false;
};

struct FlagGroup {
  std::string_view heading;
  std::vector<Flag> flags;
};

/// In the order of the help.
const std::vector<FlagGroup>& flag_groups();

/// The text of `etr --help`.
std::string help_text();
/// The text of `etr plugins --help`.
std::string plugins_help_text();

}  // namespace etr::app
