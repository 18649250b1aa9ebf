#include "net/ip.h"

#include <limits>

namespace etr::net {
namespace {

constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kFragmentOffset = 0x1fff;

/// Cuts the payload to the packet's own length, which link-layer padding may exceed. The length
/// field of a quote may be byte-swapped or changed: it is reported where plausible, but never used
/// to cut.
std::optional<IpPacket> finish(IpHeader header, Bytes payload, std::size_t packet_length,
                               std::size_t header_length, bool quoted) {
  if (packet_length >= header_length) {
    header.payload_length = packet_length - header_length;
  } else if (quoted) {
    header.payload_length = payload.size();
  } else {
    return std::nullopt;
  }
  if (!quoted && payload.size() > header.payload_length) {
    payload = payload.first(header.payload_length);
  }
  return IpPacket{header, payload};
}

std::optional<IpPacket> parse_ipv4(Bytes bytes, bool quoted) {
  WireReader reader(bytes);
  IpHeader header;
  const std::size_t header_length = std::size_t{reader.u8() & 0x0fU} * 4;
  header.traffic_class = reader.u8();
  const std::size_t total_length = reader.u16();
  header.id = reader.u16();
  const std::uint16_t fragment = reader.u16();
  header.dont_fragment = (fragment & kDontFragment) != 0;
  header.later_fragment = (fragment & kFragmentOffset) != 0;
  header.ttl = reader.u8();
  header.protocol = reader.u8();
  reader.skip(2);  // Checksum: the kernel drops bad ones, and in quotes it is often stale.
  const auto source = IpAddress::from_bytes(reader.bytes(4));
  const auto destination = IpAddress::from_bytes(reader.bytes(4));
  if (!reader.ok() || header_length < kIpv4HeaderSize) return std::nullopt;
  header.source = *source;
  header.destination = *destination;
  reader.skip(header_length - kIpv4HeaderSize);
  if (!reader.ok()) return std::nullopt;
  return finish(header, reader.rest(), total_length, header_length, quoted);
}

/// Skips the extension headers of RFC 8200 §4 that may precede a transport header, up to the
/// payload. False: truncated, or more headers than a valid packet has.
bool skip_extension_headers(WireReader& reader, IpHeader& header) {
  constexpr std::uint8_t kHopByHop = 0;
  constexpr std::uint8_t kRouting = 43;
  constexpr std::uint8_t kFragment = 44;
  constexpr std::uint8_t kDestinationOptions = 60;
  constexpr int kMost = 8;
  for (int headers = 0; headers <= kMost; ++headers) {
    const std::uint8_t kind = header.protocol;
    if (kind == kFragment) {
      header.protocol = reader.u8();
      reader.skip(1);
      header.later_fragment = (reader.u16() & 0xfff8U) != 0;
      reader.skip(4);
      if (header.later_fragment) return reader.ok();  // What follows is not a header.
    } else if (kind == kHopByHop || kind == kRouting || kind == kDestinationOptions) {
      header.protocol = reader.u8();
      const std::size_t more_words = reader.u8();
      reader.skip(6 + more_words * 8);
    } else {
      return true;
    }
    if (!reader.ok()) return false;
  }
  return false;
}

std::optional<IpPacket> parse_ipv6(Bytes bytes, bool quoted) {
  WireReader reader(bytes);
  IpHeader header;
  const std::uint32_t first_word = reader.u32();
  header.traffic_class = static_cast<std::uint8_t>(first_word >> 20U);
  header.flow_label = first_word & 0xfffffU;
  const std::size_t length = kIpv6HeaderSize + reader.u16();
  header.protocol = reader.u8();
  header.ttl = reader.u8();
  const auto source = IpAddress::from_bytes(reader.bytes(16));
  const auto destination = IpAddress::from_bytes(reader.bytes(16));
  if (!reader.ok()) return std::nullopt;
  header.source = *source;
  header.destination = *destination;
  if (!skip_extension_headers(reader, header)) return std::nullopt;
  const std::size_t headers_length = bytes.size() - reader.remaining();
  return finish(header, reader.rest(), length, headers_length, quoted);
}

void write_ipv4(const IpHeader& header, WireWriter& writer) {
  writer.u8(0x45);
  writer.u8(header.traffic_class);
  writer.u16(static_cast<std::uint16_t>(kIpv4HeaderSize + header.payload_length));
  writer.u16(header.id);
  writer.u16(header.dont_fragment ? kDontFragment : 0);
  writer.u8(header.ttl);
  writer.u8(header.protocol);
  writer.u16(0);
  writer.bytes(header.source.bytes());
  writer.bytes(header.destination.bytes());
}

void write_ipv6(const IpHeader& header, WireWriter& writer) {
  writer.u32(0x60000000U | std::uint32_t{header.traffic_class} << 20U |
             (header.flow_label & 0xfffffU));
  writer.u16(static_cast<std::uint16_t>(header.payload_length));
  writer.u8(header.protocol);
  writer.u8(header.ttl);
  writer.bytes(header.source.bytes());
  writer.bytes(header.destination.bytes());
}

constexpr std::size_t kIpv4TtlOffset = 8;
constexpr std::size_t kIpv4ChecksumOffset = 10;
constexpr std::size_t kIpv6HopLimitOffset = 7;

void write_ipv4_checksum(MutableBytes header) {
  put_u16(header, kIpv4ChecksumOffset, 0);
  InternetChecksum sum;
  sum.add(header);
  put_u16(header, kIpv4ChecksumOffset, sum.value());
}

}  // namespace

std::optional<IpPacket> parse_ip(Bytes bytes, bool quoted) {
  if (bytes.empty()) return std::nullopt;
  switch (bytes[0] >> 4U) {
    case 4: return parse_ipv4(bytes, quoted);
    case 6: return parse_ipv6(bytes, quoted);
    default: return std::nullopt;
  }
}

std::size_t ip_header_size(Family family) {
  return family == Family::kIpv4 ? kIpv4HeaderSize : kIpv6HeaderSize;
}

bool write_ip(const IpHeader& header, MutableBytes buffer) {
  if (header.source.family != header.destination.family || header.later_fragment) return false;
  const bool ipv4 = header.source.family == Family::kIpv4;
  const std::size_t counted_header = ipv4 ? kIpv4HeaderSize : 0;
  if (header.payload_length > std::numeric_limits<std::uint16_t>::max() - counted_header) {
    return false;
  }
  if (buffer.size() < ip_header_size(header.source.family)) return false;
  WireWriter writer(buffer);
  if (ipv4) {
    write_ipv4(header, writer);
    write_ipv4_checksum(writer.written());
  } else {
    write_ipv6(header, writer);
  }
  return writer.ok();
}

bool set_ttl(MutableBytes packet, std::uint8_t ttl) {
  if (packet.empty()) return false;
  const unsigned version = packet[0] >> 4U;
  if (version == 6 && packet.size() >= kIpv6HeaderSize) {
    packet[kIpv6HopLimitOffset] = ttl;
    return true;
  }
  const std::size_t header_length = std::size_t{packet[0] & 0x0fU} * 4;
  if (version != 4 || header_length < kIpv4HeaderSize || packet.size() < header_length) {
    return false;
  }
  packet[kIpv4TtlOffset] = ttl;
  write_ipv4_checksum(packet.first(header_length));
  return true;
}

}  // namespace etr::net
