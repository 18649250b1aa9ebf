// The values of a topology file, each checked and with its place in messages.
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "etr/ip_address.h"
#include "etr/time.h"

namespace etr::simulation {

/// One problem of the file, with its place; thrown and caught within the reader, since TOML nests.
struct TopologyProblem {
  absl::Status status;
};

class TopologyValues {
 public:
  explicit TopologyValues(std::string file) : file_(std::move(file)) {}

  /// The numbers of the name whose table is being read, for "{1}" in its texts.
  void set_numbers(std::vector<std::string> numbers) { numbers_ = std::move(numbers); }

  [[noreturn]] void fail(const toml::source_region& source, const std::string& text) const;
  [[noreturn]] void fail(const toml::node& node, const std::string& text) const {
    fail(node.source(), text);
  }
  std::string place(const toml::source_region& source) const;

  const toml::table& table(const toml::node& node, std::string_view what) const;
  /// The node itself if it is a table, or all tables of the list that it is.
  std::vector<const toml::table*> tables(const toml::node& node, std::string_view what) const;
  /// The node itself, or the elements of the list that it is.
  std::vector<const toml::node*> list(const toml::node& node) const;

  bool flag(const toml::node& node) const;
  std::string text(const toml::node& node) const;
  /// With "{1}" as it stands.
  const std::string& raw_text(const toml::node& node) const;
  std::int64_t integer(const toml::node& node, std::int64_t least, std::int64_t most) const;
  template <class Number>
  Number number(const toml::node& node, std::int64_t least, std::int64_t most) const {
    return static_cast<Number>(integer(node, least, most));
  }
  double real(const toml::node& node) const;
  /// 0 to 1, or a text such as "20%".
  double share(const toml::node& node) const;
  /// Not negative.
  Duration duration(const toml::node& node) const;
  /// With a sign.
  Duration any_duration(const toml::node& node) const;
  IpAddress address(const toml::node& node) const;
  std::vector<IpAddress> addresses(const toml::node& node) const;
  std::uint8_t protocol(const toml::node& node) const;
  std::uint16_t port(const toml::key& key) const;

  template <class Value>
  Value word(const toml::node& node,
             const std::vector<std::pair<std::string_view, Value>>& words) const {
    const std::string given = text(node);
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
      if (name == given) return value;
      names.emplace_back(name);
    }
    fail_word(node, given, names);
  }

 private:
  [[noreturn]] void fail_word(const toml::node& node, const std::string& given,
                              const std::vector<std::string>& names) const;

  std::string file_;
  std::vector<std::string> numbers_;
};

}  // namespace etr::simulation
