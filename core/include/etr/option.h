// Options of a plugin, declared once as data: validation, defaults, help and reference pages all
// come from the same list.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "etr/time.h"

namespace etr {

/// The types an option can have. In a pipeline file a duration is a string such as "250ms", and a
/// list an array of strings.
enum class OptionType : std::uint8_t { kBool, kInteger, kNumber, kString, kDuration, kList };

/// A value of one of these types; std::monostate: none.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, Duration,
                                 std::vector<std::string>, std::monostate>;

/// What the host knows of one option.
struct OptionSpec {
  std::string name;
  std::string help;  ///< One line.
  OptionType type = OptionType::kString;
  OptionValue default_value = std::monostate{};  ///< None: not set unless the user sets it.
  OptionValue minimum = std::monostate{};        ///< Of an integer, a number or a duration.
  OptionValue maximum = std::monostate{};
  std::vector<std::string> choices;  ///< The strings that are accepted; empty: any.
  bool required = false;             ///< The user has to set it.
  bool secret = false;  ///< Shown nowhere; NAME_file = "FILE" reads it from the first line of FILE.
  bool is_path = false;  ///< Names a file or a folder.
};

/// A value that the host has checked against its specification.
struct NamedOption {
  std::string name;
  OptionValue value;
};

namespace detail {

template <class Member>
struct Optional : std::false_type {
  using Type = Member;
};
template <class Member>
struct Optional<std::optional<Member>> : std::true_type {
  using Type = Member;
};

inline constexpr std::size_t kMaxChoices = 16;

}  // namespace detail

/// One entry of a plugin's `kOptions`. Members may be bool, any integer, double, std::string,
/// Duration, std::vector<std::string>, an enumeration whose enumerators count from 0 (its choices
/// are their names, in order), or std::optional of one of these. What is added to an entry
/// (`option(...).range(1, 10)`) is checked by the host.
template <class Options, class Member>
struct Option {
  using Value = typename detail::Optional<Member>::Type;

  std::string_view name;
  Member Options::*member;
  std::string_view help;
  std::array<std::string_view, detail::kMaxChoices> accepted{};
  std::size_t accepted_count = 0;
  std::optional<Value> low{};
  std::optional<Value> high{};
  bool is_required = false;
  bool is_secret = false;
  bool names_file = false;

  /// The least and the greatest value, of integers, numbers and durations.
  constexpr Option range(Value least, Value greatest) const {
    Option more = *this;
    more.low = least;
    more.high = greatest;
    return more;
  }
  /// The only strings that are accepted.
  template <class... Names>
  constexpr Option choices(Names... names) const {
    static_assert(sizeof...(names) <= detail::kMaxChoices, "too many choices");
    Option more = *this;
    more.accepted = {std::string_view(names)...};
    more.accepted_count = sizeof...(names);
    return more;
  }
  /// The user has to set it.
  constexpr Option required() const {
    Option more = *this;
    more.is_required = true;
    return more;
  }
  /// Shown nowhere: a password.
  constexpr Option secret() const {
    Option more = *this;
    more.is_secret = true;
    return more;
  }
  /// Names a file or a folder.
  constexpr Option path() const {
    Option more = *this;
    more.names_file = true;
    return more;
  }
};

template <class Options, class Member>
constexpr Option<Options, Member> option(std::string_view name, Member Options::*member,
                                         std::string_view help) {
  return {name, member, help};
}

namespace detail {

template <class Value>
constexpr OptionType option_type() {
  if constexpr (std::is_same_v<Value, bool>) {
    return OptionType::kBool;
  } else if constexpr (std::is_integral_v<Value>) {
    return OptionType::kInteger;
  } else if constexpr (std::is_same_v<Value, double>) {
    return OptionType::kNumber;
  } else if constexpr (std::is_same_v<Value, Duration>) {
    return OptionType::kDuration;
  } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
    return OptionType::kList;
  } else {
    static_assert(std::is_same_v<Value, std::string> || std::is_enum_v<Value>,
                  "an option is a bool, integer, double, string, Duration, vector of strings, "
                  "enumeration, or std::optional of one of these");
    return OptionType::kString;
  }
}

template <class Entry, class Value>
OptionValue to_option_value(const Entry& entry, const Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    return std::string(entry.accepted.at(static_cast<std::size_t>(value)));
  } else if constexpr (option_type<Value>() == OptionType::kInteger) {
    return static_cast<std::int64_t>(value);
  } else {
    return value;
  }
}

template <class Entry, class Value>
OptionValue to_option_value(const Entry& entry, const std::optional<Value>& value) {
  return value ? to_option_value(entry, *value) : OptionValue(std::monostate{});
}

/// The least or greatest value: of an integer without a range, what its type can hold.
template <class Entry>
OptionValue bound(const Entry& entry, bool least) {
  using Value = typename Entry::Value;
  const std::optional<Value>& given = least ? entry.low : entry.high;
  if (given) return to_option_value(entry, *given);
  if constexpr (option_type<Value>() == OptionType::kInteger) {
    using Limits = std::numeric_limits<Value>;
    const Value limit = least ? Limits::min() : Limits::max();
    return std::in_range<std::int64_t>(limit) ? static_cast<std::int64_t>(limit)
                                              : std::numeric_limits<std::int64_t>::max();
  }
  return std::monostate{};
}

template <class Entry, class Default>
OptionSpec option_spec(const Entry& entry, const Default& default_value) {
  OptionSpec spec;
  spec.name = entry.name;
  spec.help = entry.help;
  spec.type = option_type<typename Entry::Value>();
  if (!entry.is_required) spec.default_value = to_option_value(entry, default_value);
  spec.minimum = bound(entry, true);
  spec.maximum = bound(entry, false);
  const auto end = entry.accepted.begin() + entry.accepted_count;
  spec.choices.assign(entry.accepted.begin(), end);
  spec.required = entry.is_required;
  spec.secret = entry.is_secret;
  spec.is_path = entry.names_file;
  return spec;
}

template <class Entry>
typename Entry::Value from_option_value(const Entry& entry, const OptionValue& value) {
  using Value = typename Entry::Value;
  if constexpr (std::is_enum_v<Value>) {
    const auto end = entry.accepted.begin() + entry.accepted_count;
    const auto found = std::find(entry.accepted.begin(), end, std::get<std::string>(value));
    return static_cast<Value>(found - entry.accepted.begin());
  } else if constexpr (option_type<Value>() == OptionType::kInteger) {
    return static_cast<Value>(std::get<std::int64_t>(value));
  } else {
    return std::get<Value>(value);
  }
}

/// A plugin without options declares neither Options nor kOptions.
template <class Class>
concept HasOptions = requires {
  typename Class::Options;
  Class::kOptions;
};

template <class Class>
std::vector<OptionSpec> option_specs() {
  std::vector<OptionSpec> specs;
  if constexpr (HasOptions<Class>) {
    const typename Class::Options defaults{};
    std::apply(
        [&](const auto&... entry) {
          (specs.push_back(option_spec(entry, defaults.*(entry.member))), ...);
        },
        Class::kOptions);
  }
  return specs;
}

/// Applies values that the host has checked over the defaults; throws on an unknown name.
template <class Class>
auto read_options(const std::vector<NamedOption>& values) {
  typename Class::Options options{};
  for (const NamedOption& given : values) {
    bool known = false;
    const auto assign = [&](const auto& entry) {
      if (entry.name != given.name) return;
      known = true;
      if (std::holds_alternative<std::monostate>(given.value)) return;
      options.*(entry.member) = from_option_value(entry, given.value);
    };
    std::apply([&](const auto&... entry) { (assign(entry), ...); }, Class::kOptions);
    if (!known) throw std::runtime_error("unknown option '" + given.name + "'");
  }
  return options;
}

/// What the class itself has to say against these values: `static void validate(const Options&)`
/// throws a std::exception whose text is for the user.
template <class Class>
void validate_options(const std::vector<NamedOption>& values) {
  if constexpr (HasOptions<Class>) {
    const auto options = read_options<Class>(values);
    if constexpr (requires { Class::validate(options); }) Class::validate(options);
  }
}

}  // namespace detail
}  // namespace etr
