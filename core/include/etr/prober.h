// The prober: how one protocol's probes are written and its answers read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "etr/flow.h"
#include "etr/ip_address.h"
#include "etr/reply.h"
#include "etr/wire.h"

namespace etr {

/// What one probe is to carry. The pair (ttl, slot) identifies a probe among those of its flow that
/// can still be answered: the prober must make it readable from the first 8 octets of the segment,
/// which is all that a router has to quote (RFC 792).
struct ProbeSpec {
  std::uint8_t ttl = 0;    ///< 1..Prober::max_ttl().
  std::uint16_t slot = 0;  ///< 0..Prober::slots()-1.
  std::uint64_t token =
      0;  ///< Proof against forgery; to be placed in the payload, if there is one.
  std::uint16_t mtu = 1500;        ///< Of the outgoing interface, in octets.
  std::uint32_t unix_seconds = 0;  ///< Time of sending, for protocols that carry one.
};

/// Identity of a probe within its flow, as read back from a quote or an answer.
struct ProbeId {
  std::uint8_t ttl = 0;
  std::uint16_t slot = 0;
  friend bool operator==(const ProbeId&, const ProbeId&) = default;
};

/// What a prober read from a segment that belongs to one of its flows.
struct Decoded {
  /// The probe; empty if the reply does not identify it (an open UDP service, a challenge ACK).
  std::optional<ProbeId> probe;
  /// The token, if enough of the probe was quoted.
  std::optional<std::uint64_t> token;
  /// For replies of the destination: their kind. Not used for quotes.
  ReplyKind kind = ReplyKind::kOther;
};

/// Where a segment stands: quoted in an ICMP error as we sent it, or coming from the destination.
enum class SegmentSide : std::uint8_t { kSent, kReply };

/// The pair that, with protocol and destination address, finds the flow of a segment.
struct FlowKey {
  std::uint16_t source_port = 0;       ///< Flow::source_port.
  std::uint16_t destination_port = 0;  ///< Flow::destination_port.
  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

/// A prober writes and reads the transport segment only; link layer, IP, ICMP and timing are the
/// core's. All methods are const and called on the probing thread. Every byte passed to the decode
/// methods is hostile: range-check before anything becomes a TTL, and read with WireReader.
class Prober {
 public:
  virtual ~Prober() = default;

  /// IP protocol number: 6 for TCP, 17 for UDP.
  virtual std::uint8_t protocol() const = 0;
  /// Name for records and titles: "TCP".
  virtual std::string_view record_name() const = 0;
  /// Destination port where the user names none; 0 if the protocol has no ports.
  virtual std::uint16_t default_port() const = 0;
  /// How many probes of one flow and TTL can be distinguished in flight; at least 1.
  virtual std::uint16_t slots() const = 0;
  /// Highest TTL that can be encoded in packets of this MTU.
  virtual std::uint8_t max_ttl(Family family, std::uint16_t mtu) const = 0;

  /// A libpcap expression that matches direct answers of the destination (not ICMP errors, which
  /// the core captures itself) and our own probes, by service port where there is one.
  /// `tcp[13]` matches IPv4 only; IPv6 needs explicit offsets such as `ip6[53]`. IPv6 packets with
  /// extension headers the core captures itself.
  virtual std::string capture_filter(Family family, std::uint16_t destination_port) const = 0;

  /// Which flow a segment belongs to; empty if it is too short or cannot be one of this prober's.
  /// The default reads source and destination port from the first 4 octets.
  virtual std::optional<FlowKey> flow_key(Bytes segment, SegmentSide side) const {
    WireReader reader(segment);
    const std::uint16_t from = reader.u16();
    const std::uint16_t to = reader.u16();
    if (!reader.ok()) return std::nullopt;
    return side == SegmentSide::kSent ? FlowKey{from, to} : FlowKey{to, from};
  }

  /// Writes the segment of one probe, checksum included, and returns its size in octets. The
  /// buffer has room for the MTU less the IP header. Whatever differs between probes of one flow
  /// must not be what balancers hash.
  virtual std::size_t encode(const Flow& flow, const ProbeSpec& spec,
                             MutableBytes segment) const = 0;

  /// Reads a probe quoted in an ICMP error, 8 octets or more of it. Empty: not ours, or
  /// implausible.
  virtual std::optional<Decoded> decode_quote(const Flow& flow, Bytes segment) const = 0;

  /// Reads a direct answer from the destination. Empty: no answer to a probe of ours.
  virtual std::optional<Decoded> decode_reply(const Flow& flow, Bytes segment) const = 0;
};

}  // namespace etr
