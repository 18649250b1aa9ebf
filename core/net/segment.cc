#include "net/segment.h"

#include <algorithm>
#include <cassert>

#include "etr/flow.h"

namespace etr::net {
namespace {

constexpr std::size_t kTcpHeaderSize = 20;
constexpr std::size_t kTcpMostOptions = 40;
constexpr std::size_t kTcpChecksumOffset = 16;
constexpr std::size_t kUdpHeaderSize = 8;
constexpr std::size_t kUdpChecksumOffset = 6;

}  // namespace

std::optional<TcpSegment> parse_tcp(Bytes segment) {
  WireReader reader(segment);
  TcpSegment parsed;
  parsed.source_port = reader.u16();
  parsed.destination_port = reader.u16();
  parsed.sequence = reader.u32();
  parsed.acknowledgment = reader.u32();
  const std::size_t header_size = std::size_t{reader.u8()} / 16 * 4;
  parsed.flags = reader.u8();
  parsed.window = reader.u16();
  reader.skip(4);
  if (!reader.ok() || header_size < kTcpHeaderSize) return std::nullopt;
  parsed.options = reader.bytes(header_size - kTcpHeaderSize);
  parsed.payload = reader.rest();
  if (!reader.ok()) return std::nullopt;
  return parsed;
}

std::optional<UdpDatagram> parse_udp(Bytes segment) {
  WireReader reader(segment);
  UdpDatagram parsed;
  parsed.source_port = reader.u16();
  parsed.destination_port = reader.u16();
  const std::size_t length = reader.u16();
  reader.skip(2);
  if (!reader.ok() || length < kUdpHeaderSize) return std::nullopt;
  parsed.payload = reader.bytes(length - kUdpHeaderSize);
  if (!reader.ok()) return std::nullopt;
  return parsed;
}

std::uint16_t segment_checksum(const IpAddress& source, const IpAddress& destination,
                               std::uint8_t protocol, Bytes segment) {
  Flow ends;
  ends.source = source;
  ends.destination = destination;
  return transport_checksum(ends, protocol, segment);
}

std::vector<std::uint8_t> write_tcp(const IpAddress& source, const IpAddress& destination,
                                    const TcpSegment& segment) {
  assert(segment.options.size() % 4 == 0 && segment.options.size() <= kTcpMostOptions);
  const std::size_t header_size = kTcpHeaderSize + segment.options.size();
  std::vector<std::uint8_t> bytes(header_size + segment.payload.size());
  WireWriter writer(bytes);
  writer.u16(segment.source_port);
  writer.u16(segment.destination_port);
  writer.u32(segment.sequence);
  writer.u32(segment.acknowledgment);
  writer.u8(static_cast<std::uint8_t>(header_size / 4 << 4U));
  writer.u8(segment.flags);
  writer.u16(segment.window);
  writer.u32(0);  // Checksum, urgent pointer.
  writer.bytes(segment.options);
  writer.bytes(segment.payload);
  put_u16(bytes, kTcpChecksumOffset, segment_checksum(source, destination, kProtocolTcp, bytes));
  return bytes;
}

std::vector<std::uint8_t> write_udp(const IpAddress& source, const IpAddress& destination,
                                    const UdpDatagram& datagram) {
  std::vector<std::uint8_t> bytes(kUdpHeaderSize + datagram.payload.size());
  WireWriter writer(bytes);
  writer.u16(datagram.source_port);
  writer.u16(datagram.destination_port);
  writer.u16(static_cast<std::uint16_t>(bytes.size()));
  writer.u16(0);
  writer.bytes(datagram.payload);
  const std::uint16_t sum = segment_checksum(source, destination, kProtocolUdp, bytes);
  put_u16(bytes, kUdpChecksumOffset, sum == 0 ? 0xffff : sum);  // 0 would mean "none" (RFC 768).
  return bytes;
}

std::vector<std::uint8_t> write_packet(IpHeader header, Bytes payload) {
  header.payload_length = payload.size();
  const std::size_t header_size = ip_header_size(header.source.family);
  std::vector<std::uint8_t> packet(header_size + payload.size());
  if (!write_ip(header, packet)) return {};
  std::copy(payload.begin(), payload.end(),
            packet.begin() + static_cast<std::ptrdiff_t>(header_size));
  return packet;
}

}  // namespace etr::net
