// Templates for `etr plugins new`. Words between @ are replaced.
#pragma once

#include <string_view>

#include "etr/abi.h"

namespace etr::app {

inline constexpr std::string_view kProjectTemplate = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)
find_package(etr REQUIRED)
etr_add_plugin(@NAME@ @SOURCE@)

# The contract as a test: ctest --output-on-failure
enable_testing()
add_test(NAME conformance COMMAND ${ETR_PROGRAM} plugins check $<TARGET_FILE:@NAME@>)
)";

inline constexpr std::string_view kPipelineTemplate = R"(# Try the plugin:
#   cmake -B build && cmake --build build && etr --pipeline ./pipeline.toml HOST
@USES@
[plugins]
path = ["build/plugins"]
)";

/// A complete small plugin of one kind.
std::string_view source_template(PluginKind kind);

}  // namespace etr::app
