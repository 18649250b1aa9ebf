#include "fuzz/checks.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "net/icmp.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/packet_builder.h"

namespace etr::fuzz {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(std::string("it does not hold that ") + what);
}

namespace {

/// True if `part` lies within `whole`.
bool lies_in(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.size() <= whole.size() &&
          part.data() - whole.data() <= static_cast<std::ptrdiff_t>(whole.size() - part.size()));
}

const plugins::TcpSynProber& tcp() {
  static const plugins::TcpSynProber prober;
  return prober;
}
const plugins::UdpLengthProber& udp() {
  static const plugins::UdpLengthProber prober;
  return prober;
}

void require_plausible(const Prober& prober, const ProbeId& probe) {
  require(probe.ttl >= 1, "a TTL is at least 1");
  require(probe.slot < prober.slots(), "a slot is below the number of slots");
}

/// A decoded quote must be what the prober would have written: `identity` octets from the fifth on.
void check_quote_of(const Prober& prober, const Flow& flow, Bytes segment, std::size_t identity) {
  const std::optional<Decoded> decoded = prober.decode_quote(flow, segment);
  if (!decoded) return;
  require(segment.size() >= 8, "a decoded quote has 8 octets");
  require(decoded->probe.has_value(), "a quote names its probe");
  require_plausible(prober, *decoded->probe);
  ProbeSpec spec;
  spec.ttl = decoded->probe->ttl;
  spec.slot = decoded->probe->slot;
  std::array<std::uint8_t, 9000> written;
  prober.encode(flow, spec, written);
  require(std::ranges::equal(Bytes(written).subspan(4, identity), segment.subspan(4, identity)),
          "a quote reads back as the probe that was written");
}

void check_reply_of(const Prober& prober, const Flow& flow, Bytes segment) {
  const std::optional<Decoded> decoded = prober.decode_reply(flow, segment);
  if (!decoded) return;
  const bool names_probe =
      decoded->kind == ReplyKind::kSynAck || decoded->kind == ReplyKind::kReset;
  const bool other = decoded->kind == ReplyKind::kAck || decoded->kind == ReplyKind::kData;
  require(names_probe || other, "an answer has one of the kinds for answers");
  require(decoded->probe.has_value() == names_probe, "just the kinds with a number name a probe");
  if (decoded->probe) require_plausible(prober, *decoded->probe);
}

void check_quotes(const Flow& flow, Bytes segment) {
  check_quote_of(tcp(), flow, segment, 4);
  check_quote_of(udp(), flow, segment, 2);
}

Flow flow_for(std::uint8_t selector) {
  return testing::sample_flow((selector & 1U) == 0 ? Family::kIpv4 : Family::kIpv6, 443);
}

void check_icmp_error(const net::IpPacket& packet) {
  const std::optional<net::IcmpError> error = net::parse_icmp_error(packet);
  if (!error) return;
  require(is_icmp(error->kind), "the kind is one for ICMP errors");
  require(!error->mtu || error->kind == ReplyKind::kPacketTooBig,
          "only a packet too big reports an MTU");
  require(error->original.header.source.family == packet.header.source.family,
          "the quote is of the error's family");
  require(lies_in(error->original.payload, packet.payload), "the quote lies in the packet");
  for (const net::ExtensionObject& object : error->extensions) {
    require(lies_in(object.payload, packet.payload), "an extension object lies in the packet");
  }
  for (const MplsLabel& label : net::mpls_stack(error->extensions)) {
    require(label.label < 1U << 20U, "a label has 20 bits");
    require(label.traffic_class < 8, "a label's class has 3 bits");
  }
  Flow flow;
  flow.source = error->original.header.source;
  flow.destination = error->original.header.destination;
  check_quotes(flow, error->original.payload);
}

/// The same packet with a valid ICMP checksum; hardly any input passes the check otherwise.
void check_with_right_checksum(Bytes input, const net::IpPacket& packet) {
  if (packet.payload.size() < 4) return;
  testing::Octets mended(input.begin(), input.end());
  const auto start = static_cast<std::size_t>(packet.payload.data() - input.data());
  const MutableBytes message = MutableBytes(mended).subspan(start, packet.payload.size());
  put_u16(message, 2, 0);
  InternetChecksum sum;
  sum.add(message);
  const bool ipv4 = packet.header.source.family == Family::kIpv4;
  put_u16(message, 2,
          ipv4 ? sum.value()
               : net::segment_checksum(packet.header.source, packet.header.destination,
                                       net::kProtocolIcmpv6, message));
  const std::optional<net::IpPacket> again = net::parse_ip(mended);
  require(again.has_value(), "a packet is read whatever its ICMP checksum");
  check_icmp_error(*again);
}

}  // namespace

void check_link(Bytes input) {
  if (input.empty()) return;
  constexpr net::LinkType kTypes[] = {net::LinkType::kEthernet, net::LinkType::kRaw,
                                      net::LinkType::kLinuxSll2};
  const Bytes frame = input.subspan(1);
  const std::optional<net::LinkFrame> parsed = net::parse_link(kTypes[input[0] % 3], frame);
  if (!parsed) return;
  require(!parsed->ip.empty() && lies_in(parsed->ip, frame), "the packet lies in the frame");
  require(parsed->ip.data() + parsed->ip.size() == frame.data() + frame.size(),
          "the packet reaches to the end of the frame");
}

void check_ip(Bytes input) {
  if (input.empty()) return;
  const bool quoted = (input[0] & 1U) != 0;
  const Bytes bytes = input.subspan(1);
  const std::optional<net::IpPacket> packet = net::parse_ip(bytes, quoted);
  if (packet) {
    require(packet->header.source.family == packet->header.destination.family,
            "both addresses are of one family");
    require(lies_in(packet->payload, bytes), "the payload lies in the packet");
    require(quoted || packet->payload.size() <= packet->header.payload_length,
            "the payload is cut to the packet's own length");
    require(packet->header.flow_label < 1U << 20U, "a flow label has 20 bits");
  }
  testing::Octets copy(bytes.begin(), bytes.end());
  if (net::set_ttl(copy, 7) && packet) {
    const std::optional<net::IpPacket> aged = net::parse_ip(copy, quoted);
    require(aged && aged->header.ttl == 7, "a TTL reads back as it was set");
  }
}

void check_icmp(Bytes input) {
  const std::optional<net::IpPacket> packet = net::parse_ip(input);
  if (!packet) return;
  check_icmp_error(*packet);
  check_with_right_checksum(input, *packet);
}

void check_quote(Bytes input) {
  if (input.empty()) return;
  check_quotes(flow_for(input[0]), input.subspan(1));
}

void check_tcp_reply(Bytes input) {
  if (input.empty()) return;
  const Bytes segment = input.subspan(1);
  check_reply_of(tcp(), flow_for(input[0]), segment);
  const std::optional<net::TcpSegment> parsed = net::parse_tcp(segment);
  if (!parsed) return;
  require(lies_in(parsed->options, segment) && parsed->options.size() <= 40,
          "the options lie in the header");
  require(lies_in(parsed->payload, segment), "the payload lies in the segment");
}

void check_udp_reply(Bytes input) {
  if (input.empty()) return;
  const Bytes segment = input.subspan(1);
  check_reply_of(udp(), flow_for(input[0]), segment);
  const std::optional<net::UdpDatagram> parsed = net::parse_udp(segment);
  if (parsed) require(lies_in(parsed->payload, segment), "the payload lies in the datagram");
}

const std::vector<Target>& targets() {
  static const std::vector<Target> all{{"link", check_link},
                                       {"ip", check_ip},
                                       {"icmp", check_icmp},
                                       {"quote", check_quote},
                                       {"tcp_reply", check_tcp_reply},
                                       {"udp_reply", check_udp_reply},
                                       {"keys", check_keys},
                                       {"screen_text", check_screen_text},
                                       {"topology", check_topology},
                                       {"pipeline", check_pipeline},
                                       {"simulated_packet", check_simulated_packet},
                                       {"dns_reply", check_dns_reply}};
  return all;
}

}  // namespace etr::fuzz
