#include "plugin/option_values.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/nearest_name.h"

namespace etr::plugin {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

absl::Status wrong_type(std::string_view wanted, std::string_view given) {
  return absl::InvalidArgumentError(absl::StrFormat("expected %s, not %s", wanted, given));
}

std::string describe(const RawValue& value) {
  return std::visit(Overloaded{[](const FlagText& flag) { return "'" + flag.text + "'"; },
                               [](bool flag) { return std::string(flag ? "true" : "false"); },
                               [](std::int64_t number) { return absl::StrFormat("%d", number); },
                               [](double number) { return absl::StrFormat("%g", number); },
                               [](const std::string& text) { return toml_string(text); }},
                    value);
}

// What a flag's text means for an option of the type of `wanted`.
absl::StatusOr<OptionValue> read_text(const OptionValue& wanted, const std::string& text) {
  if (std::holds_alternative<std::string>(wanted)) return OptionValue(text);
  if (std::holds_alternative<bool>(wanted)) {
    if (text == "true") return OptionValue(true);
    if (text == "false") return OptionValue(false);
    return wrong_type("true or false", "'" + text + "'");
  }
  if (std::holds_alternative<std::int64_t>(wanted)) {
    std::int64_t number = 0;
    if (absl::SimpleAtoi(text, &number)) return OptionValue(number);
    return wrong_type("a whole number", "'" + text + "'");
  }
  if (std::holds_alternative<double>(wanted)) {
    double number = 0;
    if (absl::SimpleAtod(text, &number) && std::isfinite(number)) return OptionValue(number);
    return wrong_type("a number", "'" + text + "'");
  }
  absl::StatusOr<Duration> duration = base::parse_duration(text);
  if (!duration.ok()) return duration.status();
  return OptionValue(*duration);
}

}  // namespace

std::string_view type_name(const OptionValue& value) {
  return std::visit(Overloaded{[](bool) -> std::string_view { return "bool"; },
                               [](std::int64_t) -> std::string_view { return "integer"; },
                               [](double) -> std::string_view { return "number"; },
                               [](const std::string&) -> std::string_view { return "string"; },
                               [](Duration) -> std::string_view { return "duration"; }},
                    value);
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
                 [](Duration duration) { return toml_string(base::format_duration(duration)); }},
      value);
}

absl::StatusOr<OptionValue> convert(const OptionSpec& spec, const RawValue& value) {
  const OptionValue& wanted = spec.default_value;
  if (const auto* flag = std::get_if<FlagText>(&value)) return read_text(wanted, flag->text);

  if (std::holds_alternative<bool>(wanted)) {
    if (const bool* given = std::get_if<bool>(&value)) return OptionValue(*given);
    return wrong_type("true or false", describe(value));
  }
  if (std::holds_alternative<std::int64_t>(wanted)) {
    if (const auto* given = std::get_if<std::int64_t>(&value)) return OptionValue(*given);
    return wrong_type("a whole number", describe(value));
  }
  if (std::holds_alternative<double>(wanted)) {
    if (const auto* given = std::get_if<std::int64_t>(&value)) {
      return OptionValue(static_cast<double>(*given));
    }
    const auto* given = std::get_if<double>(&value);
    if (given != nullptr && std::isfinite(*given)) return OptionValue(*given);
    return wrong_type("a number", describe(value));
  }
  const auto* given = std::get_if<std::string>(&value);
  if (std::holds_alternative<std::string>(wanted)) {
    if (given != nullptr) return OptionValue(*given);
    return wrong_type("a string", describe(value));
  }
  if (given == nullptr) return wrong_type("a duration such as \"250ms\"", describe(value));
  absl::StatusOr<Duration> duration = base::parse_duration(*given);
  if (!duration.ok()) return duration.status();
  return OptionValue(*duration);
}

absl::StatusOr<std::vector<NamedOption>> check_options(const std::vector<OptionSpec>& specs,
                                                       const std::vector<RawOption>& given) {
  std::vector<std::optional<OptionValue>> values(specs.size());
  for (const RawOption& raw : given) {
    const std::string place = raw.where.empty() ? std::string() : raw.where + ": ";
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const OptionSpec& known) { return known.name == raw.name; });
    if (spec == specs.end()) {
      std::vector<std::string> names;
      for (const OptionSpec& known : specs) names.push_back(known.name);
      return absl::InvalidArgumentError(absl::StrFormat("%sunknown option '%s'%s", place, raw.name,
                                                        base::did_you_mean(raw.name, names)));
    }
    absl::StatusOr<OptionValue> value = convert(*spec, raw.value);
    if (!value.ok()) {
      return absl::InvalidArgumentError(absl::StrFormat("%soption '%s': %s", place, raw.name,
                                                        std::string(value.status().message())));
    }
    values[static_cast<std::size_t>(spec - specs.begin())] = *std::move(value);
  }

  std::vector<NamedOption> checked;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (values[i]) checked.push_back({specs[i].name, *std::move(values[i])});
  }
  return checked;
}

std::vector<NamedOption> with_defaults(const std::vector<OptionSpec>& specs,
                                       const std::vector<NamedOption>& given) {
  std::vector<NamedOption> all;
  for (const OptionSpec& spec : specs) {
    const auto found = std::find_if(given.begin(), given.end(), [&](const NamedOption& value) {
      return value.name == spec.name;
    });
    all.push_back({spec.name, found == given.end() ? spec.default_value : found->value});
  }
  return all;
}

}  // namespace etr::plugin
