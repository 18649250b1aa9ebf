#include "plugin/option_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/duration_text.h"
#include "base/nearest_name.h"
#include "plugin/option_values.h"

namespace etr::plugin {
namespace {

absl::Status wrong_type(std::string_view wanted, std::string_view given) {
  return absl::InvalidArgumentError(absl::StrFormat("expected %s, not %s", wanted, given));
}

std::string describe(const RawValue& value) {
  if (const auto* flag = std::get_if<FlagText>(&value)) return "'" + flag->text + "'";
  if (const auto* number = std::get_if<double>(&value)) return absl::StrFormat("%g", *number);
  return std::visit(
      [](const auto& given) {
        if constexpr (std::is_constructible_v<OptionValue, decltype(given)>) {
          return to_toml(OptionValue(given));
        }
        return std::string();
      },
      value);
}

std::string_view expected(OptionType type) {
  switch (type) {
    case OptionType::kBool: return "true or false";
    case OptionType::kInteger: return "a whole number";
    case OptionType::kNumber: return "a number";
    case OptionType::kString: return "a string";
    case OptionType::kDuration: return "a duration such as \"250ms\"";
    case OptionType::kList: break;
  }
  return "a list of strings";
}

absl::StatusOr<OptionValue> read_duration(const std::string& text) {
  absl::StatusOr<Duration> duration = base::parse_duration(text);
  if (!duration.ok()) return duration.status();
  return OptionValue(*duration);
}

/// What a flag's text means for an option of this type; empty: nothing.
std::optional<OptionValue> read_text(OptionType type, const std::string& text) {
  std::int64_t integer = 0;
  double number = 0;
  switch (type) {
    case OptionType::kString: return OptionValue(text);
    case OptionType::kBool:
      if (text == "true" || text == "false") return OptionValue(text == "true");
      break;
    case OptionType::kInteger:
      if (absl::SimpleAtoi(text, &integer)) return OptionValue(integer);
      break;
    case OptionType::kNumber:
      if (absl::SimpleAtod(text, &number) && std::isfinite(number)) return OptionValue(number);
      break;
    case OptionType::kList:
      return OptionValue(std::vector<std::string>(absl::StrSplit(text, ',', absl::SkipEmpty())));
    case OptionType::kDuration: break;
  }
  return std::nullopt;
}

/// What a value of a pipeline file means for an option of this type; empty: nothing.
std::optional<OptionValue> read_value(OptionType type, const RawValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  switch (type) {
    case OptionType::kString:
      if (text != nullptr) return OptionValue(*text);
      break;
    case OptionType::kBool:
      if (const auto* given = std::get_if<bool>(&value)) return OptionValue(*given);
      break;
    case OptionType::kInteger:
      if (const auto* given = std::get_if<std::int64_t>(&value)) return OptionValue(*given);
      break;
    case OptionType::kNumber:
      if (const auto* given = std::get_if<std::int64_t>(&value)) {
        return OptionValue(static_cast<double>(*given));
      }
      if (const auto* given = std::get_if<double>(&value)) {
        if (std::isfinite(*given)) return OptionValue(*given);
      }
      break;
    case OptionType::kList:
      if (text != nullptr) return OptionValue(std::vector<std::string>{*text});
      if (const auto* given = std::get_if<std::vector<std::string>>(&value)) {
        return OptionValue(*given);
      }
      break;
    case OptionType::kDuration: break;
  }
  return std::nullopt;
}

absl::StatusOr<OptionValue> read_any(const OptionSpec& spec, const RawValue& value) {
  const auto* flag = std::get_if<FlagText>(&value);
  if (spec.type == OptionType::kDuration) {
    if (flag != nullptr) return read_duration(flag->text);
    if (const auto* text = std::get_if<std::string>(&value)) return read_duration(*text);
  }
  std::optional<OptionValue> read =
      flag != nullptr ? read_text(spec.type, flag->text) : read_value(spec.type, value);
  if (!read) return wrong_type(expected(spec.type), describe(value));
  return *std::move(read);
}

/// The bounds have the type of the value, or none.
absl::Status check_range(const OptionSpec& spec, const OptionValue& value) {
  const bool low = is_set(spec.minimum) && value < spec.minimum;
  const bool high = is_set(spec.maximum) && spec.maximum < value;
  if (!low && !high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("%s is out of range: it is at %s %s",
                                                    to_toml(value), low ? "least" : "most",
                                                    to_toml(low ? spec.minimum : spec.maximum)));
}

absl::Status check_choice(const OptionSpec& spec, const std::string& text) {
  const std::vector<std::string>& choices = spec.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat("'%s' is not one of %s%s", text,
                                                    absl::StrJoin(choices, ", "),
                                                    base::did_you_mean(text, choices)));
}

}  // namespace

absl::StatusOr<OptionValue> read_option(const OptionSpec& spec, const RawValue& value) {
  absl::StatusOr<OptionValue> read = read_any(spec, value);
  if (!read.ok()) return read;
  absl::Status status = check_range(spec, *read);
  if (const auto* text = std::get_if<std::string>(&*read)) status = check_choice(spec, *text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&*read)) {
    for (const std::string& text : *list) {
      if (status.ok()) status = check_choice(spec, text);
    }
  }
  if (!status.ok()) return status;
  return read;
}

}  // namespace etr::plugin
