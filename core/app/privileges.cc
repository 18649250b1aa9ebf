#include "app/privileges.h"

#include <cap-ng.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/str_format.h"

namespace etr::app {
namespace {

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;  ///< Empty: not in the user database, no supplementary groups.
};

absl::Status failure(const char* step) {
  return absl::InternalError(
      absl::StrFormat("cannot give up privileges: %s: %s", step, std::strerror(errno)));
}

absl::StatusOr<id_t> parse_id(const char* variable, std::string_view text) {
  id_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  // The largest value means "leave unchanged" in the calls that set ids.
  if (error != std::errc() || end != text.data() + text.size() || text.empty() ||
      id == std::numeric_limits<id_t>::max()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "cannot give up privileges: %s is '%s', which is not a user or group id", variable, text));
  }
  return id;
}

/// The user who called sudo; empty without sudo, or if root called it.
absl::StatusOr<std::optional<Identity>> sudo_caller() {
  const char* user_text = std::getenv("SUDO_UID");
  if (user_text == nullptr) return std::nullopt;
  const absl::StatusOr<id_t> user = parse_id("SUDO_UID", user_text);
  if (!user.ok()) return user.status();
  if (*user == 0) return std::nullopt;

  Identity caller;
  caller.user = *user;
  const passwd* entry = getpwuid(caller.user);
  if (entry != nullptr) {
    caller.name = entry->pw_name;
    caller.group = entry->pw_gid;
  }
  if (const char* group_text = std::getenv("SUDO_GID"); group_text != nullptr) {
    const absl::StatusOr<id_t> group = parse_id("SUDO_GID", group_text);
    if (!group.ok()) return group.status();
    caller.group = *group;
  } else if (entry == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "cannot give up privileges: user %d is unknown and SUDO_GID is not set", caller.user));
  }
  return caller;
}

absl::Status become(const Identity& identity) {
  const int groups = identity.name.empty() ? setgroups(1, &identity.group)
                                           : initgroups(identity.name.c_str(), identity.group);
  if (groups != 0) return failure("setgroups");
  if (setresgid(identity.group, identity.group, identity.group) != 0) return failure("setresgid");
  if (setresuid(identity.user, identity.user, identity.user) != 0) return failure("setresuid");
  // No process of that user may take over our open sockets with a debugger. The kernel has already
  // seen to it; this call states that we rely on it.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failure("PR_SET_DUMPABLE");
  return absl::OkStatus();
}

/// In a setuid or setgid program: back to the caller, whose supplementary groups never changed.
absl::Status become_caller() {
  if (setresgid(getgid(), getgid(), getgid()) != 0) return failure("setresgid");
  if (setresuid(getuid(), getuid(), getuid()) != 0) return failure("setresuid");
  return absl::OkStatus();
}

absl::Status clear_bounding_set() {
  if (capng_get_caps_process() != 0) return failure("read capabilities");
  // Without CAP_SETPCAP, as with a file capability for the network alone, the bounding set cannot
  // be changed. It need not be: it bounds what a later exec may gain, which PR_SET_NO_NEW_PRIVS
  // forbids.
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 0) return absl::OkStatus();
  capng_clear(CAPNG_SELECT_BOUNDS);
  if (capng_apply(CAPNG_SELECT_BOUNDS) != 0) return failure("clear the bounding set");
  return absl::OkStatus();
}

absl::Status clear_capabilities() {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return failure("clear the ambient set");
  }
  capng_clear(CAPNG_SELECT_CAPS);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return failure("drop capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("PR_SET_NO_NEW_PRIVS");
  return absl::OkStatus();
}

/// Verifies the result: asks the kernel, and tries.
absl::Status check(const Privileges& privileges) {
  const auto left = [](const char* what) {
    return absl::InternalError(absl::StrFormat("cannot give up privileges: still has %s", what));
  };
  if (capng_get_caps_process() != 0) return failure("read capabilities");
  if (capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE) return left("capabilities");
  if (privileges.became && (getuid() != *privileges.became || geteuid() != *privileges.became ||
                            setresuid(0, 0, 0) == 0)) {
    return left("a way back to root");
  }
  for (const int family : {AF_PACKET, AF_INET}) {
    const int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, 255);
    if (fd < 0) continue;
    close(fd);
    return left("raw sockets");
  }
  return absl::OkStatus();
}

}  // namespace

void raise_net_raw() {
  if (capng_get_caps_process() != 0) return;
  if (capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW) == 0) return;
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_RAW) != 0) return;
  capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, CAP_NET_RAW);
  capng_apply(CAPNG_SELECT_CAPS);
}

absl::StatusOr<Privileges> drop_privileges() {
  Privileges privileges;
  privileges.elevated = getauxval(AT_SECURE) != 0;
  if (const absl::Status status = clear_bounding_set(); !status.ok()) return status;
  if (getuid() != geteuid() || getgid() != getegid()) {
    if (const absl::Status status = become_caller(); !status.ok()) return status;
    if (getuid() != 0) privileges.became = getuid();
  } else if (geteuid() == 0 && !privileges.elevated) {
    const absl::StatusOr<std::optional<Identity>> caller = sudo_caller();
    if (!caller.ok()) return caller.status();
    if (*caller) {
      if (const absl::Status status = become(**caller); !status.ok()) return status;
      privileges.became = (*caller)->user;
    }
  }
  if (const absl::Status status = clear_capabilities(); !status.ok()) return status;
  privileges.still_root = geteuid() == 0;
  if (const absl::Status status = check(privileges); !status.ok()) return status;
  return privileges;
}

}  // namespace etr::app
