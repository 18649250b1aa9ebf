#include "net/icmp_write.h"

#include <algorithm>

#include "net/segment.h"

namespace etr::net {
namespace {

constexpr std::size_t kIcmpHeaderSize = 8;
constexpr std::size_t kChecksumOffset = 2;
constexpr std::size_t kLeastQuoteWithExtensions = 128;
constexpr std::size_t kMostDeclaredV4 = 255 * 4;  // The length attribute has 8 bits.

using Octets = std::vector<std::uint8_t>;

struct TypeAndCode {
  std::uint8_t type;
  std::uint8_t code;
};

std::optional<TypeAndCode> type_and_code(Family family, ReplyKind kind, std::uint8_t code) {
  const bool ipv4 = family == Family::kIpv4;
  switch (kind) {
    case ReplyKind::kTimeExceeded:
      return TypeAndCode{ipv4 ? std::uint8_t{11} : std::uint8_t{3}, code};
    case ReplyKind::kUnreachable:
      return TypeAndCode{ipv4 ? std::uint8_t{3} : std::uint8_t{1}, code};
    case ReplyKind::kPacketTooBig: return ipv4 ? TypeAndCode{3, 4} : TypeAndCode{2, 0};
    case ReplyKind::kParameterProblem:
      return TypeAndCode{ipv4 ? std::uint8_t{12} : std::uint8_t{4}, code};
    default: return std::nullopt;
  }
}

void append(Octets& octets, Bytes more) { octets.insert(octets.end(), more.begin(), more.end()); }

void append_object(Octets& octets, const ExtensionObject& object) {
  const std::size_t length = 4 + object.payload.size();
  octets.push_back(static_cast<std::uint8_t>(length >> 8U));
  octets.push_back(static_cast<std::uint8_t>(length));
  octets.push_back(object.class_number);
  octets.push_back(object.c_type);
  append(octets, object.payload);
  octets.resize(octets.size() + (4 - length % 4) % 4);
}

Octets mpls_payload(const std::vector<MplsLabel>& stack) {
  Octets payload(stack.size() * 4);
  WireWriter writer(payload);
  for (const MplsLabel& label : stack) {
    writer.u32(label.label << 12U | (label.traffic_class & 7U) << 9U |
               (label.bottom ? 0x100U : 0U) | label.ttl);
  }
  return payload;
}

/// The extension structure of RFC 4884 §7; empty without objects.
Octets extension_structure(const IcmpErrorSpec& spec) {
  if (spec.mpls.empty() && spec.extensions.empty()) return {};
  Octets structure{0x20, 0, 0, 0};  // Version 2, reserved, checksum.
  if (!spec.mpls.empty()) {
    const Octets payload = mpls_payload(spec.mpls);
    append_object(structure, {1, 1, payload});
  }
  for (const ExtensionObject& object : spec.extensions) append_object(structure, object);
  InternetChecksum sum;
  sum.add(structure);
  put_u16(structure, kChecksumOffset, sum.value());
  return structure;
}

std::size_t default_quote_size(Family family, bool extended) {
  if (extended) return kLeastQuoteWithExtensions;
  return family == Family::kIpv4 ? 576 - kIpv4HeaderSize - kIcmpHeaderSize
                                 : 1280 - kIpv6HeaderSize - kIcmpHeaderSize;
}

/// The quote, padded with zeros so that extensions start where receivers expect them.
Octets quote(const IcmpErrorSpec& spec, Bytes original, bool extended) {
  const Family family = spec.source.family;
  std::size_t most = spec.quote_size.value_or(default_quote_size(family, extended));
  if (extended) {
    most = spec.style == ExtensionStyle::kLegacy ? std::min(most, kLeastQuoteWithExtensions)
                                                 : std::min(most, kMostDeclaredV4);
  }
  const Bytes quoted = original.first(std::min(most, original.size()));
  Octets octets(quoted.begin(), quoted.end());
  if (extended) {
    const std::size_t word = family == Family::kIpv4 ? 4 : 8;
    octets.resize(
        std::max(octets.size() + (word - octets.size() % word) % word, kLeastQuoteWithExtensions));
  }
  return octets;
}

/// The 4 octets between checksum and quote: length attribute, MTU.
std::uint32_t rest_of_header(const IcmpErrorSpec& spec, std::size_t declared) {
  const bool ipv4 = spec.source.family == Family::kIpv4;
  std::uint32_t rest = spec.kind == ReplyKind::kPacketTooBig ? spec.mtu : 0U;
  rest |= ipv4 ? static_cast<std::uint32_t>(declared / 4) << 16U
               : static_cast<std::uint32_t>(declared / 8) << 24U;
  return rest;
}

}  // namespace

std::vector<std::uint8_t> write_icmp_error(const IcmpErrorSpec& spec, Bytes original) {
  const Family family = spec.source.family;
  const auto named = type_and_code(family, spec.kind, spec.code);
  if (!named || spec.destination.family != family) return {};

  const bool may_extend = family == Family::kIpv4 || spec.kind == ReplyKind::kTimeExceeded ||
                          spec.kind == ReplyKind::kUnreachable;
  const Octets structure = may_extend ? extension_structure(spec) : Octets{};
  const Octets quoted = quote(spec, original, !structure.empty());
  const bool declares = !structure.empty() && spec.style == ExtensionStyle::kLengthAttribute;

  Octets message(kIcmpHeaderSize);
  WireWriter writer(message);
  writer.u8(named->type);
  writer.u8(named->code);
  writer.u16(0);
  writer.u32(rest_of_header(spec, declares ? quoted.size() : 0));
  append(message, quoted);
  append(message, structure);

  IpHeader header;
  header.source = spec.source;
  header.destination = spec.destination;
  header.protocol = family == Family::kIpv4 ? kProtocolIcmp : kProtocolIcmpv6;
  header.ttl = spec.ttl;
  header.traffic_class = spec.traffic_class;
  header.id = spec.id;
  header.dont_fragment = false;
  if (family == Family::kIpv4) {
    InternetChecksum sum;
    sum.add(message);
    put_u16(message, kChecksumOffset, sum.value());
  } else {
    put_u16(message, kChecksumOffset,
            segment_checksum(spec.source, spec.destination, kProtocolIcmpv6, message));
  }
  return write_packet(header, message);
}

}  // namespace etr::net
