#include "transport/linux/port_reservation.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>

#include "absl/strings/str_format.h"
#include "base/errno_text.h"
#include "net/ip.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {
namespace {

/// Descriptors left to sinks, view and resolver, which are opened after the ports.
constexpr std::uint64_t kSpare = 32;

absl::Status refusal(int error, const IpAddress& address, std::uint8_t protocol,
                     std::uint16_t port) {
  const std::string text = absl::StrFormat("source port %d/%s on %s: %s", port,
                                           protocol == net::kProtocolTcp ? "tcp" : "udp",
                                           address.to_string(), base::errno_text(error));
  switch (error) {
    case EADDRINUSE: return absl::AlreadyExistsError(text);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return absl::ResourceExhaustedError(text);
    case EACCES:
    case EPERM: return absl::PermissionDeniedError(text);
    default: return absl::FailedPreconditionError(text);
  }
}

/// Binding to a link-local address needs an interface, which is not known here: the port is taken
/// on all addresses instead.
IpAddress bound_address(const IpAddress& address) {
  return address.is_link_local() ? IpAddress{Family::kIpv6, {}} : address;
}

}  // namespace

absl::Status PortReservation::reserve(const IpAddress& address, std::uint8_t protocol,
                                      std::uint16_t port) {
  if (protocol != net::kProtocolTcp && protocol != net::kProtocolUdp) return absl::OkStatus();
  const IpAddress bound = bound_address(address);
  const Key key{bound, protocol, port};
  if (const auto held = held_.find(key); held != held_.end()) {
    ++held->second.users;
    return absl::OkStatus();
  }
  const std::uint64_t limit = descriptor_limit();
  const int type = protocol == net::kProtocolTcp ? SOCK_STREAM : SOCK_DGRAM;
  base::FileDescriptor fd(
      socket(address.family == Family::kIpv4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return refusal(errno, address, protocol, port);
  // It has the lowest number that was free.
  if (static_cast<std::uint64_t>(fd.get()) + kSpare >= limit) {
    return refusal(EMFILE, address, protocol, port);
  }
  // Answers of an open UDP service queue up here unread: keep as few as the kernel allows.
  const int smallest = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  if (bound != address) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  const SocketAddress name(bound, port);
  if (bind(fd.get(), name.get(), name.size()) != 0) return refusal(errno, address, protocol, port);
  held_.emplace(key, Held{std::move(fd), 1});
  return absl::OkStatus();
}

void PortReservation::release(const IpAddress& address, std::uint8_t protocol, std::uint16_t port) {
  const auto held = held_.find(Key{bound_address(address), protocol, port});
  if (held != held_.end() && --held->second.users == 0) held_.erase(held);
}

/// Raises the soft limit to the hard one, once.
std::uint64_t PortReservation::descriptor_limit() {
  if (limit_) return *limit_;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = RLIM_INFINITY;
  if (limit.rlim_cur != limit.rlim_max) {
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  limit_ = limit.rlim_cur;
  return *limit_;
}

}  // namespace etr::transport
