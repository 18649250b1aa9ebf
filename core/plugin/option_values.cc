#include "plugin/option_values.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "base/nearest_name.h"
#include "plugin/option_reader.h"

namespace etr::plugin {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

const OptionSpec* find_spec(const std::vector<OptionSpec>& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const OptionSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

/// The secret option that NAME_file belongs to; null: none.
const OptionSpec* find_secret(const std::vector<OptionSpec>& specs, std::string_view name) {
  constexpr std::string_view kSuffix = "_file";
  if (!name.ends_with(kSuffix)) return nullptr;
  const OptionSpec* spec = find_spec(specs, name.substr(0, name.size() - kSuffix.size()));
  return spec != nullptr && spec->secret ? spec : nullptr;
}

/// From the first line of a file.
absl::StatusOr<OptionValue> read_secret(const OptionSpec& spec, const RawValue& value) {
  const auto* flag = std::get_if<FlagText>(&value);
  const auto* text = flag != nullptr ? &flag->text : std::get_if<std::string>(&value);
  if (text == nullptr) return absl::InvalidArgumentError("expected the name of a file");
  std::ifstream file(*text);
  std::string line;
  if (!std::getline(file, line)) {
    return absl::InvalidArgumentError("cannot read a line from '" + *text + "'");
  }
  return read_option(spec, FlagText{line});
}

using RawIterator = std::vector<RawOption>::const_iterator;

bool is_named(const std::string& name, RawIterator begin, RawIterator end) {
  return std::any_of(begin, end, [&](const RawOption& raw) { return raw.name == name; });
}

std::vector<std::string> names_of(const std::vector<OptionSpec>& specs) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  return names;
}

}  // namespace

std::string_view type_name(const OptionSpec& spec) {
  switch (spec.type) {
    case OptionType::kBool: return "bool";
    case OptionType::kInteger: return "integer";
    case OptionType::kNumber: return "number";
    case OptionType::kDuration: return "duration";
    case OptionType::kList: return "list";
    case OptionType::kString: break;
  }
  return spec.secret ? "secret" : spec.is_path ? "path" : "string";
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      out += absl::StrFormat("\\u%04x", unsigned{octet});
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string to_toml(const OptionValue& value) {
  return std::visit(
      Overloaded{[](bool flag) { return std::string(flag ? "true" : "false"); },
                 [](std::int64_t number) { return absl::StrFormat("%d", number); },
                 [](double number) {
                   // As few digits as read back the same, and never the look of an integer.
                   std::string text = absl::StrFormat("%.15g", number);
                   double back = 0;
                   if (!absl::SimpleAtod(text, &back) || back != number) {
                     text = absl::StrFormat("%.17g", number);
                   }
                   if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
                   return text;
                 },
                 [](const std::string& text) { return toml_string(text); },
                 [](Duration duration) { return toml_string(base::format_duration(duration)); },
                 [](const std::vector<std::string>& list) {
                   std::vector<std::string> quoted;
                   for (const std::string& text : list) quoted.push_back(toml_string(text));
                   return "[" + absl::StrJoin(quoted, ", ") + "]";
                 },
                 [](std::monostate) { return std::string(); }},
      value);
}

absl::StatusOr<std::vector<NamedOption>> check_options(const std::vector<OptionSpec>& specs,
                                                       const std::vector<RawOption>& given) {
  std::vector<std::optional<OptionValue>> values(specs.size());
  for (auto at = given.begin(); at != given.end(); ++at) {
    const RawOption& raw = *at;
    const std::string place = raw.where.empty() ? std::string() : raw.where + ": ";
    const OptionSpec* spec = find_spec(specs, raw.name);
    const bool from_file = spec == nullptr;
    if (from_file) spec = find_secret(specs, raw.name);
    if (spec == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%sunknown option '%s'%s", place, raw.name,
                          base::did_you_mean(raw.name, names_of(specs))));
    }
    if (is_named(raw.name, std::next(at), given.end())) continue;
    absl::StatusOr<OptionValue> value =
        from_file ? read_secret(*spec, raw.value) : read_option(*spec, raw.value);
    if (!value.ok()) {
      return absl::InvalidArgumentError(absl::StrFormat("%soption '%s': %s", place, raw.name,
                                                        std::string(value.status().message())));
    }
    values[static_cast<std::size_t>(spec - specs.data())] = *std::move(value);
  }

  std::vector<NamedOption> checked;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (values[i]) checked.push_back({specs[i].name, *std::move(values[i])});
  }
  return checked;
}

absl::StatusOr<std::vector<NamedOption>> with_defaults(const std::vector<OptionSpec>& specs,
                                                       const std::vector<NamedOption>& given) {
  std::vector<NamedOption> all;
  for (const OptionSpec& spec : specs) {
    const auto found = std::find_if(given.begin(), given.end(), [&](const NamedOption& value) {
      return value.name == spec.name;
    });
    if (found == given.end() && spec.required) {
      return absl::InvalidArgumentError("option '" + spec.name + "' has to be set");
    }
    all.push_back({spec.name, found == given.end() ? spec.default_value : found->value});
  }
  return all;
}

}  // namespace etr::plugin
