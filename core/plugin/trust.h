// Which files a process with more rights than its user may load code from.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "absl/status/status.h"

namespace etr::plugin {

/// True if the kernel started this process with more rights than its user has (setuid, setgid, file
/// capabilities): its environment and arguments are then somebody else's wishes.
bool is_elevated();

/// Owner of the running program's file; 0 if that cannot be told.
uid_t program_owner();

/// In an elevated run a library is loaded only if it and every folder above it belong to root or
/// `owner` and can be written by nobody else. The error names the file or folder and the reason.
/// `file` is an absolute path without links.
absl::Status check_trusted(const std::filesystem::path& file, uid_t owner);

}  // namespace etr::plugin
