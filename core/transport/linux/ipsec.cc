#include "transport/linux/ipsec.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "base/file_descriptor.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {
namespace {

/// A router may announce a smaller MTU for IPv6 than the link has (RFC 4861 section 4.6.4).
bool is_announced_mtu(const NetworkInterface& link, int mtu) {
  std::ifstream file("/proc/sys/net/ipv6/conf/" + link.name + "/mtu");
  int announced = 0;
  return file >> announced && announced == mtu;
}

}  // namespace

bool ipsec_applies(const Endpoints& endpoints, const NetworkInterface& link, std::uint32_t mtu) {
  // Skips the check where the kernel cannot have policies.
  if (access("/proc/net/xfrm_stat", F_OK) != 0) return false;
  const bool ipv4 = endpoints.destination.family == Family::kIpv4;
  const base::FileDescriptor fd(socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return false;
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const SocketAddress source(endpoints.source, 0, link.index);
  const SocketAddress destination(endpoints.destination, endpoints.destination_port, link.index);
  if (bind(fd.get(), source.get(), source.size()) != 0) return false;
  if (connect(fd.get(), destination.get(), destination.size()) != 0) return errno == EPERM;
  int seen = 0;
  socklen_t size = sizeof seen;
  if (getsockopt(fd.get(), ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_MTU : IPV6_MTU, &seen,
                 &size) != 0) {
    return false;
  }
  return static_cast<std::uint32_t>(seen) != mtu && (ipv4 || !is_announced_mtu(link, seen));
}

}  // namespace etr::transport
