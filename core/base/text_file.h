// Reads a whole file that a person wrote: a pipeline or a topology.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace etr::base {

/// The file's text; `kind` names what it should be ("pipeline"). Errors name the file and the
/// reason. Ends on whatever the name leads to: a FIFO that nobody writes to is an empty file, and
/// what does not end is refused for its size. The shell's <(command) works.
absl::StatusOr<std::string> read_text_file(const std::filesystem::path& file,
                                           std::string_view kind);

}  // namespace etr::base
