// What routers do to packets: checks, TTL decrement, address translation. Changes keep checksums as
// right, or as wrong, as they were (RFC 1624).
#pragma once

#include <cstdint>
#include <optional>

#include "etr/ip_address.h"
#include "etr/wire.h"

namespace etr::simulation {

/// The fields that balancers hash, in host byte order. For protocols without ports the port fields
/// hold the first two 16-bit words; for echo messages, the identifier and 0.
struct FlowFields {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  friend bool operator==(const FlowFields&, const FlowFields&) = default;
  friend auto operator<=>(const FlowFields&, const FlowFields&) = default;
};

/// A whole, well-formed IP packet; borrows its bytes.
class PacketEditor {
 public:
  /// Empty: no IP packet, its length field is not the buffer's size, or (IPv4) a bad checksum.
  static std::optional<PacketEditor> open(MutableBytes bytes);

  const FlowFields& flow() const { return flow_; }
  Bytes bytes() const { return bytes_; }
  Bytes segment() const { return Bytes(bytes_).subspan(segment_); }
  /// False: the TCP, UDP or ICMP checksum is wrong, or there is no whole header.
  bool segment_is_sound() const;

  std::uint8_t ttl() const;
  std::uint8_t traffic_class() const;
  std::uint16_t id() const;   ///< 0 for IPv6.
  bool may_fragment() const;  ///< IPv4 without DF.

  void set_ttl(std::uint8_t ttl);
  void set_traffic_class(std::uint8_t traffic_class);
  void set_id(std::uint16_t id);  ///< Does nothing for IPv6.
  void set_source(const IpAddress& source, std::uint16_t port);
  void set_tcp_sequence(std::uint32_t sequence);  ///< Does nothing if it is not TCP.
  std::uint32_t tcp_sequence() const;             ///< 0 if it is not TCP.

 private:
  PacketEditor(MutableBytes bytes, std::size_t segment, FlowFields flow)
      : bytes_(bytes), segment_(segment), flow_(flow) {}

  bool is_ipv4() const { return flow_.source.family == Family::kIpv4; }
  bool has_ports() const;
  /// Overwrites two octets at an even offset and updates the checksums that cover them.
  void put(std::size_t offset, std::uint16_t value, bool in_header, bool in_segment_sum);
  void adapt(std::size_t checksum, std::uint16_t before, std::uint16_t after);
  std::optional<std::size_t> segment_checksum_offset() const;
  std::uint16_t word(std::size_t offset) const;

  MutableBytes bytes_;
  std::size_t segment_;
  FlowFields flow_;
};

}  // namespace etr::simulation
