// A pipeline as data: what to trace with, and where the results go.
//
// Defaults, then the pipeline file, then flags: each later one overrides. Nothing is opened here;
// the catalog checks that a plugin exists and takes its options.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pipeline/trace_options.h"
#include "plugin/catalog.h"
#include "plugin/plugin_use.h"

namespace etr::pipeline {

struct PipelineConfig {
  std::string file;  ///< From which it was read, for messages.
  TraceOptions trace;
  OptionPlaces trace_places;
  plugin::PluginUse prober{"tcp-syn", {}, "", ""};
  plugin::PluginUse hasher{"crc32", {}, "", ""};
  std::optional<plugin::PluginUse> view;  ///< Empty: headless.
  std::vector<plugin::PluginUse> sinks;
  std::vector<plugin::PluginFolder> plugin_folders;  ///< Of the pipeline file, absolute.
  /// Whether both ask for the same; where they say so does not matter.
  friend bool operator==(const PipelineConfig& a, const PipelineConfig& b) {
    return a.file == b.file && a.trace == b.trace && a.prober == b.prober && a.hasher == b.hasher &&
           a.view == b.view && a.sinks == b.sinks && a.plugin_folders == b.plugin_folders;
  }
};

/// What flags change in a pipeline.
struct Overrides {
  std::vector<plugin::RawOption> sets;   ///< --set: name is "table.key".
  std::vector<plugin::RawOption> trace;  ///< Flags of the [trace] table.
  std::optional<plugin::PluginUse> prober;
  std::optional<plugin::PluginUse> hasher;
  std::optional<plugin::PluginUse> view;
  std::vector<plugin::PluginUse> sinks;  ///< Added to those of the file.
  bool no_view = false;                  ///< -J: standard output is taken.
};

/// Applies `overrides` and checks the result. A prober, hasher or view named by a flag keeps the
/// options that the file gives to that same plugin.
absl::StatusOr<PipelineConfig> override_config(PipelineConfig config, const Overrides& overrides);

/// Every plugin exists, and every option is known and has its type: afterwards each use holds all
/// of its options, typed. Creates nothing.
absl::Status resolve_plugins(plugin::Catalog& catalog, PipelineConfig& config);

/// The pipeline or network (`kind` is the word for messages) that `name` means: a path if it has a
/// slash or is a file here, else the installed one of that name, with or without ".toml".
absl::StatusOr<std::filesystem::path> find_installed(const std::string& kind,
                                                     const std::string& name,
                                                     const std::filesystem::path& folder);

}  // namespace etr::pipeline
