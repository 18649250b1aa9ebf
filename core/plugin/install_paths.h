// Where the program's own files are: relative to the program itself, so that an installed tree can
// be moved and the build tree works like an installed one. A program that was copied alone, or that
// cannot find itself, uses the prefix it was built for.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"

namespace etr::plugin {

struct InstallPaths {
  std::filesystem::path plugins;    ///< Holds probers/, hashers/, sinks/, views/.
  std::filesystem::path pipelines;  ///< Holds default.toml.
  std::filesystem::path networks;   ///< Simulated networks.
  std::string fallback;  ///< Why they are those of the build's prefix; empty: they are not.

  /// Adds `fallback` to the error for a missing file, kNotFound; other errors stay as they are.
  absl::Status explain(const absl::Status& error) const;
};

/// For a program at `program`, normally /proc/self/exe.
InstallPaths install_paths(const std::filesystem::path& program = "/proc/self/exe");

}  // namespace etr::plugin
