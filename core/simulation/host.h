// The transport layer of a destination: what its ports answer, and the half-open connections that
// make TCP answers depend on each other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "simulation/network.h"
#include "simulation/packet.h"

namespace etr::simulation {

/// A host's reaction to one packet.
struct HostAnswer {
  enum class Kind : std::uint8_t {
    kNone,
    kSegment,      ///< A segment of the packet's protocol, checksum not yet written.
    kUnreachable,  ///< An ICMP unreachable of `code`.
  };
  Kind kind = Kind::kNone;
  std::uint8_t code = 0;
  /// For TCP.
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = 0;
  std::vector<std::uint8_t> payload;  ///< UDP: the data. Echo: the whole message.
  /// The connection that this opened, to ask retry() for; 0: none.
  std::uint64_t connection = 0;
};

/// State of one target, or of a router that is traced to.
///
/// A SYN opens a half-open connection, which lives until the client's RST arrives or the SYN-ACKs
/// are used up. Another SYN with the same ports meets it: with the same sequence number it gets the
/// SYN-ACK again; with a number inside the window, a RST, which ends the connection; with any
/// other, a challenge ACK that acknowledges the first SYN, at most one in 500 ms (Linux, measured).
class SimulatedHost {
 public:
  explicit SimulatedHost(std::uint64_t seed) : seed_(seed) {}

  /// `packet` has arrived and is valid; its ports are as seen by this host.
  HostAnswer receive(const Target& target, const PacketEditor& packet, Duration now);

  /// Whether a connection is still half-open, so that its SYN-ACK is to be sent again.
  bool is_half_open(const FlowFields& flow, std::uint64_t connection) const;

  std::size_t half_open() const { return half_open_.size(); }

 private:
  struct HalfOpen {
    std::uint64_t connection = 0;
    std::uint32_t first_sequence = 0;
    std::uint32_t own_sequence = 0;
    Duration expires{};
    std::optional<Duration> challenged;
  };

  HostAnswer receive_tcp(const Target& target, const PacketEditor& packet, Duration now);
  HostAnswer receive_syn(const Target& target, const FlowFields& flow, std::uint32_t sequence,
                         Duration now);
  void forget_expired(Duration now);

  std::uint64_t seed_;
  std::uint64_t connections_ = 0;
  std::map<FlowFields, HalfOpen> half_open_;
};

/// How long after a SYN-ACK its n-th repetition follows: 1 s, 2 s, 4 s ...
Duration syn_ack_pause(unsigned repetition);

}  // namespace etr::simulation
