// Reads ICMP errors. The start of the extension structure has to be inferred: RFC 4884 senders give
// it in a length attribute, older senders place it after 128 octets of original datagram without
// any mark, and most errors have none, so that octet 128 is plain quoted payload. find_extensions()
// holds the rules.
#include "net/icmp.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "net/segment.h"

namespace etr::net {
namespace {

constexpr std::uint8_t kUnreachableV4 = 3;
constexpr std::uint8_t kTimeExceededV4 = 11;
constexpr std::uint8_t kParameterProblemV4 = 12;
constexpr std::uint8_t kUnreachableV6 = 1;
constexpr std::uint8_t kPacketTooBigV6 = 2;
constexpr std::uint8_t kTimeExceededV6 = 3;
constexpr std::uint8_t kParameterProblemV6 = 4;
constexpr std::uint8_t kFragmentationNeeded = 4;
constexpr std::uint8_t kExceededInTransit = 0;

constexpr std::size_t kExtensionHeaderSize = 4;
constexpr std::size_t kObjectHeaderSize = 4;
/// Offset at which senders that predate RFC 4884 place extensions.
constexpr std::size_t kLegacyExtensionOffset = 128;

/// Empty for types that no probe provokes: echo, redirect, reassembly timeout.
std::optional<ReplyKind> kind_of(Family family, std::uint8_t type, std::uint8_t code) {
  if (family == Family::kIpv4) {
    if (type == kTimeExceededV4 && code == kExceededInTransit) return ReplyKind::kTimeExceeded;
    if (type == kUnreachableV4) {
      return code == kFragmentationNeeded ? ReplyKind::kPacketTooBig : ReplyKind::kUnreachable;
    }
    if (type == kParameterProblemV4) return ReplyKind::kParameterProblem;
  } else {
    if (type == kTimeExceededV6 && code == kExceededInTransit) return ReplyKind::kTimeExceeded;
    if (type == kUnreachableV6) return ReplyKind::kUnreachable;
    if (type == kPacketTooBigV6) return ReplyKind::kPacketTooBig;
    if (type == kParameterProblemV6) return ReplyKind::kParameterProblem;
  }
  return std::nullopt;
}

bool checksum_is_right(const IpPacket& packet) {
  const IpHeader& header = packet.header;
  if (header.source.family == Family::kIpv6) {
    return segment_checksum(header.source, header.destination, kProtocolIcmpv6, packet.payload) ==
           0;
  }
  InternetChecksum sum;
  sum.add(packet.payload);
  return sum.value() == 0;
}

/// The length attribute in octets; 0 where there is none (RFC 4884 §4.1 to §4.5).
std::size_t length_attribute(Family family, ReplyKind kind, std::uint32_t rest_of_header) {
  if (family == Family::kIpv4) return (rest_of_header >> 16U & 0xffU) * 4;
  // ICMPv6 packet too big and parameter problem use these octets for other things.
  if (kind != ReplyKind::kTimeExceeded && kind != ReplyKind::kUnreachable) return 0;
  return (rest_of_header >> 24U) * 8;
}

std::optional<std::uint16_t> reported_mtu(Family family, ReplyKind kind,
                                          std::uint32_t rest_of_header) {
  if (kind != ReplyKind::kPacketTooBig) return std::nullopt;
  const std::uint32_t mtu = family == Family::kIpv4 ? rest_of_header & 0xffffU : rest_of_header;
  if (mtu == 0) return std::nullopt;  // A router from before RFC 1191.
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint16_t>::max();
  return static_cast<std::uint16_t>(std::min(mtu, kMost));
}

enum class ChecksumRule : std::uint8_t { kMayBeAbsent, kMustBeThere };

bool is_extension_structure(Bytes bytes, ChecksumRule rule) {
  WireReader reader(bytes);
  const std::uint8_t first = reader.u8();
  reader.skip(1);
  const std::uint16_t checksum = reader.u16();
  // Version 2 in the high nibble; some senders write it to the low one.
  if (!reader.ok() || (first >> 4U != 2 && first != 2)) return false;
  if (checksum == 0) return rule == ChecksumRule::kMayBeAbsent;
  InternetChecksum sum;
  sum.add(bytes);
  return sum.value() == 0;
}

/// True if the first object is one that is in use: MPLS, interface information, interface
/// identification (RFC 4950, 5837, 8335).
bool begins_with_known_object(Bytes structure) {
  WireReader reader(structure);
  reader.skip(kExtensionHeaderSize);
  const std::size_t most = reader.remaining();
  const std::size_t length = reader.u16();
  const std::uint8_t class_number = reader.u8();
  return reader.ok() && length >= kObjectHeaderSize && length <= most && class_number >= 1 &&
         class_number <= 3;
}

/// What the quoted header says of the original datagram's length; 0 if it cannot be read.
std::size_t original_length(Bytes original) {
  WireReader reader(original);
  const std::uint32_t first_word = reader.u32();
  if (first_word >> 28U == 4) return first_word & 0xffffU;
  return kIpv6HeaderSize + reader.u16();
}

struct Split {
  Bytes original;
  Bytes structure;  ///< The extension structure, header included; empty if there is none.
};

/// Splits the octets after the ICMP header. `declared` is the length attribute.
Split find_extensions(Family family, Bytes body, std::size_t declared) {
  if (declared > 0) {
    if (declared > body.size()) return {body, {}};
    const Bytes structure = body.subspan(declared);
    if (!is_extension_structure(structure, ChecksumRule::kMayBeAbsent)) {
      return {body.first(declared), {}};
    }
    return {body.first(declared), structure};
  }
  if (body.size() < kLegacyExtensionOffset + kExtensionHeaderSize) return {body, {}};
  // Quoted payload must not be taken for extensions: where the original datagram extends past octet
  // 128, or in ICMPv6, where senders that predate RFC 4884 are rare, a valid checksum is required.
  const ChecksumRule rule =
      family == Family::kIpv6 || original_length(body) > kLegacyExtensionOffset
          ? ChecksumRule::kMustBeThere
          : ChecksumRule::kMayBeAbsent;
  const Bytes structure = body.subspan(kLegacyExtensionOffset);
  if (!is_extension_structure(structure, rule) || !begins_with_known_object(structure)) {
    return {body, {}};
  }
  return {body.first(kLegacyExtensionOffset), structure};
}

/// Keeps objects of unknown classes; stops at the first object that does not fit.
std::vector<ExtensionObject> read_objects(Bytes structure) {
  std::vector<ExtensionObject> objects;
  WireReader reader(structure);
  reader.skip(kExtensionHeaderSize);
  while (reader.remaining() >= kObjectHeaderSize) {
    const std::size_t length = reader.u16();
    ExtensionObject object;
    object.class_number = reader.u8();
    object.c_type = reader.u8();
    if (length < kObjectHeaderSize) break;
    object.payload = reader.bytes(length - kObjectHeaderSize);
    if (!reader.ok()) break;
    objects.push_back(object);
    reader.skip(std::min((4 - length % 4) % 4, reader.remaining()));
  }
  return objects;
}

}  // namespace

std::optional<IcmpError> parse_icmp_error(const IpPacket& packet) {
  const Family family = packet.header.source.family;
  const std::uint8_t protocol = family == Family::kIpv4 ? kProtocolIcmp : kProtocolIcmpv6;
  if (packet.header.protocol != protocol || packet.header.later_fragment) return std::nullopt;
  if (packet.payload.size() < packet.header.payload_length) return std::nullopt;

  WireReader reader(packet.payload);
  IcmpError error;
  error.type = reader.u8();
  error.code = reader.u8();
  reader.skip(2);
  const std::uint32_t rest_of_header = reader.u32();
  if (!reader.ok()) return std::nullopt;
  const std::optional<ReplyKind> kind = kind_of(family, error.type, error.code);
  if (!kind || !checksum_is_right(packet)) return std::nullopt;
  error.kind = *kind;
  error.mtu = reported_mtu(family, *kind, rest_of_header);

  const std::size_t declared = length_attribute(family, *kind, rest_of_header);
  const Split split = find_extensions(family, reader.rest(), declared);
  std::optional<IpPacket> original = parse_ip(split.original, /*quoted=*/true);
  if (!original || original->header.source.family != family) return std::nullopt;
  error.original = *original;
  if (!split.structure.empty()) error.extensions = read_objects(split.structure);
  return error;
}

std::vector<MplsLabel> mpls_stack(const std::vector<ExtensionObject>& objects) {
  constexpr std::uint8_t kMplsClass = 1;
  constexpr std::uint8_t kIncomingStack = 1;
  std::vector<MplsLabel> stack;
  for (const ExtensionObject& object : objects) {
    if (object.class_number != kMplsClass || object.c_type != kIncomingStack) continue;
    WireReader reader(object.payload);
    while (reader.remaining() >= 4) {
      const std::uint32_t entry = reader.u32();
      MplsLabel label;
      label.label = entry >> 12U;
      label.traffic_class = static_cast<std::uint8_t>(entry >> 9U & 7U);
      label.bottom = (entry >> 8U & 1U) != 0;
      label.ttl = static_cast<std::uint8_t>(entry & 0xffU);
      stack.push_back(label);
    }
  }
  return stack;
}

}  // namespace etr::net
