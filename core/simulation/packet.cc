#include "simulation/packet.h"

#include "net/ip.h"
#include "net/segment.h"

namespace etr::simulation {
namespace {

constexpr std::size_t kIpv4ChecksumOffset = 10;

constexpr std::uint8_t kEchoRequest = 8;
constexpr std::uint8_t kEchoReply = 0;
constexpr std::uint8_t kEchoRequest6 = 128;
constexpr std::uint8_t kEchoReply6 = 129;

void read_ports(Bytes segment, FlowFields& flow) {
  WireReader reader(segment);
  const std::uint16_t first = reader.u16();
  const std::uint16_t second = reader.u16();
  const auto type = static_cast<std::uint8_t>(first >> 8U);
  const bool is_echo =
      (flow.protocol == net::kProtocolIcmp && (type == kEchoRequest || type == kEchoReply)) ||
      (flow.protocol == net::kProtocolIcmpv6 && (type == kEchoRequest6 || type == kEchoReply6));
  flow.source_port = is_echo ? reader.u16() : first;
  flow.destination_port = is_echo ? std::uint16_t{0} : second;
}

}  // namespace

std::optional<PacketEditor> PacketEditor::open(MutableBytes bytes) {
  const std::optional<net::IpPacket> packet = net::parse_ip(bytes);
  if (!packet || packet->payload.size() != packet->header.payload_length) return std::nullopt;
  const std::size_t segment = bytes.size() - packet->payload.size();
  // With octets after the packet `segment` would be wrong; a link would not carry them either.
  if (bytes.data() + segment != packet->payload.data()) return std::nullopt;
  if (packet->header.source.family == Family::kIpv4) {
    InternetChecksum sum;
    sum.add(bytes.first(segment));
    if (sum.value() != 0) return std::nullopt;
  }
  FlowFields flow;
  flow.source = packet->header.source;
  flow.destination = packet->header.destination;
  flow.protocol = packet->header.protocol;
  read_ports(packet->payload, flow);
  return PacketEditor(bytes, segment, flow);
}

bool PacketEditor::segment_is_sound() const {
  switch (flow_.protocol) {
    case net::kProtocolTcp:
      return net::parse_tcp(segment()) &&
             net::segment_checksum(flow_.source, flow_.destination, flow_.protocol, segment()) == 0;
    case net::kProtocolUdp: {
      const std::optional<net::UdpDatagram> datagram = net::parse_udp(segment());
      if (!datagram || datagram->payload.size() + 8 != segment().size()) return false;
      if (word(segment_ + 6) == 0) return is_ipv4();  // RFC 768: none; not allowed with IPv6.
      return net::segment_checksum(flow_.source, flow_.destination, flow_.protocol, segment()) == 0;
    }
    case net::kProtocolIcmpv6:
      return segment().size() >= 8 &&
             net::segment_checksum(flow_.source, flow_.destination, flow_.protocol, segment()) == 0;
    case net::kProtocolIcmp: {
      InternetChecksum sum;
      sum.add(segment());
      return segment().size() >= 8 && sum.value() == 0;
    }
    default: return true;
  }
}

std::uint16_t PacketEditor::word(std::size_t offset) const {
  if (offset + 2 > bytes_.size()) return 0;
  WireReader reader(Bytes(bytes_).subspan(offset));
  return reader.u16();
}

std::uint8_t PacketEditor::ttl() const { return bytes_[is_ipv4() ? 8 : 7]; }

std::uint8_t PacketEditor::traffic_class() const {
  return is_ipv4() ? bytes_[1] : static_cast<std::uint8_t>(word(0) >> 4U);
}

std::uint16_t PacketEditor::id() const { return is_ipv4() ? word(4) : std::uint16_t{0}; }

bool PacketEditor::may_fragment() const { return is_ipv4() && (word(6) & 0x4000U) == 0; }

void PacketEditor::set_ttl(std::uint8_t ttl) {
  if (!is_ipv4()) {
    bytes_[7] = ttl;
    return;
  }
  put(8, static_cast<std::uint16_t>(std::uint32_t{ttl} << 8U | (word(8) & 0xffU)), true, false);
}

void PacketEditor::set_traffic_class(std::uint8_t traffic_class) {
  if (is_ipv4()) {
    put(0, static_cast<std::uint16_t>((word(0) & 0xff00U) | traffic_class), true, false);
  } else {
    put(0, static_cast<std::uint16_t>((word(0) & 0xf00fU) | std::uint32_t{traffic_class} << 4U),
        true, false);
  }
}

void PacketEditor::set_id(std::uint16_t id) {
  if (is_ipv4()) put(4, id, true, false);
}

void PacketEditor::set_source(const IpAddress& source, std::uint16_t port) {
  if (source.family != flow_.source.family) return;
  const std::size_t at = is_ipv4() ? 12 : 8;
  WireReader reader(source.bytes());
  for (std::size_t i = 0; i < source.size(); i += 2) put(at + i, reader.u16(), true, true);
  flow_.source = source;
  if (has_ports()) {
    put(segment_, port, false, true);
    flow_.source_port = port;
  }
}

std::uint32_t PacketEditor::tcp_sequence() const {
  if (flow_.protocol != net::kProtocolTcp) return 0;
  return static_cast<std::uint32_t>(word(segment_ + 4)) << 16U | word(segment_ + 6);
}

void PacketEditor::set_tcp_sequence(std::uint32_t sequence) {
  if (flow_.protocol != net::kProtocolTcp || segment().size() < 20) return;
  put(segment_ + 4, static_cast<std::uint16_t>(sequence >> 16U), false, true);
  put(segment_ + 6, static_cast<std::uint16_t>(sequence), false, true);
}

bool PacketEditor::has_ports() const {
  return (flow_.protocol == net::kProtocolTcp || flow_.protocol == net::kProtocolUdp) &&
         segment().size() >= 4;
}

std::optional<std::size_t> PacketEditor::segment_checksum_offset() const {
  std::size_t offset = 0;
  switch (flow_.protocol) {
    case net::kProtocolTcp: offset = segment_ + 16; break;
    case net::kProtocolUdp: offset = segment_ + 6; break;
    case net::kProtocolIcmpv6: offset = segment_ + 2; break;
    default: return std::nullopt;  // ICMP for IPv4 has no pseudo header.
  }
  if (offset + 2 > bytes_.size()) return std::nullopt;
  if (flow_.protocol == net::kProtocolUdp && word(offset) == 0) return std::nullopt;
  return offset;
}

void PacketEditor::put(std::size_t offset, std::uint16_t value, bool in_header,
                       bool in_segment_sum) {
  const std::uint16_t before = word(offset);
  put_u16(bytes_, offset, value);
  if (in_header && is_ipv4()) adapt(kIpv4ChecksumOffset, before, value);
  if (in_segment_sum) {
    if (const std::optional<std::size_t> checksum = segment_checksum_offset()) {
      adapt(*checksum, before, value);
      if (flow_.protocol == net::kProtocolUdp && word(*checksum) == 0) {
        put_u16(bytes_, *checksum, 0xffff);
      }
    }
  }
}

void PacketEditor::adapt(std::size_t checksum, std::uint16_t before, std::uint16_t after) {
  // RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
  std::uint32_t sum = static_cast<std::uint16_t>(~word(checksum));
  sum += static_cast<std::uint16_t>(~before);
  sum += after;
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  put_u16(bytes_, checksum, static_cast<std::uint16_t>(~sum));
}

}  // namespace etr::simulation
