#include "app/assignment.h"

#include <string_view>

namespace etr::app {

using plugin::FlagText;
using plugin::RawOption;

namespace {

// Both take the value off the front of `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value += rest[i];
  }
  return std::nullopt;
}

std::string take_plain(std::string_view& rest) {
  std::string value(rest.substr(0, rest.find(',')));
  rest.remove_prefix(value.size());
  return value;
}

}  // namespace

std::optional<RawOption> read_assignment(const std::string& text, const std::string& where) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  return RawOption{text.substr(0, equals), FlagText{text.substr(equals + 1)}, where};
}

std::optional<std::vector<RawOption>> read_assignments(const std::string& text,
                                                       const std::string& where) {
  std::vector<RawOption> options;
  for (std::string_view rest = text;; rest.remove_prefix(1)) {
    const std::size_t end_of_key = rest.find_first_of("=,");
    if (end_of_key == std::string_view::npos || end_of_key == 0 || rest[end_of_key] == ',') {
      return std::nullopt;
    }
    const std::string key(rest.substr(0, end_of_key));
    rest.remove_prefix(end_of_key + 1);
    const std::optional<std::string> value =
        rest.starts_with('"') ? take_quoted(rest) : take_plain(rest);
    if (!value) return std::nullopt;
    options.push_back({key, FlagText{*value}, where});
    if (rest.empty()) return options;
    if (rest.front() != ',') return std::nullopt;
  }
}

}  // namespace etr::app
