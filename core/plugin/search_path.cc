#include "plugin/search_path.h"

#include <sstream>

namespace etr::plugin {

SearchPath search_path(const FolderSources& sources, bool elevated, uid_t owner) {
  SearchPath path;
  path.elevated = elevated;
  path.owner = owner;
  path.folders = sources.pipeline;
  path.folders.insert(path.folders.end(), sources.flags.begin(), sources.flags.end());
  if (sources.environment != nullptr && *sources.environment != '\0') {
    if (elevated) {
      path.notices.emplace_back(
          "ETR_PLUGIN_PATH is ignored: this program runs with raised privileges");
    } else {
      std::istringstream folders(sources.environment);
      for (std::string folder; std::getline(folders, folder, ':');) {
        if (!folder.empty()) path.folders.push_back({folder, "ETR_PLUGIN_PATH"});
      }
    }
  }
  path.folders.push_back({sources.installed, "installed"});
  return path;
}

}  // namespace etr::plugin
