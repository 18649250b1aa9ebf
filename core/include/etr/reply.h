// A reply: what came back for one probe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/time.h"

namespace etr {

enum class ReplyKind : std::uint8_t {
  kTimeExceeded,      ///< ICMP type 11 code 0; ICMPv6 type 3 code 0.
  kUnreachable,       ///< ICMP type 3, ICMPv6 type 1, any code; but 3/4, see below.
  kPacketTooBig,      ///< ICMPv6 type 2; ICMP type 3 code 4 (fragmentation needed).
  kParameterProblem,  ///< ICMP type 12; ICMPv6 type 4.
  kSynAck,            ///< TCP: the port is open.
  kReset,             ///< TCP: RST with ACK, the port is closed.
  kAck,               ///< TCP: a pure (challenge) ACK; the destination lives, no RTT follows.
  kData,              ///< An answer of the service itself, UDP for example.
  kOther,
};

/// Name of a kind as records and views write it: "time-exceeded", "syn-ack".
constexpr std::string_view to_string(ReplyKind kind) {
  switch (kind) {
    case ReplyKind::kTimeExceeded: return "time-exceeded";
    case ReplyKind::kUnreachable: return "unreachable";
    case ReplyKind::kPacketTooBig: return "packet-too-big";
    case ReplyKind::kParameterProblem: return "parameter-problem";
    case ReplyKind::kSynAck: return "syn-ack";
    case ReplyKind::kReset: return "rst";
    case ReplyKind::kAck: return "ack";
    case ReplyKind::kData: return "data";
    case ReplyKind::kOther: break;
  }
  return "other";
}

/// True for the kinds that arrive as ICMP errors.
constexpr bool is_icmp(ReplyKind kind) {
  return kind == ReplyKind::kTimeExceeded || kind == ReplyKind::kUnreachable ||
         kind == ReplyKind::kPacketTooBig || kind == ReplyKind::kParameterProblem;
}

/// One entry of an MPLS label stack (RFC 4950, RFC 3032), top first.
struct MplsLabel {
  std::uint32_t label = 0;         ///< 20 bits.
  std::uint8_t traffic_class = 0;  ///< 3 bits.
  bool bottom = false;             ///< Bottom of stack.
  std::uint8_t ttl = 0;
  friend bool operator==(const MplsLabel&, const MplsLabel&) = default;
};

struct Reply {
  IpAddress source;  ///< The responder.
  ReplyKind kind = ReplyKind::kOther;
  std::uint8_t icmp_type = 0;  ///< Meaningful if is_icmp(kind).
  std::uint8_t icmp_code = 0;  ///< Meaningful if is_icmp(kind).
  /// Kernel stamp of the reply less kernel stamp of our own outgoing frame, unless `user_clock`.
  /// Empty where the reply does not identify its probe (a challenge ACK): not measured.
  std::optional<Duration> rtt;
  Timestamp received_at{};
  bool user_clock = false;  ///< No copy of our frame was seen, or the clock was stepped.
  std::uint8_t ttl = 0;     ///< TTL of the reply packet on arrival.
  std::optional<std::uint8_t> quoted_ttl;  ///< TTL in the original datagram, normally 1.
  std::optional<std::uint16_t> mtu;        ///< From packet-too-big (RFC 1191, RFC 4443).
  bool rewritten = false;                  ///< The quote shows that a middlebox changed our header.
  std::vector<MplsLabel> mpls;
};

}  // namespace etr
