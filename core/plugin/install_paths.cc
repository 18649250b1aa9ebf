#include "plugin/install_paths.h"

#include <system_error>

namespace etr::plugin {

InstallPaths install_paths(const std::filesystem::path& program) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::canonical(program, error).parent_path();
  const std::filesystem::path data = (folder / ETR_BIN_TO_DATA).lexically_normal();
  std::filesystem::path plugins = (folder / ETR_BIN_TO_PLUGINS).lexically_normal();
  // The build tree.
  if (!std::filesystem::is_directory(plugins, error)) {
    plugins = (folder / "../plugins").lexically_normal();
  }
  return {plugins, data / "pipelines", data / "networks"};
}

}  // namespace etr::plugin
