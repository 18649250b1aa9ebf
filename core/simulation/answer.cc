#include "simulation/answer.h"

#include <algorithm>

#include "net/icmp_write.h"
#include "net/ip.h"
#include "net/segment.h"

namespace etr::simulation {
namespace {

constexpr std::uint16_t kSynAckWindow = 64240;

/// The packet as an ICMP error quotes it.
std::vector<std::uint8_t> quoted(const Flight& flight, const AnswerStyle& style) {
  std::vector<std::uint8_t> bytes = flight.bytes;
  std::optional<PacketEditor> editor = PacketEditor::open(bytes);
  if (!editor) return bytes;
  for (auto it = flight.translations.rbegin(); it != flight.translations.rend(); ++it) {
    if (!it->restores_quotes) break;
    editor->set_source(it->source, it->port);
  }
  if (style.zeroes_quoted_id) editor->set_id(0);
  return bytes;
}

std::vector<std::uint8_t> tcp_segment(const Flight& flight, const HostAnswer& answer) {
  const FlowFields& flow = flight.origin;
  net::TcpSegment tcp;
  tcp.source_port = flow.destination_port;
  tcp.destination_port = flow.source_port;
  tcp.sequence = answer.sequence;
  // A node that shifted the sequence number on the way there shifts the acknowledgment back.
  if ((answer.flags & net::kTcpAck) != 0) {
    tcp.acknowledgment = answer.acknowledgment - flight.sequence_shift;
  }
  tcp.flags = answer.flags;
  tcp.window = (answer.flags & net::kTcpRst) != 0 ? std::uint16_t{0} : kSynAckWindow;
  return net::write_tcp(flow.destination, flow.source, tcp);
}

std::vector<std::uint8_t> udp_datagram(const Flight& flight, const HostAnswer& answer) {
  const FlowFields& flow = flight.origin;
  net::UdpDatagram udp;
  udp.source_port = flow.destination_port;
  udp.destination_port = flow.source_port;
  udp.payload = answer.payload;
  return net::write_udp(flow.destination, flow.source, udp);
}

std::vector<std::uint8_t> icmp_message(const Flight& flight, const HostAnswer& answer) {
  const FlowFields& flow = flight.origin;
  std::vector<std::uint8_t> message = answer.payload;
  if (flow.protocol == net::kProtocolIcmpv6) {
    put_u16(message, 2,
            net::segment_checksum(flow.destination, flow.source, flow.protocol, message));
  } else {
    InternetChecksum sum;
    sum.add(message);
    put_u16(message, 2, sum.value());
  }
  return message;
}

}  // namespace

AnswerStyle::AnswerStyle(const Router& router)
    : answers(router.answers),
      delay(router.answer_delay),
      limit(&router.limit),
      initial_ttl(router.initial_ttl),
      longer_return(router.longer_return),
      quote(router.quote),
      zeroes_quoted_id(router.zeroes_quoted_id) {}

AnswerStyle::AnswerStyle(const Target& target)
    : answers(target.answers),
      delay(target.answer_delay),
      limit(&target.limit),
      initial_ttl(target.initial_ttl),
      quote(target.quote),
      zeroes_quoted_id(target.zeroes_quoted_id) {}

std::optional<std::uint8_t> ttl_at_home(const Flight& flight, const AnswerStyle& style) {
  std::size_t passed = style.longer_return;
  for (std::size_t i = 1; i < flight.steps.size(); ++i) {
    if (!flight.steps[i].hidden) ++passed;
  }
  if (passed >= style.initial_ttl) return std::nullopt;
  return static_cast<std::uint8_t>(style.initial_ttl - passed);
}

std::vector<std::uint8_t> write_error(const Flight& flight, const AnswerStyle& style,
                                      const ErrorAnswer& error, const IpAddress& from,
                                      const std::vector<MplsLabel>& labels, std::uint8_t ttl,
                                      std::uint16_t id) {
  net::IcmpErrorSpec spec;
  spec.source = from;
  spec.destination = flight.origin.source;
  spec.ttl = ttl;
  spec.id = id;
  spec.kind = error.kind;
  spec.code = error.code;
  spec.mtu = error.mtu;
  spec.mpls = labels;
  const std::vector<std::uint8_t> original = quoted(flight, style);
  if (style.quote != 0) {
    if (const std::optional<net::IpPacket> whole = net::parse_ip(original)) {
      spec.quote_size = original.size() - whole->payload.size() + style.quote;
    }
  }
  return net::write_icmp_error(spec, original);
}

std::vector<std::uint8_t> write_answer(const Flight& flight, const HostAnswer& answer,
                                       std::uint8_t ttl) {
  net::IpHeader header;
  header.source = flight.origin.destination;
  header.destination = flight.origin.source;
  header.protocol = flight.origin.protocol;
  header.ttl = ttl;
  switch (header.protocol) {
    case net::kProtocolTcp: return net::write_packet(header, tcp_segment(flight, answer));
    case net::kProtocolUdp: return net::write_packet(header, udp_datagram(flight, answer));
    default: return net::write_packet(header, icmp_message(flight, answer));
  }
}

std::vector<std::uint8_t> write_forgery(const Flight& flight, const AnswerStyle& style,
                                        ForgeryKind kind, const IpAddress& from, std::uint8_t ttl,
                                        std::uint16_t id) {
  std::vector<std::uint8_t> original = quoted(flight, style);
  std::optional<PacketEditor> editor = PacketEditor::open(original);
  if (!editor || editor->segment().size() < 8) return {};
  const std::size_t segment = original.size() - editor->segment().size();
  editor->set_ttl(1);
  // Cut before it is altered, so that the alteration is at the end of a short quote.
  if (style.quote != 0) {
    original.resize(std::min(original.size(), segment + std::max<std::size_t>(style.quote, 8)));
  }
  switch (kind) {
    case ForgeryKind::kWrongToken: original.back() ^= 0xffU; break;
    case ForgeryKind::kUnknownId: editor->set_id(editor->id() ^ 0x5a5aU); break;
    case ForgeryKind::kWrongPorts:
      put_u16(original, segment, static_cast<std::uint16_t>(editor->flow().source_port ^ 0x4000U));
      break;
    case ForgeryKind::kNeverSent:
      // The low octet of the UDP length, or of the TCP sequence.
      original[segment + (flight.origin.protocol == net::kProtocolUdp ? 5U : 7U)] ^= 0x40U;
      break;
    case ForgeryKind::kWrongQuote: {
      const Bytes ours = editor->flow().source.bytes();
      std::vector<std::uint8_t> theirs(ours.begin(), ours.end());
      theirs.back() ^= 0x5aU;
      if (const auto source = IpAddress::from_bytes(theirs)) {
        editor->set_source(*source, editor->flow().source_port);
      }
      editor->set_id(editor->id() ^ 0x5a5aU);
      original.resize(segment + 8);
      break;
    }
    case ForgeryKind::kReplayed: break;
    case ForgeryKind::kGuessed:
      editor->set_id(editor->id() ^ 0x5a5aU);
      original.resize(segment + 8);
      original[segment + (flight.origin.protocol == net::kProtocolUdp ? 7U : 4U)] ^= 0x5aU;
      break;
  }
  net::IcmpErrorSpec spec;
  spec.source = from;
  spec.destination = flight.origin.source;
  spec.ttl = ttl;
  spec.id = id;
  spec.kind = ReplyKind::kTimeExceeded;
  return net::write_icmp_error(spec, original);
}

}  // namespace etr::simulation
