// `etr plugins new`: a project for a new plugin, ready to build.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"

namespace etr::app {

/// Writes CMakeLists.txt, NAME_KIND.cc and a pipeline that uses it to `folder`, which must be empty
/// or not exist.
absl::Status write_project(const std::string& kind, const std::string& name,
                           const std::filesystem::path& folder);

}  // namespace etr::app
