#include "udp_length_prober.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace etr::plugins {
namespace {

constexpr std::uint8_t kUdp = 17;
constexpr std::uint16_t kHeaderSize = 8;
constexpr std::size_t kChecksumOffset = 6;
constexpr std::size_t kTokenSize = 8;
constexpr std::uint16_t kMostTtl = std::numeric_limits<std::uint8_t>::max();

std::optional<ProbeId> probe_of(std::uint16_t length) {
  if (length < kHeaderSize) return std::nullopt;
  const unsigned payload = length - unsigned{kHeaderSize};
  const unsigned ttl = payload / UdpLengthProber::kSlots;
  if (ttl < 1 || ttl > kMostTtl) return std::nullopt;
  return ProbeId{static_cast<std::uint8_t>(ttl),
                 static_cast<std::uint16_t>(payload % UdpLengthProber::kSlots)};
}

}  // namespace

std::uint8_t UdpLengthProber::max_ttl(Family family, std::uint16_t mtu) const {
  const int headers = (family == Family::kIpv4 ? 20 : 40) + kHeaderSize;
  const int largest_slot = kSlots - 1;
  const int ttl = (mtu - headers - largest_slot) / kSlots;
  return static_cast<std::uint8_t>(std::clamp(ttl, 0, int{kMostTtl}));
}

std::string UdpLengthProber::capture_filter(Family family, std::uint16_t destination_port) const {
  const std::string port = std::to_string(destination_port);
  return std::string(family == Family::kIpv4 ? "ip" : "ip6") + " and udp and port " + port;
}

std::size_t UdpLengthProber::encode(const Flow& flow, const ProbeSpec& spec,
                                    MutableBytes segment) const {
  const std::size_t payload = std::size_t{spec.ttl} * kSlots + spec.slot;
  WireWriter writer(segment);
  writer.u16(flow.source_port);
  writer.u16(flow.destination_port);
  writer.u16(static_cast<std::uint16_t>(kHeaderSize + payload));
  writer.u16(0);  // Checksum.
  writer.u64(spec.token);
  writer.zeros(std::max(payload, kTokenSize) - kTokenSize);
  if (!writer.ok() || spec.ttl == 0) {
    throw std::length_error("no room for a UDP probe of TTL " + std::to_string(spec.ttl));
  }
  const std::uint16_t sum = transport_checksum(flow, kUdp, writer.written());
  put_u16(segment, kChecksumOffset, sum == 0 ? 0xffff : sum);
  return writer.size();
}

std::optional<Decoded> UdpLengthProber::decode_quote(const Flow&, Bytes segment) const {
  WireReader reader(segment);
  reader.skip(4);  // Ports.
  const std::uint16_t length = reader.u16();
  reader.skip(2);  // Checksum: some routers quote it wrong, and it is not part of the identity.
  if (!reader.ok()) return std::nullopt;
  const std::optional<ProbeId> probe = probe_of(length);
  if (!probe) return std::nullopt;
  Decoded decoded{probe, std::nullopt, ReplyKind::kOther};
  // Zeros are the padding that RFC 4884 adds after a short quote, not a token.
  const std::uint64_t token = reader.u64();
  if (reader.ok() && token != 0) decoded.token = token;
  return decoded;
}

std::optional<Decoded> UdpLengthProber::decode_reply(const Flow&, Bytes segment) const {
  WireReader reader(segment);
  reader.skip(4);
  const std::uint16_t length = reader.u16();
  reader.skip(2);
  if (!reader.ok() || length < kHeaderSize) return std::nullopt;
  return Decoded{std::nullopt, std::nullopt, ReplyKind::kData};
}

}  // namespace etr::plugins
