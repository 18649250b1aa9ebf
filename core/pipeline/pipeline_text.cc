// A pipeline as text: the writing half of pipeline_file.h.
#include <string>
#include <variant>

#include "pipeline/pipeline_file.h"
#include "plugin/option_values.h"

namespace etr::pipeline {
namespace {

using plugin::PluginUse;
using plugin::RawOption;

std::string value_text(const plugin::RawValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return plugin::to_toml(*flag);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return plugin::to_toml(*number);
  if (const auto* number = std::get_if<double>(&value)) return plugin::to_toml(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return plugin::to_toml(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    return plugin::to_toml(*list);
  }
  return plugin::to_toml(std::get<plugin::FlagText>(value).text);
}

std::string use_text(const std::string& heading, const PluginUse& use) {
  std::string text = "\n" + heading + "\nuse = " + plugin::toml_string(use.name) + "\n";
  if (!use.instance.empty()) text += "as = " + plugin::toml_string(use.instance) + "\n";
  for (const RawOption& option : use.options) {
    const std::string value = option.secret ? "\"...\"" : value_text(option.value);
    text += option.name + " = " + value + "\n";
  }
  return text;
}

}  // namespace

std::string to_toml(const PipelineConfig& config) {
  std::string text = "[trace]\n";
  for (const NamedOption& option : trace_option_values(config.trace)) {
    // Omitting the key stands for the prober's own port.
    if (option.name == "dest_port" && config.trace.dest_port == 0) continue;
    // Only a flag can set it: when a file is read, the buffer is already allocated.
    if (option.name == "capture_buffer") continue;
    text += option.name + " = " + plugin::to_toml(option.value) + "\n";
  }
  text += use_text("[prober]", config.prober);
  text += use_text("[hasher]", config.hasher);
  if (config.view) text += use_text("[view]", *config.view);
  for (const PluginUse& sink : config.sinks) text += use_text("[[sink]]", sink);
  if (!config.plugin_folders.empty()) {
    text += "\n[plugins]\npath = [";
    for (const plugin::PluginFolder& folder : config.plugin_folders) {
      if (&folder != &config.plugin_folders.front()) text += ", ";
      text += plugin::toml_string(folder.path.string());
    }
    text += "]\n";
  }
  return text;
}

}  // namespace etr::pipeline
