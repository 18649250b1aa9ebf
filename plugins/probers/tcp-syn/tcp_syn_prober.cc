#include "tcp_syn_prober.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace etr::plugins {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kHeaderSize = 20;
constexpr std::size_t kChecksumOffset = 16;

constexpr unsigned kFin = 0x01;
constexpr unsigned kSyn = 0x02;
constexpr unsigned kRst = 0x04;
constexpr unsigned kAck = 0x10;
constexpr unsigned kFlagsThatMatter = kFin | kSyn | kRst | kAck;

/// B of the flow: the upper half of a mixed secret, so that the numbers on the wire do not reveal
/// the secret, which may key other values (finalizer of SplitMix64).
std::uint32_t base_sequence(const Flow& flow) {
  std::uint64_t mixed = flow.secret + 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ mixed >> 30U) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ mixed >> 27U) * 0x94d049bb133111ebU;
  return static_cast<std::uint32_t>((mixed ^ mixed >> 31U) >> 32U);
}

std::optional<ProbeId> probe_of(const Flow& flow, std::uint32_t sequence) {
  const std::uint32_t number = sequence - base_sequence(flow);  // Sequence numbers wrap.
  const std::uint32_t ttl = number / TcpSynProber::kSlots;
  if (ttl < 1 || ttl > std::numeric_limits<std::uint8_t>::max()) return std::nullopt;
  return ProbeId{static_cast<std::uint8_t>(ttl),
                 static_cast<std::uint16_t>(number % TcpSynProber::kSlots)};
}

std::uint16_t maximum_segment_size(Family family, std::uint16_t mtu) {
  constexpr int kUsualMtu = 1500;
  const int known = mtu == 0 ? kUsualMtu : mtu;
  const int headers = family == Family::kIpv4 ? 40 : 60;
  return static_cast<std::uint16_t>(std::clamp(known - headers, 536, 65495));
}

/// The options and their order of a common client, since firewalls drop SYNs that look odd.
void write_options(WireWriter& writer, std::uint16_t segment_size, std::uint32_t unix_seconds) {
  writer.u8(2);  // Maximum segment size.
  writer.u8(4);
  writer.u16(segment_size);
  writer.u8(1);  // No operation.
  writer.u8(3);  // Window scale.
  writer.u8(3);
  writer.u8(7);
  writer.u8(1);
  writer.u8(1);
  writer.u8(8);  // Timestamp, echo 0.
  writer.u8(10);
  writer.u32(unix_seconds);
  writer.u32(0);
  writer.u8(4);  // Selective acknowledgment permitted.
  writer.u8(2);
  writer.u8(0);  // End of options.
  writer.u8(0);
}

}  // namespace

std::uint8_t TcpSynProber::max_ttl(Family, std::uint16_t) const {
  return std::numeric_limits<std::uint8_t>::max();
}

std::string TcpSynProber::capture_filter(Family family, std::uint16_t destination_port) const {
  const std::string port = std::to_string(destination_port);
  const bool ipv4 = family == Family::kIpv4;
  // A service's data must not reach us, so ACKs count only without payload.
  const std::string flags = ipv4 ? "tcp[13] & 0x17" : "ip6[53] & 0x17";
  const std::string empty = ipv4 ? "ip[2:2] - ((ip[0] & 0xf) << 2) = (tcp[12] & 0xf0) >> 2"
                                 : "ip6[4:2] = (ip6[52] & 0xf0) >> 2";
  return std::string(ipv4 ? "ip" : "ip6") + " and tcp and ((dst port " + port + " and " + flags +
         " = 0x02) or (src port " + port + " and (" + flags + " = 0x12 or " + flags +
         " = 0x14 or (" + flags + " = 0x10 and " + empty + "))))";
}

std::size_t TcpSynProber::encode(const Flow& flow, const ProbeSpec& spec,
                                 MutableBytes segment) const {
  WireWriter writer(segment);
  writer.u16(flow.source_port);
  writer.u16(flow.destination_port);
  writer.u32(base_sequence(flow) + std::uint32_t{spec.ttl} * kSlots + spec.slot);
  writer.u32(0);  // Acknowledgment.
  writer.u8(kSegmentSize / 4 << 4U);
  writer.u8(kSyn);
  writer.u16(65535);  // Window.
  writer.u16(0);      // Checksum.
  writer.u16(0);      // Urgent pointer.
  write_options(writer, maximum_segment_size(flow.destination.family, spec.mtu), spec.unix_seconds);
  if (!writer.ok()) throw std::length_error("no room for a SYN of 44 octets");
  put_u16(segment, kChecksumOffset, transport_checksum(flow, kTcp, writer.written()));
  return writer.size();
}

std::optional<Decoded> TcpSynProber::decode_quote(const Flow& flow, Bytes segment) const {
  WireReader reader(segment);
  reader.skip(4);  // Ports.
  const std::uint32_t sequence = reader.u32();
  if (!reader.ok()) return std::nullopt;
  const std::optional<ProbeId> probe = probe_of(flow, sequence);
  if (!probe) return std::nullopt;
  return Decoded{probe, std::nullopt, ReplyKind::kOther};
}

std::optional<Decoded> TcpSynProber::decode_reply(const Flow& flow, Bytes segment) const {
  WireReader reader(segment);
  reader.skip(8);  // Ports, the server's own sequence number.
  const std::uint32_t acknowledgment = reader.u32();
  const std::size_t header_size = std::size_t{reader.u8()} / 16 * 4;
  const unsigned flags = reader.u8() & kFlagsThatMatter;
  if (!reader.ok() || header_size < kHeaderSize || header_size > segment.size()) {
    return std::nullopt;
  }
  if (flags == kAck) {
    if (segment.size() > header_size) return std::nullopt;  // Data of another connection.
    return Decoded{std::nullopt, std::nullopt, ReplyKind::kAck};
  }
  if (flags != (kSyn | kAck) && flags != (kRst | kAck)) return std::nullopt;
  const std::optional<ProbeId> probe = probe_of(flow, acknowledgment - 1);
  if (!probe) return std::nullopt;
  return Decoded{probe, std::nullopt, (flags & kSyn) != 0 ? ReplyKind::kSynAck : ReplyKind::kReset};
}

}  // namespace etr::plugins
