// Writes ICMP errors as routers do, for networks that exist only in memory and for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "etr/reply.h"
#include "net/icmp.h"
#include "net/ip.h"

namespace etr::net {

/// How the sender marks that extensions follow the original datagram.
enum class ExtensionStyle : std::uint8_t {
  kLengthAttribute,  ///< RFC 4884.
  kLegacy,           ///< After 128 octets and without any mark, as older routers do.
};

struct IcmpErrorSpec {
  IpAddress source;       ///< The router; of the quoted packet's family.
  IpAddress destination;  ///< Where the error goes, normally the quoted packet's source.
  std::uint8_t ttl = 64;  ///< Of the error itself.
  std::uint8_t traffic_class = 0;
  std::uint16_t id = 0;                       ///< IPv4 identification.
  ReplyKind kind = ReplyKind::kTimeExceeded;  ///< One of those for which is_icmp() holds.
  std::uint8_t code = 0;  ///< Ignored for kPacketTooBig, which has only one in each family.
  std::uint16_t mtu = 0;  ///< For kPacketTooBig.
  /// Maximum number of octets of the original packet to quote, IP header included. Empty: as many
  /// as fit 576 octets (RFC 1812) or 1280 (RFC 4443). With extensions it is 128 unless given.
  std::optional<std::size_t> quote_size;
  std::vector<MplsLabel> mpls;              ///< Written as an object of RFC 4950 if not empty.
  std::vector<ExtensionObject> extensions;  ///< Further objects, after the labels.
  ExtensionStyle style = ExtensionStyle::kLengthAttribute;
};

/// The whole IP packet of the error, checksums included. `original` is the packet quoted, as the
/// router received it (TTL as it is to be quoted). Extensions pad the quote to 128 octets, and
/// ICMPv6 packet-too-big and parameter-problem cannot carry any. Empty: addresses of two families
/// or a kind that is no ICMP error.
std::vector<std::uint8_t> write_icmp_error(const IcmpErrorSpec& spec, Bytes original);

}  // namespace etr::net
