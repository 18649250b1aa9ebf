// The folders in which plugins are searched, in order.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace etr::plugin {

struct PluginFolder {
  std::filesystem::path path;
  std::string origin;  ///< "--plugin-path", "ETR_PLUGIN_PATH" or "pipeline.toml:9:8".
  friend bool operator==(const PluginFolder& a, const PluginFolder& b) { return a.path == b.path; }
};

/// What search_path() needs to know.
struct FolderSources {
  std::vector<PluginFolder> pipeline;  ///< Of the pipeline file.
  std::vector<PluginFolder> flags;     ///< --plugin-path.
  const char* environment = nullptr;   ///< ETR_PLUGIN_PATH, folders separated by colons.
  std::filesystem::path installed;
};

struct SearchPath {
  std::vector<PluginFolder> folders;  ///< In the order in which they are searched.
  bool elevated = false;              ///< Only trusted files may be loaded, see trust.h.
  uid_t owner = 0;                    ///< Of the program.
  std::vector<std::string> notices;   ///< For the user: what was ignored.
};

/// Pipeline file, flags, environment, installed: in this order. An elevated run ignores the
/// environment, and reports it.
SearchPath search_path(const FolderSources& sources, bool elevated, uid_t owner);

}  // namespace etr::plugin
