#include "pipeline/sink_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace etr::pipeline {
namespace {

using plugin::FlagText;
using plugin::PluginUse;
using plugin::RawOption;

const std::string& sink_name(const PluginUse& sink) {
  return sink.instance.empty() ? sink.name : sink.instance;
}

absl::Status sink_error(const RawOption& option, const std::string& text) {
  return absl::InvalidArgumentError(absl::StrCat(option.where, ": ", text));
}

std::string text_in(const plugin::RawValue& value) {
  if (const auto* flag = std::get_if<FlagText>(&value)) return flag->text;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

bool is_sink_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

absl::Status check_repeats(const PluginUse& sink) {
  std::set<std::string> seen;
  for (const RawOption& option : sink.options) {
    if (seen.insert(option.name).second) continue;
    return sink_error(
        option, absl::StrFormat("option '%s' is given twice (sink '%s')", option.name, sink.name));
  }
  return absl::OkStatus();
}

absl::Status take_name(PluginUse& sink, std::set<std::string>& taken) {
  const auto as = std::find_if(sink.options.begin(), sink.options.end(),
                               [](const RawOption& option) { return option.name == "as"; });
  if (as == sink.options.end()) return absl::OkStatus();
  const RawOption option = *as;
  sink.options.erase(as);
  sink.instance = text_in(option.value);
  if (!is_sink_name(sink.instance)) {
    return sink_error(option, "'as' is a name of letters, digits, '-' and '_'");
  }
  if (!taken.insert(sink.instance).second) {
    return sink_error(option, absl::StrFormat("another sink is called '%s', too", sink.instance));
  }
  return absl::OkStatus();
}

void label_sinks(std::vector<PluginUse>& sinks) {
  std::map<std::string, int> total;
  for (const PluginUse& sink : sinks) ++total[sink_name(sink)];
  std::map<std::string, int> seen;
  for (PluginUse& sink : sinks) {
    const std::string& name = sink_name(sink);
    if (total[name] > 1) {
      sink.label = absl::StrFormat("sink '%s' (no. %d)", name, ++seen[name]);
    } else if (!sink.instance.empty()) {
      sink.label = absl::StrFormat("sink '%s'", name);
    }
  }
}

}  // namespace

absl::Status name_sinks(std::vector<PluginUse>& sinks) {
  std::set<std::string> taken;
  for (PluginUse& sink : sinks) {
    absl::Status status = check_repeats(sink);
    if (status.ok()) status = take_name(sink, taken);
    if (!status.ok()) return status;
  }
  label_sinks(sinks);
  return absl::OkStatus();
}

absl::StatusOr<PluginUse*> find_sink(std::vector<PluginUse>& sinks, const std::string& name) {
  PluginUse* found = nullptr;
  for (PluginUse& sink : sinks) {
    if (sink_name(sink) != name) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("several sinks are called '%s': name them, as = \"NAME\"", name));
    }
    found = &sink;
  }
  if (found == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("this pipeline has no sink '", name, "'"));
  }
  return found;
}

}  // namespace etr::pipeline
