#include "transport/linux/port_reservation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/file_descriptor.h"
#include "etr/ip_address.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

class PortReservationTest : public testing::TestWithParam<std::tuple<const char*, int>> {
 protected:
  IpAddress address() const { return IpAddress::parse(std::get<0>(GetParam())).value(); }
  std::uint8_t protocol() const { return std::get<1>(GetParam()) == SOCK_STREAM ? kTcp : kUdp; }
  int family() const { return address().family == Family::kIpv4 ? AF_INET : AF_INET6; }

  base::FileDescriptor other_socket() const {
    return base::FileDescriptor(socket(family(), std::get<1>(GetParam()) | SOCK_CLOEXEC, 0));
  }
  /// The result of another socket's bind(): 0 or an errno.
  int bind_other(const base::FileDescriptor& fd, std::uint16_t port) const {
    const SocketAddress name(address(), port);
    return bind(fd.get(), name.get(), name.size()) == 0 ? 0 : errno;
  }
  /// A port that is free now.
  std::uint16_t free_port() const {
    const base::FileDescriptor fd = other_socket();
    EXPECT_EQ(0, bind_other(fd, 0));
    sockaddr_in6 name{};
    socklen_t size = sizeof name;
    void* place = &name;
    EXPECT_EQ(0, getsockname(fd.get(), static_cast<sockaddr*>(place), &size));
    return ntohs(name.sin6_port);  // Where sockaddr_in has it, too.
  }
};

TEST_P(PortReservationTest, ReservedPortIsRefusedToOthersUntilTheEnd) {
  const std::uint16_t port = free_port();
  const base::FileDescriptor other = other_socket();
  const int on = 1;
  setsockopt(other.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  {
    PortReservation reservation;
    ASSERT_TRUE(reservation.reserve(address(), protocol(), port).ok());
    EXPECT_EQ(EADDRINUSE, bind_other(other, port));
  }
  EXPECT_EQ(0, bind_other(other, port));
}

TEST_P(PortReservationTest, ReportsThePortOfAnotherSocketAsTaken) {
  const std::uint16_t port = free_port();
  const base::FileDescriptor other = other_socket();
  ASSERT_EQ(0, bind_other(other, port));
  PortReservation reservation;
  const absl::Status refused = reservation.reserve(address(), protocol(), port);
  EXPECT_EQ(refused.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr(std::to_string(port)));
}

TEST_P(PortReservationTest, IsHeldUntilEveryUserHasReleasedIt) {
  const std::uint16_t port = free_port();
  const base::FileDescriptor other = other_socket();
  PortReservation reservation;
  EXPECT_TRUE(reservation.reserve(address(), protocol(), port).ok());
  EXPECT_TRUE(reservation.reserve(address(), protocol(), port).ok());
  reservation.release(address(), protocol(), port);
  EXPECT_EQ(EADDRINUSE, bind_other(other, port));
  reservation.release(address(), protocol(), port);
  EXPECT_EQ(0, bind_other(other, port));
  reservation.release(address(), protocol(), port);  // One too many is harmless.
}

INSTANTIATE_TEST_SUITE_P(All, PortReservationTest,
                         testing::Combine(testing::Values("127.0.0.1", "::1"),
                                          testing::Values(SOCK_STREAM, SOCK_DGRAM)));

// One program may trace on two links, whose own link-local addresses differ.
TEST(PortReservation, LinkLocalAddressesShareAPort) {
  PortReservation reservation;
  const IpAddress here = IpAddress::parse("fe80::1").value();
  const IpAddress there = IpAddress::parse("fe80::2").value();
  constexpr std::uint16_t kPort = 50123;
  ASSERT_TRUE(reservation.reserve(here, kUdp, kPort).ok());
  EXPECT_TRUE(reservation.reserve(there, kUdp, kPort).ok());
  reservation.release(here, kUdp, kPort);
  PortReservation other;
  EXPECT_EQ(other.reserve(here, kUdp, kPort).code(), absl::StatusCode::kAlreadyExists);
  reservation.release(there, kUdp, kPort);
  EXPECT_TRUE(other.reserve(here, kUdp, kPort).ok());
}

TEST(PortReservation, RaisesTheSoftLimitAndReportsTheHardOne) {
  rlimit before{};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
  rlimit low = before;
  low.rlim_cur = 32;
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &low));
  const IpAddress loopback = IpAddress::parse("127.0.0.1").value();
  {
    PortReservation reservation;
    int held = 0;
    for (std::uint16_t port = 20000; held < 64; ++port) {
      const absl::Status status = reservation.reserve(loopback, kUdp, port);
      ASSERT_NE(status.code(), absl::StatusCode::kResourceExhausted) << status;
      if (status.ok()) ++held;
    }
  }
  {
    PortReservation reservation;
    ASSERT_TRUE(reservation.reserve(loopback, kUdp, 20999).ok());  // Raises the limit,
    ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &low));                  // which is now the end.
    absl::Status status;
    for (std::uint16_t port = 20000; port < 20100; ++port) {
      status = reservation.reserve(loopback, kUdp, port);
      if (status.code() == absl::StatusCode::kResourceExhausted) break;
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  }
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
}

TEST(PortReservation, LeavesDescriptorsToTheRestOfTheProgram) {
  // A child, since a hard limit cannot be raised again.
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit low{64, 64};
    PortReservation reservation;
    absl::Status status = absl::FailedPreconditionError("no limit");
    if (setrlimit(RLIMIT_NOFILE, &low) == 0) status = absl::OkStatus();
    const IpAddress loopback = IpAddress::parse("127.0.0.1").value();
    for (std::uint16_t port = 20000; port < 20100; ++port) {
      status = reservation.reserve(loopback, kUdp, port);
      if (status.code() == absl::StatusCode::kResourceExhausted) break;
    }
    const bool refused = status.code() == absl::StatusCode::kResourceExhausted;
    const int next = dup(STDIN_FILENO);
    _exit(refused && next >= 0 && next < 64 - 16 ? 0 : 1);
  }
  int ended = 0;
  ASSERT_EQ(child, waitpid(child, &ended, 0));
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

TEST(PortReservation, ProtocolsWithoutPortsNeedNone) {
  PortReservation reservation;
  EXPECT_TRUE(reservation.reserve(IpAddress::parse("127.0.0.1").value(), 1, 7).ok());
}

}  // namespace
}  // namespace etr::transport
