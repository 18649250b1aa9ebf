// Gives up every privilege, for good, once the descriptors that need one are open.
//
// Capabilities belong to threads: this has to happen before the first thread is started, and before
// any input is read or any plugin is loaded. What was opened before keeps working.
#pragma once

#include <sys/types.h>

#include <optional>

#include "absl/status/statusor.h"

namespace etr::app {

/// What the program runs as from now on.
struct Privileges {
  /// The user behind sudo, or the caller of a setuid program, whom we became.
  std::optional<uid_t> became;
  /// Root itself: no capabilities, but still the owner of root's files. To be said once.
  bool still_root = false;
  /// The file, not the caller, brought the privileges (setuid, setgid or file capabilities): the
  /// caller must not decide what code runs.
  bool elevated = false;
};

/// Becomes the user that $SUDO_UID names if root runs us through sudo; drops all capabilities,
/// clears the bounding set where permitted, forbids new privileges, and checks the result. An error
/// means that some privilege is left: the program must end.
absl::StatusOr<Privileges> drop_privileges();

}  // namespace etr::app
