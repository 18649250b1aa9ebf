// `etr plugins new`: a project for a plugin of one's own, ready to build.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"

namespace etr::app {

/// Writes CMakeLists.txt, NAME_KIND.cc and a pipeline that uses it to `folder`, which must not
/// exist or be empty.
absl::Status write_project(const std::string& kind, const std::string& name,
                           const std::filesystem::path& folder);

}  // namespace etr::app
