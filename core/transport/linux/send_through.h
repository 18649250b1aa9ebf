// Sending a datagram through a given interface (ip(7) IP_PKTINFO, ipv6(7) IPV6_PKTINFO).
#pragma once

#include <cstdint>

#include "etr/wire.h"
#include "transport/linux/socket_address.h"

namespace etr::transport {

/// Like sendto(); `interface_index` 0 leaves the choice to the kernel. Returns 0 or an errno.
int send_through(int fd, std::uint32_t interface_index, const SocketAddress& to, Bytes bytes);

}  // namespace etr::transport
