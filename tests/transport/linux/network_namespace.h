// Network namespaces for tests. They have no name: the kernel removes them after the last test that
// uses them, even after a crash.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>

#include "base/file_descriptor.h"

namespace etr::transport {

/// A network namespace; `lo` is up.
class NetworkNamespace {
 public:
  /// None.
  NetworkNamespace() = default;
  /// The namespace of the calling thread.
  static NetworkNamespace current() {
    return NetworkNamespace(
        base::FileDescriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)));
  }
  /// Creates one and enters it. Not open if that is not permitted.
  static NetworkNamespace make() {
    if (unshare(CLONE_NEWNET) != 0) return {};
    NetworkNamespace made = current();
    made.ip("link set lo up");
    return made;
  }

  bool is_open() const { return fd_.is_open(); }
  void enter() const { ASSERT_EQ(0, setns(fd_.get(), CLONE_NEWNET)) << std::strerror(errno); }

  /// Runs `ip ARGUMENTS` in this namespace, and stays in it.
  void ip(const std::string& arguments) const { run("ip " + arguments); }
  void set(const std::string& sysctl, const std::string& value) const {
    run("sysctl -qw " + sysctl + "=" + value);
  }
  void run(const std::string& command) const {
    ASSERT_NO_FATAL_FAILURE(enter());
    ASSERT_EQ(0, std::system(command.c_str())) << command;
  }
  /// For `ip link set X netns HERE`.
  std::string path() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_.get());
  }

 private:
  explicit NetworkNamespace(base::FileDescriptor fd) : fd_(std::move(fd)) {}

  base::FileDescriptor fd_;
};

/// Two namespaces joined by a veth pair: a host (where the test runs) and a router.
///   host veth0 10.9.0.1/24 fd00:9::1/64  --  10.9.0.2/24 fd00:9::2/64 veth1 router
class VethTest : public testing::Test {
 protected:
  void SetUp() override {
    router_ = NetworkNamespace::make();
    if (router_.is_open()) host_ = NetworkNamespace::make();
    if (!host_.is_open()) GTEST_SKIP() << "network namespaces are not permitted here";
    add_pair("veth0", "veth1", 9);
    host_.enter();
  }
  void TearDown() override {
    if (host_.is_open()) outside_.enter();
  }

  /// Joins host and router; `number` goes into addresses and link addresses.
  void add_pair(const std::string& here, const std::string& there, int number) {
    const std::string n = std::to_string(number);
    const std::string mac = number < 10 ? "0" + n : n;
    host_.ip("link add " + here + " address 02:00:00:00:" + mac + ":01 type veth peer name " +
             there + " address 02:00:00:00:" + mac + ":02");
    host_.ip("link set " + there + " netns " + router_.path());
    for (const auto& [space, device, last] :
         {std::tuple{&host_, here, "1"}, std::tuple{&router_, there, "2"}}) {
      space->ip("link set " + device + " up");
      space->ip("address add 10." + n + ".0." + last + "/24 dev " + device);
      space->ip("address add fd00:" + n + "::" + last + "/64 dev " + device + " nodad");
    }
    host_.enter();
  }

  NetworkNamespace outside_ = NetworkNamespace::current();
  NetworkNamespace router_;
  NetworkNamespace host_;
};

}  // namespace etr::transport
