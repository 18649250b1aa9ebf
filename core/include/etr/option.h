// Options of a plugin, declared once as data: validation, defaults, help and reference pages all
// come from the same list.
#pragma once

#include <cstdint>
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

/// The types an option can have. In a pipeline file a duration is a string such as "250ms".
using OptionValue = std::variant<bool, std::int64_t, double, std::string, Duration>;

/// What the host knows of one option. The type is that of the default.
struct OptionSpec {
  std::string name;
  std::string help;  ///< One line.
  OptionValue default_value;
};

/// A value that the host has checked against its specification.
struct NamedOption {
  std::string name;
  OptionValue value;
};

/// One entry of a plugin's `kOptions`. Members may be bool, any integer, double, std::string or
/// Duration.
template <class Options, class Member>
struct Option {
  std::string_view name;
  Member Options::*member;
  std::string_view help;
};

template <class Options, class Member>
constexpr Option<Options, Member> option(std::string_view name, Member Options::*member,
                                         std::string_view help) {
  return {name, member, help};
}

namespace detail {

template <class Member>
OptionValue to_option_value(const Member& value) {
  if constexpr (std::is_same_v<Member, bool> || std::is_same_v<Member, double> ||
                std::is_same_v<Member, std::string> || std::is_same_v<Member, Duration>) {
    return value;
  } else {
    static_assert(std::is_integral_v<Member>,
                  "an option is a bool, integer, double, string or Duration");
    return static_cast<std::int64_t>(value);
  }
}

template <class Member>
Member from_option_value(std::string_view name, const OptionValue& value) {
  if constexpr (std::is_integral_v<Member> && !std::is_same_v<Member, bool>) {
    const std::int64_t number = std::get<std::int64_t>(value);
    if (!std::in_range<Member>(number)) {
      throw std::runtime_error("option '" + std::string(name) + "' is out of range");
    }
    return static_cast<Member>(number);
  } else {
    return std::get<Member>(value);
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
          (specs.push_back({std::string(entry.name), std::string(entry.help),
                            to_option_value(defaults.*(entry.member))}),
           ...);
        },
        Class::kOptions);
  }
  return specs;
}

/// Applies checked values over the defaults; throws on an unknown name or a value out of range.
template <class Class>
auto read_options(const std::vector<NamedOption>& values) {
  typename Class::Options options{};
  for (const NamedOption& given : values) {
    bool known = false;
    const auto assign = [&]<class Entry>(const Entry& entry) {
      if (entry.name != given.name) return;
      known = true;
      using Member = std::remove_reference_t<decltype(options.*(entry.member))>;
      options.*(entry.member) = from_option_value<Member>(entry.name, given.value);
    };
    std::apply([&](const auto&... entry) { (assign(entry), ...); }, Class::kOptions);
    if (!known) throw std::runtime_error("unknown option '" + given.name + "'");
  }
  return options;
}

}  // namespace detail
}  // namespace etr
