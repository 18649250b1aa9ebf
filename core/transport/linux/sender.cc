#include "transport/linux/sender.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/errno_text.h"
#include "net/ip.h"
#include "transport/linux/send_through.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {
namespace {

/// Calls `send` (returns 0 or an errno), once more after a short wait if the socket's queue is
/// full.
template <typename Send>
absl::Status attempt(const base::FileDescriptor& fd, Send send) {
  constexpr int kRoomWithinMilliseconds = 10;
  int error = send();
  if (error == EAGAIN) {
    pollfd room{fd.get(), POLLOUT, 0};
    poll(&room, 1, kRoomWithinMilliseconds);
    error = send();
  }
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot send: ", base::errno_text(error)));
}

}  // namespace

SendMethod send_method(const KernelRoute& route, const NetworkInterface& link) {
  if (route.local || (link.flags & IFF_LOOPBACK) != 0) return SendMethod::kRaw;
  switch (link.type) {
    case ARPHRD_ETHER:
      return (link.flags & IFF_NOARP) != 0 ? SendMethod::kRaw : SendMethod::kNeighbour;
    case ARPHRD_NONE:
    case ARPHRD_RAWIP: return SendMethod::kPlain;
    default: return SendMethod::kRaw;
  }
}

absl::Status LinuxSender::send_link(std::uint32_t interface_index, Family family,
                                    const LinkAddress& to, Bytes ip_packet) {
  sockaddr_ll name{};
  name.sll_family = AF_PACKET;
  name.sll_protocol = htons(family == Family::kIpv4 ? ETH_P_IP : ETH_P_IPV6);
  name.sll_ifindex = static_cast<int>(interface_index);
  name.sll_halen = to.size;
  std::copy(to.octets.begin(), to.octets.end(), std::begin(name.sll_addr));
  const void* address = &name;
  return attempt(packet_, [&] {
    return sendto(packet_.get(), ip_packet.data(), ip_packet.size(), MSG_DONTWAIT,
                  static_cast<const sockaddr*>(address), sizeof name) < 0
               ? errno
               : 0;
  });
}

absl::Status LinuxSender::send_raw(std::uint32_t interface_index, const IpAddress& destination,
                                   Bytes ip_packet) {
  const base::FileDescriptor& fd = destination.family == Family::kIpv4 ? ipv4_ : ipv6_;
  const SocketAddress to(destination, 0, interface_index);
  return attempt(fd, [&] { return send_through(fd.get(), interface_index, to, ip_packet); });
}

void LinuxSender::nudge(std::uint32_t interface_index, const IpAddress& neighbour) {
  if (neighbour.family == Family::kIpv4) {
    // An unsolicited echo reply, which receivers ignore. The kernel fills in the source.
    constexpr std::array<std::uint8_t, 8> kEchoReply{0, 0, 0xff, 0xff};
    net::IpHeader header;
    header.destination = neighbour;
    header.protocol = net::kProtocolIcmp;
    header.ttl = 1;
    header.payload_length = kEchoReply.size();
    std::array<std::uint8_t, net::kIpv4HeaderSize + kEchoReply.size()> packet{};
    net::write_ip(header, packet);
    std::copy(kEchoReply.begin(), kEchoReply.end(), packet.begin() + net::kIpv4HeaderSize);
    send_through(ipv4_.get(), interface_index, SocketAddress(neighbour, 0), packet);
    return;
  }
  // A datagram to the discard port without the checksum that IPv6 demands (RFC 8200 section 8.1).
  constexpr std::uint16_t kDiscardPort = 9;
  const int on = 1;
  const base::FileDescriptor udp(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  setsockopt(udp.get(), IPPROTO_UDP, UDP_NO_CHECK6_TX, &on, sizeof on);
  setsockopt(udp.get(), IPPROTO_IPV6, IPV6_UNICAST_HOPS, &on, sizeof on);
  send_through(udp.get(), interface_index, SocketAddress(neighbour, kDiscardPort, interface_index),
               {});
}

}  // namespace etr::transport
