// A packet of the tracing host on its way through the simulated network, and the answers to it as
// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/reply.h"
#include "simulation/host.h"
#include "simulation/network.h"
#include "simulation/packet.h"
#include "simulation/topology.h"

namespace etr::simulation {

struct Flight {
  /// A link that the packet crossed, kept for the way back.
  struct Step {
    NodeIndex from;
    const Link* link;
    bool hidden;  ///< `from` does not decrement the TTL.
  };
  /// A translation by a NAT.
  struct Translation {
    IpAddress source;
    std::uint16_t port;
    bool restores_quotes;
  };

  std::vector<std::uint8_t> bytes;
  FlowFields origin;         ///< As it was sent.
  std::uint32_t uplink = 0;  ///< Number of the link that it left by.
  std::optional<NodeIndex> destination;
  std::vector<Step> steps;
  std::vector<Translation> translations;  ///< Nearest NAT first.
  std::uint32_t sequence_shift = 0;       ///< What firewalls added to its TCP sequence.
  std::optional<std::size_t> record;      ///< Index among the packets recorded.
  std::uint64_t connection = 0;           ///< That it opened at its target ...
  unsigned syn_ack_repetition = 0;        ///< ... and how often the SYN-ACK was sent again.
};

/// How a node's own settings affect its answers.
struct AnswerStyle {
  explicit AnswerStyle(const Router& router);
  explicit AnswerStyle(const Target& target);

  double answers;
  Duration delay;
  const std::optional<RateLimit>* limit;
  std::uint8_t initial_ttl;
  std::uint8_t longer_return = 0;
  std::size_t quote;
  bool zeroes_quoted_id;
};

struct ErrorAnswer {
  ReplyKind kind;
  std::uint8_t code = 0;
  std::uint16_t mtu = 0;
};

/// The TTL of an answer when it reaches the source; empty: it does not get there.
std::optional<std::uint8_t> ttl_at_home(const Flight& flight, const AnswerStyle& style);

/// The ICMP error about a packet in its present form, with its addresses restored by the NATs that
/// do so.
std::vector<std::uint8_t> write_error(const Flight& flight, const AnswerStyle& style,
                                      const ErrorAnswer& error, const IpAddress& from,
                                      const std::vector<MplsLabel>& labels, std::uint8_t ttl,
                                      std::uint16_t id);

/// The segment that a host answers with. REQUIRES: answer.kind is kSegment.
std::vector<std::uint8_t> write_answer(const Flight& flight, const HostAnswer& answer,
                                       std::uint8_t ttl);

/// A time-exceeded that quotes a packet never sent in that form. Empty: the packet is too short.
std::vector<std::uint8_t> write_forgery(const Flight& flight, const AnswerStyle& style,
                                        ForgeryKind kind, const IpAddress& from, std::uint8_t ttl,
                                        std::uint16_t id);

}  // namespace etr::simulation
