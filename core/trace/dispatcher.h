// The dispatcher: whose packet is this? Turns captured bytes into sightings of our own probes and
// answers to them, or says why not. Knows no probes, only flows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "etr/flow.h"
#include "etr/prober.h"
#include "etr/reply.h"
#include "net/ip.h"
#include "transport/transport.h"

namespace etr::trace {

/// Why a packet that looked like an answer was not accepted.
enum class Rejection : std::uint8_t {
  kMalformed,     ///< Truncated, or a bad checksum.
  kUnknownPort,   ///< Our target and service, but a port that no flow ever had: another program's.
  kClosedFlow,    ///< The port of a flow that has been closed.
  kUndecodable,   ///< The prober found no probe in it.
  kNeverSent,     ///< A probe we did not send, or have long forgotten.
  kWrongToken,    ///< The quoted token is not the probe's.
  kWrongId,       ///< An unknown IP ID from a responder that quotes IDs rightly.
  kWrongQuote,    ///< Nothing in the quote proves that it is of a probe of ours.
  kTooEarly,      ///< Stamped before its probe.
  kOwnHost,       ///< Our own kernel's: it could not send the probe on, which is no hop.
  kProberFailed,  ///< The prober threw.
};
inline constexpr std::size_t kRejections = 11;
std::string_view to_string(Rejection rejection);

/// Our own frame, as the capture saw it leave.
struct OwnProbe {
  std::uint32_t flow = 0;
  ProbeId probe;
  std::uint16_t ip_id = 0;  ///< 0 for IPv6.
  std::uint8_t ttl = 0;     ///< Of the IP header.
};

/// An answer to a probe of `flow`; which probe is `decoded.probe`, as far as the headers tell.
struct Answer {
  std::uint32_t flow = 0;
  Decoded decoded;
  Reply reply;                             ///< All but the RTT.
  bool from_service = false;               ///< A TCP or UDP answer from the destination's port.
  std::optional<std::uint16_t> quoted_id;  ///< IPv4 identification in the original datagram.
  /// Head of the quoted segment; empty if nothing is quoted.
  std::optional<std::uint64_t> quoted_head;
  bool foreign_source = false;  ///< The quoted source is not ours: NAT, or a forgery.
};

/// The first 8 octets of a segment, all that a router has to quote; of less, zeros for the rest.
std::uint64_t segment_head(Bytes segment);

/// Nothing of ours at all: std::monostate.
using Sighting = std::variant<std::monostate, OwnProbe, Answer, Rejection>;

class Dispatcher {
 public:
  explicit Dispatcher(const Prober& prober) : prober_(prober) {}

  void add_flow(std::uint32_t id, const Flow& flow);
  void remove_flow(const Flow& flow);

  Sighting dispatch(const transport::ReceivedPacket& packet) const;

 private:
  struct Key {
    IpAddress destination;
    std::uint16_t destination_port = 0;
    std::uint16_t source_port = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<IpAddress>()(key.destination) ^
             ((std::size_t{key.destination_port} << 16U | key.source_port) * 0x9e3779b97f4a7c15U);
    }
  };
  struct Entry {
    std::uint32_t id = 0;
    Flow flow;
  };

  const Entry* find(const IpAddress& destination, const FlowKey& key) const;
  Sighting no_flow(const IpAddress& destination, const FlowKey& key) const;
  Sighting dispatch_segment(const transport::ReceivedPacket& packet, const net::IpPacket& ip) const;
  Sighting dispatch_icmp(const transport::ReceivedPacket& packet, const net::IpPacket& ip) const;

  const Prober& prober_;
  std::unordered_map<Key, Entry, KeyHash> flows_;
  std::unordered_set<Key, KeyHash> closed_;  ///< At most as many as there are ports and targets.
  std::unordered_map<IpAddress, std::uint16_t> services_;  ///< Destinations and their port.
};

}  // namespace etr::trace
