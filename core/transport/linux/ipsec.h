// Whether IPsec policies of this host (xfrm) apply to a flow. Packets sent at link level bypass
// them, so such flows must be sent by the kernel.
#pragma once

#include "transport/linux/route.h"
#include "transport/transport.h"

namespace etr::transport {

/// Reading policies needs CAP_NET_ADMIN; their effect is visible to any process: a connected
/// socket's path MTU differs from the route's, or connect() fails. `mtu` is the route's. Not
/// detected: policies for TCP alone, or for single ports.
bool ipsec_applies(const Endpoints& endpoints, const NetworkInterface& link, std::uint32_t mtu);

}  // namespace etr::transport
