// Drops every privilege, for good, once the descriptors that need one are open.
//
// Capabilities belong to threads, so this must happen before the first thread starts, and before
// any input is read or any plugin is loaded. Descriptors opened before keep working.
#pragma once

#include <sys/types.h>

#include <optional>

#include "absl/status/statusor.h"

namespace etr::app {

/// What the program runs as afterwards.
struct Privileges {
  /// The user who called sudo, or the caller of a setuid program, if the process changed to that
  /// user.
  std::optional<uid_t> became;
  /// Root itself: no capabilities, but still the owner of root's files. To be reported once.
  bool still_root = false;
  /// The privileges came from the file (setuid, setgid or file capabilities), not from the caller,
  /// who must not decide what code runs.
  bool elevated = false;
};

/// Makes CAP_NET_RAW effective where it is only permitted, as `setcap cap_net_raw+p` and some
/// service managers leave it. Does nothing without it: then opening the descriptors says so.
void raise_net_raw();

/// Changes to the user in $SUDO_UID if root runs etr through sudo; drops all capabilities, clears
/// the bounding set where permitted, forbids new privileges, and verifies the result. An error
/// means that some privilege is left: the program must end.
absl::StatusOr<Privileges> drop_privileges();

}  // namespace etr::app
