// IPv4 (RFC 791) and IPv6 (RFC 8200) headers: bytes <-> structs, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "etr/ip_address.h"
#include "etr/wire.h"

namespace etr::net {

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolIcmpv6 = 58;

inline constexpr std::size_t kIpv4HeaderSize = 20;
inline constexpr std::size_t kIpv6HeaderSize = 40;

/// The header fields that etr uses. `protocol` is that of the payload, after IPv6 extension
/// headers.
struct IpHeader {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 0;
  std::uint8_t traffic_class = 0;  ///< TOS or traffic class octet.
  std::uint16_t id = 0;            ///< IPv4 identification; 0 for IPv6.
  bool dont_fragment = true;       ///< IPv4 only.
  bool later_fragment = false;     ///< The payload is not the start of the segment.
  std::uint32_t flow_label = 0;    ///< IPv6 only, 20 bits.
  /// Octets after the header (and IPv6 extension headers) according to its length field; may exceed
  /// what a quote or capture holds.
  std::size_t payload_length = 0;
  friend bool operator==(const IpHeader&, const IpHeader&) = default;
};

struct IpPacket {
  IpHeader header;
  Bytes payload;  ///< Borrowed; cut to header.payload_length, shorter if the packet is truncated.
};

/// Reads an IP packet, whole or truncated. With `quoted`, the length field is not trusted to cut
/// the payload, since routers swap or change it in quotes. Empty: no IP packet, or a malformed one.
std::optional<IpPacket> parse_ip(Bytes bytes, bool quoted = false);

/// Size of the header that write_ip writes for a family: 20 or 40.
std::size_t ip_header_size(Family family);

/// Writes a header without options for a payload of header.payload_length octets, checksum
/// included. False if the buffer is too small, the length does not fit, the addresses are of two
/// families, or the header is that of a later fragment.
bool write_ip(const IpHeader& header, MutableBytes buffer);

/// Sets the TTL of a whole IP packet in place and renews the header checksum, as a router does.
/// False, and nothing written, if it is no IP packet.
bool set_ttl(MutableBytes packet, std::uint8_t ttl);

}  // namespace etr::net
