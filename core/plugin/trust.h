// From which files a process with more rights than its user may load code.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "absl/status/status.h"

namespace etr::plugin {

/// True if the kernel started this process with more rights than its user has (setuid, setgid, file
/// capabilities): its environment and arguments then come from a less privileged user.
bool is_elevated();

/// Owner of the running program's file; 0 if unknown.
uid_t program_owner();

/// In an elevated run a library is loaded only if it and every folder above it belong to root or
/// `owner` and no other user can write to them. The error names the file or folder and the reason.
/// `file` is an absolute path without links.
absl::Status check_trusted(const std::filesystem::path& file, uid_t owner);

}  // namespace etr::plugin
