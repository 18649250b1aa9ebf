#include "plugin/trust.h"

#include <sys/auxv.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"

namespace etr::plugin {

bool is_elevated() { return getauxval(AT_SECURE) != 0; }

uid_t program_owner() {
  struct stat status {};
  return stat("/proc/self/exe", &status) == 0 ? status.st_uid : 0;
}

absl::Status check_trusted(const std::filesystem::path& file, uid_t owner) {
  for (std::filesystem::path path = file;; path = path.parent_path()) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
      return absl::PermissionDeniedError(
          absl::StrFormat("%s: %s", path.string(), std::strerror(errno)));
    }
    if (status.st_uid != 0 && status.st_uid != owner) {
      return absl::PermissionDeniedError(absl::StrFormat(
          "%s: not loaded with raised privileges: %s belongs to uid %d, not to root or the "
          "program's owner",
          file.string(), path.string(), status.st_uid));
    }
    if (S_ISLNK(status.st_mode) || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
      return absl::PermissionDeniedError(absl::StrFormat(
          "%s: not loaded with raised privileges: %s can be written by others (mode %04o)",
          file.string(), path.string(), status.st_mode & 07777U));
    }
    if (path == path.root_path()) return absl::OkStatus();
  }
}

}  // namespace etr::plugin
