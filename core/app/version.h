// The version of this build.
#pragma once

#include <string_view>

namespace etr::app {

/// "0.1.0", or "development build".
std::string_view version();
/// The line of `etr --version`, without its newline.
std::string_view version_line();

}  // namespace etr::app
