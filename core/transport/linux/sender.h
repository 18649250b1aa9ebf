// Sends whole IP packets: below the kernel's routing where that is possible, through it otherwise.
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

/// How packets of a flow are sent.
enum class SendMethod {
  kNeighbour,  ///< At link level, to the next hop's link-layer address.
  kPlain,      ///< At link level without addresses: tunnels that carry bare IP packets.
  kRaw,        ///< A raw IP socket; the kernel routes, and applies IPsec if it must.
};

SendMethod send_method(const KernelRoute& route, const NetworkInterface& link);

class LinuxSender {
 public:
  LinuxSender(base::FileDescriptor packet, base::FileDescriptor ipv4, base::FileDescriptor ipv6)
      : packet_(std::move(packet)), ipv4_(std::move(ipv4)), ipv6_(std::move(ipv6)) {}

  /// At link level; `to` is empty on links without addresses.
  absl::Status send_link(std::uint32_t interface_index, Family family, const LinkAddress& to,
                         Bytes ip_packet);
  /// Through the kernel's routing; bound to an interface unless that is 0.
  absl::Status send_raw(std::uint32_t interface_index, const IpAddress& destination,
                        Bytes ip_packet);

  /// Makes the kernel resolve or confirm a neighbour, which it does only for its own traffic: sends
  /// a packet that every receiver drops without an answer, since an ICMP error would count against
  /// the rate limit of the router that is probed next.
  void nudge(std::uint32_t interface_index, const IpAddress& neighbour);

 private:
  base::FileDescriptor packet_;
  base::FileDescriptor ipv4_;
  base::FileDescriptor ipv6_;
};

}  // namespace etr::transport
