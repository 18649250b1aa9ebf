// Whether IPsec policies of this host (xfrm) apply to a flow. What is sent at link level passes
// them by, so such flows must be sent by the kernel.
#pragma once

#include "transport/linux/route.h"
#include "transport/transport.h"

namespace etr::transport {

/// Policies may be read by administrators only, but their effect shows to anybody: a connected
/// socket's path MTU is not that of the route, or it may not be connected at all. `mtu` is the
/// route's. Not seen: policies for TCP alone, or for single ports.
bool ipsec_applies(const Endpoints& endpoints, const NetworkInterface& link, std::uint32_t mtu);

}  // namespace etr::transport
