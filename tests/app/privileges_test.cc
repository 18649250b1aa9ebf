// Each test drops the privileges of a child process of its own; the test process keeps its own.
#include "app/privileges.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

#include "transport/linux/pcap_transport.h"
#include "transport/linux/raw_descriptors.h"

namespace etr::app {
namespace {

constexpr uid_t kUser = 65534;

/// Ends the child: 0 if `good`, else 1 with the reason.
#define REQUIRE(good)                             \
  do {                                            \
    if (!(good)) {                                \
      std::cerr << "failed: " #good << std::endl; \
      _exit(1);                                   \
    }                                             \
  } while (false)

std::string status_line(const std::string& key) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key + ":", 0) == 0) return line.substr(line.find_last_of('\t') + 1);
  }
  return "absent";
}

int socket_error(int family) { return socket(family, SOCK_RAW, 255) < 0 ? errno : 0; }

Privileges drop() {
  const absl::StatusOr<Privileges> dropped = drop_privileges();
  if (!dropped.ok()) {
    std::cerr << "failed: " << dropped.status() << std::endl;
    _exit(1);
  }
  return *dropped;
}

class PrivilegesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || socket_error(AF_PACKET) != 0) {
      GTEST_SKIP() << "needs root with its capabilities to have something to drop";
    }
    unsetenv("SUDO_UID");
    unsetenv("SUDO_GID");
  }
  /// Runs `body` in a child, in a network namespace of its own, and expects success.
  void in_child(const std::function<void()>& body) {
    EXPECT_EXIT(
        {
          REQUIRE(unshare(CLONE_NEWNET) == 0);
          body();
          _exit(0);
        },
        testing::ExitedWithCode(0), "");
  }
};

// Defect B9 of the Go etr, docs/compatibility.md.
TEST_F(PrivilegesTest, NoCapabilityIsLeftInAnySet) {
  in_child([] {
    drop();
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      REQUIRE(status_line(set) == "0000000000000000");
    }
    REQUIRE(status_line("NoNewPrivs") == "1");
  });
}

TEST_F(PrivilegesTest, NewRawAndPacketSocketsAreRefused) {
  in_child([] {
    drop();
    for (const int family : {AF_INET, AF_INET6, AF_PACKET}) REQUIRE(socket_error(family) == EPERM);
    const transport::RawDescriptors late = transport::open_raw_descriptors();
    REQUIRE(late.status.code() == absl::StatusCode::kPermissionDenied);
    const std::string message(late.status.message());
    REQUIRE(message.find("CAP_NET_RAW") != std::string::npos);
    REQUIRE(message.find("sudo setcap cap_net_raw+ep /") != std::string::npos);
  });
}

TEST_F(PrivilegesTest, OpenDescriptorsKeepSendingAndCapturing) {
  in_child([] {
    REQUIRE(std::system("ip link set lo up") == 0);
    setenv("SUDO_UID", std::to_string(kUser).c_str(), 1);
    setenv("SUDO_GID", std::to_string(kUser).c_str(), 1);
    transport::RawDescriptors descriptors = transport::open_raw_descriptors();
    REQUIRE(descriptors.status.ok());
    drop();
    auto made = transport::make_pcap_transport(std::move(descriptors));
    REQUIRE(made.ok());
    transport::Transport& network = **made;
    const IpAddress loopback = IpAddress::parse("127.0.0.1").value();
    const auto flow = network.open_flow({loopback, loopback, 253, 0, 0});
    REQUIRE(flow.ok());
    REQUIRE(network.start("ip proto 253").ok());
    // A bare IPv4 header; the kernel fills in length and checksum.
    const std::uint8_t packet[20] = {0x45, 0, 0,   20, 0, 1, 0,   0, 64, 253,
                                     0,    0, 127, 0,  0, 1, 127, 0, 0,  1};
    REQUIRE(network.send(*flow, packet).ok());
    network.wait(network.clock().now() + std::chrono::seconds(3));
    REQUIRE(network.receive([](const transport::ReceivedPacket&) {}, transport::kAllPackets) == 1);
  });
}

TEST_F(PrivilegesTest, BecomesTheSudoCallerForGood) {
  in_child([] {
    setenv("SUDO_UID", "65534", 1);
    setenv("SUDO_GID", "65533", 1);
    const Privileges now = drop();
    REQUIRE(now.became == kUser);
    REQUIRE(!now.still_root);
    uid_t real = 0, effective = 0, saved = 0;
    REQUIRE(getresuid(&real, &effective, &saved) == 0);
    REQUIRE(real == kUser && effective == kUser && saved == kUser);
    gid_t real_group = 0, effective_group = 0, saved_group = 0;
    REQUIRE(getresgid(&real_group, &effective_group, &saved_group) == 0);
    REQUIRE(real_group == 65533 && effective_group == 65533 && saved_group == 65533);
    gid_t groups[64];
    const int count = getgroups(64, groups);
    for (int i = 0; i < count; ++i) REQUIRE(groups[i] != 0);
    REQUIRE(prctl(PR_GET_DUMPABLE) == 0);
    REQUIRE(setuid(0) != 0);
  });
}

TEST_F(PrivilegesTest, UnknownSudoCallerNeedsAGroup) {
  in_child([] {
    setenv("SUDO_UID", "3999999999", 1);
    REQUIRE(!drop_privileges().ok());
    setenv("SUDO_GID", "3999999999", 1);
    REQUIRE(drop().became == 3999999999U);
    REQUIRE(getgroups(0, nullptr) == 1);
  });
}

TEST_F(PrivilegesTest, RootWithoutSudoStaysRootAndReportsIt) {
  in_child([] {
    const Privileges now = drop();
    REQUIRE(now.still_root);
    REQUIRE(!now.became);
    REQUIRE(!now.elevated);
  });
  in_child([] {
    setenv("SUDO_UID", "0", 1);  // Root called sudo.
    REQUIRE(drop().still_root);
  });
}

TEST_F(PrivilegesTest, RefusesSudoVariablesThatAreNotIds) {
  for (const char* text : {"", "root", "-1", "4294967295", "4294967296", "1000 ", "0x10", " 1"}) {
    in_child([text] {
      setenv("SUDO_UID", text, 1);
      const absl::StatusOr<Privileges> refused = drop_privileges();
      REQUIRE(!refused.ok());
      REQUIRE(refused.status().message().find("SUDO_UID") != absl::string_view::npos);
    });
  }
}

TEST_F(PrivilegesTest, ACapabilityThatIsOnlyPermittedIsRaisedAndDropped) {
  in_child([] {
    // Root's capabilities stay permitted for a plain user, but are not effective.
    REQUIRE(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
    REQUIRE(setgroups(0, nullptr) == 0 && setresgid(kUser, kUser, kUser) == 0);
    REQUIRE(setresuid(kUser, kUser, kUser) == 0);
    REQUIRE(socket_error(AF_PACKET) == EPERM);
    raise_net_raw();
    REQUIRE(status_line("CapEff") == "0000000000002000");
    REQUIRE(transport::open_raw_descriptors().status.ok());
    drop();
    REQUIRE(status_line("CapPrm") == "0000000000000000");
    REQUIRE(socket_error(AF_PACKET) == EPERM);
  });
}

TEST_F(PrivilegesTest, RaisesNothingThatIsNotPermitted) {
  in_child([] {
    REQUIRE(setgroups(0, nullptr) == 0 && setresgid(kUser, kUser, kUser) == 0);
    REQUIRE(setresuid(kUser, kUser, kUser) == 0);
    raise_net_raw();
    REQUIRE(status_line("CapEff") == "0000000000000000");
    REQUIRE(socket_error(AF_PACKET) == EPERM);
  });
}

TEST_F(PrivilegesTest, CapabilitiesOfAPlainUserAreDropped) {
  in_child([] {
    // As a file capability leaves it: a plain user with some capabilities.
    REQUIRE(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
    REQUIRE(setgroups(0, nullptr) == 0 && setresgid(kUser, kUser, kUser) == 0);
    REQUIRE(setresuid(kUser, kUser, kUser) == 0);
    setenv("SUDO_UID", "0", 1);  // Not root: of no concern.
    const Privileges now = drop();
    REQUIRE(!now.still_root && !now.became);
    REQUIRE(status_line("CapPrm") == "0000000000000000");
    REQUIRE(socket_error(AF_PACKET) == EPERM);
  });
}

TEST_F(PrivilegesTest, SucceedsWithoutPrivileges) {
  in_child([] {
    REQUIRE(setgroups(0, nullptr) == 0 && setresgid(kUser, kUser, kUser) == 0);
    REQUIRE(setresuid(kUser, kUser, kUser) == 0);
    const Privileges now = drop();
    REQUIRE(!now.became && !now.still_root);
    REQUIRE(getuid() == kUser);
  });
}

}  // namespace
}  // namespace etr::app
