// TCP (RFC 9293) and UDP (RFC 768) segments: bytes <-> structs. The probers write and read their
// own segments; these functions serve the simulated network, which answers them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/wire.h"
#include "net/ip.h"

namespace etr::net {

inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;
inline constexpr std::uint8_t kTcpPsh = 0x08;
inline constexpr std::uint8_t kTcpAck = 0x10;

struct TcpSegment {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
  Bytes options;  ///< Borrowed; a multiple of 4 octets, 40 at most.
  Bytes payload;  ///< Borrowed.
};

struct UdpDatagram {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  Bytes payload;  ///< Borrowed; cut to the length field.
};

/// Reads a whole segment; empty if it is truncated within header or options.
std::optional<TcpSegment> parse_tcp(Bytes segment);
/// Reads a whole datagram; empty if its length field is below 8 or exceeds the data.
std::optional<UdpDatagram> parse_udp(Bytes segment);

/// The checksum of a segment with the pseudo header; 0 over one that carries the right checksum.
std::uint16_t segment_checksum(const IpAddress& source, const IpAddress& destination,
                               std::uint8_t protocol, Bytes segment);

/// The segment as octets, checksum included.
std::vector<std::uint8_t> write_tcp(const IpAddress& source, const IpAddress& destination,
                                    const TcpSegment& segment);
std::vector<std::uint8_t> write_udp(const IpAddress& source, const IpAddress& destination,
                                    const UdpDatagram& datagram);

/// A whole IP packet of this header and payload; sets header.payload_length itself. Empty if the
/// header cannot be written, see write_ip().
std::vector<std::uint8_t> write_packet(IpHeader header, Bytes payload);

}  // namespace etr::net
