// A plugin as a pipeline names it: which one, with which options, written where.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace etr::plugin {

/// A value from a flag: text that becomes whatever type the option has.
struct FlagText {
  std::string text;
  friend bool operator==(const FlagText&, const FlagText&) = default;
};

/// A value as it was written. A duration is a string in a pipeline file.
using RawValue =
    std::variant<FlagText, bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct RawOption {
  std::string name;
  RawValue value;
  /// Where it was written, for messages: "pipeline.toml:12:1" or "--sink".
  std::string where;
  bool secret = false;  ///< Not to be printed.
  friend bool operator==(const RawOption& a, const RawOption& b) {
    return a.name == b.name && a.value == b.value;
  }
};

/// Two uses are equal if they name the same plugin and options, wherever they were written.
struct PluginUse {
  std::string name;
  std::vector<RawOption> options;
  std::string where;
  /// Names the instance in messages; empty: "sink 'csv'", from kind and name.
  std::string label;
  std::string instance{};  ///< Of a sink: its own name in the pipeline, `as`; may be empty.
  friend bool operator==(const PluginUse& a, const PluginUse& b) {
    return a.name == b.name && a.options == b.options && a.instance == b.instance;
  }
};

}  // namespace etr::plugin
