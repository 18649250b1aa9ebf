// Reads pipeline files (TOML). With topology_file the only user of toml++.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/statusor.h"
#include "pipeline/pipeline_config.h"

namespace etr::pipeline {

/// The pipeline that a file describes, over the defaults; not checked for ranges. Errors are
/// "file:line:column: reason", with the nearest known key where a key is not known. Folders and the
/// simulated network that it names are relative to the file.
absl::StatusOr<PipelineConfig> read_pipeline(const std::filesystem::path& file);

/// The same from text. `file` is its name in messages, and what names are relative to.
absl::StatusOr<PipelineConfig> parse_pipeline(std::string_view text,
                                              const std::filesystem::path& file);

/// The pipeline as a file that reads back as the same pipeline. The options of plugins must be
/// typed, as a file or resolve_plugins() leaves them.
std::string to_toml(const PipelineConfig& config);

}  // namespace etr::pipeline
