#include "plugin/install_paths.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace etr::plugin {

namespace {

namespace fs = std::filesystem;

InstallPaths paths_of(const fs::path& plugins, const fs::path& data) {
  return {plugins, data / "pipelines", data / "networks", ""};
}

InstallPaths prefix_of_build(const std::string& reason) {
  InstallPaths paths = paths_of(ETR_PLUGINS, ETR_DATA);
  paths.fallback = "the prefix of this build, since " + reason;
  return paths;
}

}  // namespace

absl::Status InstallPaths::explain(const absl::Status& error) const {
  if (fallback.empty() || !absl::IsNotFound(error)) return error;
  return absl::NotFoundError(absl::StrCat(std::string(error.message()), " (looked in ", fallback,
                                          "): install etr, or run it from its own tree"));
}

InstallPaths install_paths(const fs::path& program) {
  std::error_code error;
  const fs::path file = fs::canonical(program, error);
  if (error) return prefix_of_build(program.string() + " cannot be read: " + error.message());
  const fs::path folder = file.parent_path();
  const fs::path data = (folder / ETR_BIN_TO_DATA).lexically_normal();
  if (!fs::is_directory(data, error)) {
    return prefix_of_build("there is no " + data.string() + " beside " + file.string());
  }
  fs::path plugins = (folder / ETR_BIN_TO_PLUGINS).lexically_normal();
  // The build tree.
  if (!fs::is_directory(plugins, error)) plugins = (folder / "../plugins").lexically_normal();
  return paths_of(plugins, data);
}

}  // namespace etr::plugin
