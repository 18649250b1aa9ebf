// Reads a whole text file written by a user: a pipeline or a topology.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace etr::base {

/// The file's text; `kind` names what it should be ("pipeline"). Errors name the file and the
/// reason. Always returns: a FIFO without a writer reads as an empty file, and an endless file is
/// refused for its size. The shell's <(command) works.
absl::StatusOr<std::string> read_text_file(const std::filesystem::path& file,
                                           std::string_view kind);

}  // namespace etr::base
