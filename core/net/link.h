// Link-layer headers of captures: from a captured frame to the IP packet in it.
#pragma once

#include <cstdint>
#include <optional>

#include "etr/wire.h"

namespace etr::net {

/// Values of libpcap's DLT_ constants that we read.
enum class LinkType : int { kEthernet = 1, kRaw = 12, kLinuxSll2 = 276 };

struct LinkFrame {
  std::uint32_t interface_index = 0;  ///< From SLL2; 0 if the link type does not carry one.
  bool outgoing = false;              ///< SLL2 packet type 4: sent by this host.
  Bytes ip;                           ///< Borrowed; starts at the IP header.
};

/// Empty: truncated, or neither IPv4 nor IPv6.
std::optional<LinkFrame> parse_link(LinkType type, Bytes frame);

}  // namespace etr::net
