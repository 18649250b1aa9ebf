// The dispatcher: which flow does a packet belong to? It turns captured bytes into sightings of our
// own probes and replies to them, or gives the reason for rejecting them. It knows flows, but no
// probes.
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

/// Why a packet that looked like a reply was not accepted.
enum class Rejection : std::uint8_t {
  kUnknownPort,   ///< Our target and service, but a port that no flow has had: another program's.
  kClosedFlow,    ///< The port of a closed flow.
  kUndecodable,   ///< The prober found no probe in it.
  kNeverSent,     ///< A probe that was never sent, or was forgotten.
  kWrongToken,    ///< The quoted token is not that of the probe.
  kWrongId,       ///< An unknown IP ID from a responder that has quoted IDs correctly.
  kWrongQuote,    ///< Nothing in the quote proves that it is of one of our probes.
  kTooEarly,      ///< Received before its probe was sent.
  kOwnHost,       ///< From our own kernel, which could not send the probe on: no hop.
  kProberFailed,  ///< The prober threw.
};
inline constexpr std::size_t kRejections = 11;
std::string_view to_string(Rejection rejection);

/// Our own frame, captured as it left.
struct OwnProbe {
  std::uint32_t flow = 0;
  ProbeId probe;
  std::uint16_t ip_id = 0;  ///< 0 for IPv6.
  std::uint8_t ttl = 0;     ///< Of the IP header.
};

/// A reply to a probe of `flow`. `decoded.probe` is the probe, as far as the headers identify it.
struct Answer {
  std::uint32_t flow = 0;
  Decoded decoded;
  Reply reply;                             ///< Everything but the RTT.
  bool from_service = false;               ///< A TCP or UDP reply from the destination's port.
  std::optional<std::uint16_t> quoted_id;  ///< IPv4 ID of the original datagram.
  /// First octets of the quoted segment, see segment_head(); empty if nothing is quoted.
  std::optional<std::uint64_t> quoted_head;
  bool foreign_source = false;  ///< The quoted source address is not ours: a NAT, or a forgery.
};

/// The first 8 octets of a segment, padded with zeros: all that a router must quote (RFC 792).
std::uint64_t segment_head(Bytes segment);

/// std::monostate: the packet does not concern us.
using Sighting = std::variant<std::monostate, OwnProbe, Answer, Rejection>;

/// Not thread-safe; belongs to the probing thread.
class Dispatcher {
 public:
  explicit Dispatcher(const Prober& prober) : prober_(prober) {}

  /// `route`: on which the flow starts. If its destination is this host, ICMP errors of this host
  /// are replies. If it is link-local, the interface tells it from the same address on other links.
  void add_flow(std::uint32_t id, const Flow& flow, const transport::Route& route = {});
  /// Later packets of the flow are rejected as kClosedFlow.
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
    bool local = false;
    std::uint32_t link = 0;  ///< Interface of a link-local destination, else 0.
  };

  const Entry* find(const IpAddress& destination, const FlowKey& key,
                    const transport::ReceivedPacket& packet) const;
  Sighting no_flow(const IpAddress& destination, const FlowKey& key) const;
  Sighting dispatch_segment(const transport::ReceivedPacket& packet, const net::IpPacket& ip) const;
  Sighting dispatch_icmp(const transport::ReceivedPacket& packet, const net::IpPacket& ip) const;

  const Prober& prober_;
  /// Several entries of one key are flows to one link-local address on different links.
  std::unordered_multimap<Key, Entry, KeyHash> flows_;
  std::unordered_set<Key, KeyHash> closed_;    ///< Bounded by ports times targets.
  std::unordered_set<Key, KeyHash> services_;  ///< Without source port.
};

}  // namespace etr::trace
