// ICMP (RFC 792) and ICMPv6 (RFC 4443) errors with their extensions (RFC 4884, RFC 4950).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/reply.h"
#include "etr/wire.h"
#include "net/ip.h"

namespace etr::net {

/// One object of an ICMP extension structure (RFC 4884 §8).
struct ExtensionObject {
  std::uint8_t class_number = 0;
  std::uint8_t c_type = 0;
  Bytes payload;  ///< Borrowed.
};

struct IcmpError {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  ReplyKind kind = ReplyKind::kOther;
  std::optional<std::uint16_t> mtu;  ///< ICMP 3/4 and ICMPv6 2; larger values are cut to 65535.
  IpPacket original;                 ///< The packet quoted, possibly truncated; borrowed.
  std::vector<ExtensionObject> extensions;
};

/// Reads an ICMP error from an IP packet and verifies its checksum. Empty if it is not an error
/// that a probe can provoke, if the checksum is wrong or the capture cut the packet (the checksum
/// cannot be verified then), or if it quotes no IP header of the same family. The quote may hold
/// any number of transport octets, including none.
std::optional<IcmpError> parse_icmp_error(const IpPacket& packet);

/// The MPLS label stack among the objects (class 1, type 1), top first.
std::vector<MplsLabel> mpls_stack(const std::vector<ExtensionObject>& objects);

}  // namespace etr::net
