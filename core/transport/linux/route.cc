#include "transport/linux/route.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_format.h"
#include "base/errno_text.h"
#include "base/file_descriptor.h"
#include "etr/wire.h"
#include "net/ip.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {
namespace {

std::uint8_t family_number(Family family) { return family == Family::kIpv4 ? AF_INET : AF_INET6; }

/// Protocols whose ports the kernel uses in a route lookup.
bool has_ports(std::uint8_t protocol) {
  return protocol == net::kProtocolTcp || protocol == net::kProtocolUdp;
}

bool is_own_address(const IpAddress& address, std::uint32_t interface_index) {
  const base::FileDescriptor probe(
      socket(family_number(address.family), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const SocketAddress name(address, 0, interface_index);
  return !probe.is_open() || bind(probe.get(), name.get(), name.size()) == 0 ||
         errno != EADDRNOTAVAIL;
}

absl::Status lookup_error(int error, const Endpoints& endpoints, std::uint32_t interface_index) {
  const std::string destination = endpoints.destination.to_string();
  if (!endpoints.source.is_unspecified() && !is_own_address(endpoints.source, interface_index)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "source address %s is not one of this host's", endpoints.source.to_string()));
  }
  if (is_loopback(endpoints.source)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "source address %s is valid inside this host only, and %s is elsewhere: omit --source, or "
        "give an address of an interface",
        endpoints.source.to_string(), destination));
  }
  switch (error) {
    case ENETUNREACH: return absl::NotFoundError(absl::StrFormat("no route to %s", destination));
    case EHOSTUNREACH:
      return absl::NotFoundError(absl::StrFormat(
          "no route to %s: the routing table declares it unreachable", destination));
    case EACCES:
      return absl::NotFoundError(
          absl::StrFormat("no route to %s: the routing table prohibits it", destination));
    case EINVAL:
      return absl::NotFoundError(absl::StrFormat(
          "no route to %s: the routing table discards it (blackhole)", destination));
    default:
      return absl::UnavailableError(
          absl::StrFormat("no route to %s: %s", destination, base::errno_text(error)));
  }
}

/// The gateway, of the destination's family (RTA_GATEWAY) or any other (RTA_VIA).
std::optional<IpAddress> gateway(const NetlinkMessage& message) {
  if (const auto same_family = message.address(RTA_GATEWAY)) return same_family;
  const Bytes via = message.attribute(RTA_VIA);
  const std::size_t family_size = sizeof(rtvia{}.rtvia_family);
  return via.size() > family_size ? IpAddress::from_bytes(via.subspan(family_size)) : std::nullopt;
}

/// Usable by the kernel for sending (its NUD_VALID).
constexpr unsigned kUsable =
    NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;

}  // namespace

bool NetworkInterface::is_up() const { return (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0; }

NetworkInterface read_link(const NetlinkMessage& message) {
  const auto header = message.header<ifinfomsg>();
  NetworkInterface link;
  link.index = static_cast<std::uint32_t>(header.ifi_index);
  link.type = header.ifi_type;
  link.flags = header.ifi_flags;
  link.mtu = message.number(IFLA_MTU).value_or(0);
  const Bytes name = message.attribute(IFLA_IFNAME);
  link.name.assign(name.begin(), std::find(name.begin(), name.end(), std::uint8_t{0}));
  return link;
}

std::optional<Neighbour> read_neighbour(const NetlinkMessage& message) {
  const auto header = message.header<ndmsg>();
  const auto address = message.address(NDA_DST);
  if (!address) return std::nullopt;
  Neighbour neighbour{static_cast<std::uint32_t>(header.ndm_ifindex), *address, {}, false, false};
  const Bytes link_address = message.attribute(NDA_LLADDR);
  if (link_address.size() <= neighbour.link_address.octets.size()) {
    std::copy(link_address.begin(), link_address.end(), neighbour.link_address.octets.begin());
    neighbour.link_address.size = static_cast<std::uint8_t>(link_address.size());
  }
  neighbour.usable = message.type() == RTM_NEWNEIGH && (header.ndm_state & kUsable) != 0 &&
                     neighbour.link_address.size != 0;
  neighbour.stale = (header.ndm_state & NUD_STALE) != 0;
  return neighbour;
}

absl::StatusOr<LinuxRoutes> LinuxRoutes::open() {
  absl::StatusOr<NetlinkSocket> socket = NetlinkSocket::open();
  if (!socket.ok()) return socket.status();
  return LinuxRoutes(*std::move(socket));
}

absl::StatusOr<KernelRoute> LinuxRoutes::find(const Endpoints& endpoints,
                                              std::uint32_t interface_index) {
  rtmsg header{};
  header.rtm_family = family_number(endpoints.destination.family);
  header.rtm_dst_len = static_cast<std::uint8_t>(endpoints.destination.size() * 8);
  NetlinkRequest request(RTM_GETROUTE, 0, header);
  request.add(RTA_DST, endpoints.destination.bytes());
  if (!endpoints.source.is_unspecified()) request.add(RTA_SRC, endpoints.source.bytes());
  if (interface_index != 0) request.add_u32(RTA_OIF, interface_index);
  if (has_ports(endpoints.protocol)) {
    request.add_u8(RTA_IP_PROTO, endpoints.protocol)
        .add_port(RTA_SPORT, endpoints.source_port)
        .add_port(RTA_DPORT, endpoints.destination_port);
  }

  KernelRoute route;
  unsigned char type = RTN_UNSPEC;
  const int error = socket_.ask(request, [&](const NetlinkMessage& answer) {
    type = answer.header<rtmsg>().rtm_type;
    route.local = type == RTN_LOCAL;
    route.next_hop = gateway(answer).value_or(endpoints.destination);
    route.interface_index = answer.number(RTA_OIF).value_or(0);
    route.mtu = answer.nested_number(RTA_METRICS, RTAX_MTU);
    route.source = endpoints.source.is_unspecified()
                       ? answer.address(RTA_PREFSRC).value_or(endpoints.source)
                       : endpoints.source;
  });
  // For IPv6 the kernel does not check that the source address is this host's and may leave it.
  const bool foreign = endpoints.destination.family == Family::kIpv6 &&
                       !endpoints.source.is_unspecified() &&
                       (!is_own_address(endpoints.source, interface_index) ||
                        (is_loopback(endpoints.source) && !route.local));
  if (error != 0 || foreign) return lookup_error(error, endpoints, interface_index);
  if (type != RTN_UNICAST && type != RTN_LOCAL) {
    return absl::InvalidArgumentError(absl::StrFormat("%s is a broadcast or multicast address",
                                                      endpoints.destination.to_string()));
  }
  if (route.source.is_link_local() && endpoints.source.is_unspecified() &&
      !endpoints.destination.is_link_local()) {
    route.source = global_ipv6(route.interface_index).value_or(route.source);
  }
  if (route.source.is_unspecified()) {
    return absl::UnavailableError(absl::StrFormat(
        "no route to %s: this host has no %s address", endpoints.destination.to_string(),
        route.next_hop.family == Family::kIpv4 ? "IPv4" : "IPv6"));
  }
  return route;
}

absl::StatusOr<NetworkInterface> LinuxRoutes::link(std::uint32_t index) {
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(index);
  NetworkInterface link;
  const int error = socket_.ask(NetlinkRequest(RTM_GETLINK, 0, header),
                                [&](const NetlinkMessage& answer) { link = read_link(answer); });
  if (error == 0) return link;
  return absl::NotFoundError(absl::StrFormat("interface %d: %s", index, base::errno_text(error)));
}

absl::StatusOr<NetworkInterface> LinuxRoutes::link(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ) {
    return absl::InvalidArgumentError(absl::StrFormat("'%s' is not an interface name", name));
  }
  const std::uint32_t index = if_nametoindex(name.c_str());
  if (index == 0) return absl::NotFoundError(absl::StrFormat("no interface '%s'", name));
  return link(index);
}

std::optional<Neighbour> LinuxRoutes::neighbour(std::uint32_t interface_index,
                                                const IpAddress& address) {
  ndmsg header{};
  header.ndm_family = family_number(address.family);
  header.ndm_ifindex = static_cast<int>(interface_index);
  NetlinkRequest request(RTM_GETNEIGH, 0, header);
  request.add(NDA_DST, address.bytes());
  std::optional<Neighbour> found;
  socket_.ask(request, [&](const NetlinkMessage& answer) { found = read_neighbour(answer); });
  return found;
}

std::unordered_set<IpAddress> LinuxRoutes::own_addresses() {
  std::unordered_set<IpAddress> found;
  const ifaddrmsg any_family{};
  socket_.ask(NetlinkRequest(RTM_GETADDR, NLM_F_DUMP, any_family),
              [&](const NetlinkMessage& answer) {
                // On a point-to-point link IFA_ADDRESS is the peer's.
                const auto local = answer.address(IFA_LOCAL);
                const auto own = local ? local : answer.address(IFA_ADDRESS);
                if (own) found.insert(*own);
              });
  return found;
}

std::optional<IpAddress> LinuxRoutes::global_ipv6(std::uint32_t interface_index) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET6;
  std::optional<IpAddress> found;
  socket_.ask(NetlinkRequest(RTM_GETADDR, NLM_F_DUMP, header), [&](const NetlinkMessage& answer) {
    const auto entry = answer.header<ifaddrmsg>();
    const std::uint32_t flags = answer.number(IFA_FLAGS).value_or(entry.ifa_flags);
    constexpr std::uint32_t kUnfit = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;
    if (entry.ifa_scope != RT_SCOPE_UNIVERSE || (flags & kUnfit) != 0) return;
    if (!found || entry.ifa_index == interface_index) found = answer.address(IFA_ADDRESS);
  });
  return found;
}

}  // namespace etr::transport
