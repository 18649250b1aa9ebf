// The flow that the packet benchmarks use, and a router.
#pragma once

#include "etr/flow.h"

namespace etr::bench {

inline Flow make_flow(Family family) {
  const bool ipv4 = family == Family::kIpv4;
  Flow flow;
  flow.source = *IpAddress::parse(ipv4 ? "192.0.2.10" : "2001:db8::10");
  flow.destination = *IpAddress::parse(ipv4 ? "198.51.100.20" : "2001:db8:1::20");
  flow.source_port = 50000;
  flow.destination_port = 443;
  flow.secret = 0x0123456789abcdefU;
  return flow;
}

/// The first router on its path.
inline IpAddress router(Family family) {
  return *IpAddress::parse(family == Family::kIpv4 ? "192.0.2.1" : "2001:db8::1");
}

}  // namespace etr::bench
