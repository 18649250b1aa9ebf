// Puts whole IP packets on the wire: below the kernel's routing where that is possible, through it
// where it is not.
#pragma once

#include <linux/if_packet.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "base/file_descriptor.h"
#include "etr/ip_address.h"
#include "etr/wire.h"
#include "transport/linux/route.h"

namespace etr::transport {

/// How packets of a flow can be sent.
enum class SendMethod {
  kNeighbour,  ///< NetworkInterface level, to the link address of the next hop.
  kPlain,  ///< NetworkInterface level without addresses: tunnels that carry IP packets as they are.
  kRaw,    ///< A raw IP socket; the kernel routes, and transforms (IPsec) if it must.
};

SendMethod send_method(const KernelRoute& route, const NetworkInterface& link);

class LinuxSender {
 public:
  LinuxSender(base::FileDescriptor packet, base::FileDescriptor ipv4, base::FileDescriptor ipv6)
      : packet_(std::move(packet)), ipv4_(std::move(ipv4)), ipv6_(std::move(ipv6)) {}

  /// NetworkInterface level; `to` empty on links without addresses.
  absl::Status send_link(std::uint32_t interface_index, Family family, const LinkAddress& to,
                         Bytes ip_packet);
  /// Through the kernel's routing, pinned to an interface unless that is 0.
  absl::Status send_raw(std::uint32_t interface_index, const IpAddress& destination,
                        Bytes ip_packet);

  /// Makes the kernel resolve or confirm a neighbour, which it does only to send there itself:
  /// sends something that any receiver drops without an answer, since an ICMP error would count
  /// against the limit of the very router that is to be probed next.
  void nudge(std::uint32_t interface_index, const IpAddress& neighbour);

 private:
  base::FileDescriptor packet_;
  base::FileDescriptor ipv4_;
  base::FileDescriptor ipv6_;
};

}  // namespace etr::transport
