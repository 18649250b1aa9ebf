// Where the program's own files are, relative to the program itself, so that an installed tree can
// be moved and the build tree works like an installed one.
#pragma once

#include <filesystem>

namespace etr::plugin {

struct InstallPaths {
  std::filesystem::path plugins;    ///< Holds probers/, hashers/, sinks/, views/.
  std::filesystem::path pipelines;  ///< Holds default.toml.
  std::filesystem::path networks;   ///< Simulated networks.
};

/// For a program at `program`, normally /proc/self/exe.
InstallPaths install_paths(const std::filesystem::path& program = "/proc/self/exe");

}  // namespace etr::plugin
