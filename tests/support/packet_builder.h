// Packets for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "etr/flow.h"
#include "etr/ip_address.h"
#include "etr/prober.h"
#include "net/ip.h"
#include "support/address.h"

namespace etr::testing {

using Octets = std::vector<std::uint8_t>;

using test::address;

/// Octets from hex digits; spaces and newlines are skipped.
Octets from_hex(std::string_view digits);

/// A flow from 192.0.2.10 or 2001:db8::10 port 50000 to 198.51.100.20 or 2001:db8:1::20.
Flow sample_flow(Family family, std::uint16_t destination_port);

/// The IP packet of a probe, as the engine sends it.
Octets probe_packet(const Prober& prober, const Flow& flow, const ProbeSpec& spec,
                    std::uint16_t ip_id = 0);

/// An IP packet of any protocol and payload between two addresses, TTL 64.
Octets ip_packet(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                 Bytes payload);

}  // namespace etr::testing
