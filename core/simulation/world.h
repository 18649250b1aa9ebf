// The running network: packets move from node to node as events in time. Uses no clock and no
// Transport; SimulatedTransport passes it the time since the start of the run.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "etr/reply.h"
#include "simulation/answer.h"
#include "simulation/host.h"
#include "simulation/network.h"
#include "simulation/packet.h"
#include "simulation/random.h"
#include "simulation/rate_limit.h"
#include "simulation/topology.h"

namespace etr::simulation {

/// The fate of a packet that the tracing host sent.
enum class Fate : std::uint8_t {
  kTravelling,
  kExpired,  ///< Its TTL ran out at a router.
  kArrived,  ///< At its destination.
  kLost,     ///< By a link.
  kBlocked,  ///< By a filter.
  kTooBig,   ///< For a link.
  kUnroutable,
  kMalformed,  ///< Bad length or checksum, found by a router or the destination.
};

/// One sent packet, for tests to read. Times are since the start.
struct SentPacket {
  Duration at{};
  FlowFields flow;
  std::uint8_t ttl = 0;
  std::uint16_t id = 0;
  std::size_t size = 0;
  Fate fate = Fate::kTravelling;
  std::string where;          ///< Id of the node where it ended.
  std::uint8_t ttl_left = 0;  ///< TTL on arrival; at the destination, above 1 is more than needed.
  unsigned answers = 0;       ///< Answers sent; they may be lost on the way back.
};

struct NodeCounters {
  std::uint64_t seen = 0;  ///< Packets of the tracing host that came in.
  std::uint64_t expired = 0;
  std::uint64_t answered = 0;  ///< Answers sent, without forged ones.
  std::uint64_t withheld = 0;  ///< Answers suppressed by silence, chance or the rate limit ...
  std::uint64_t limited = 0;   ///< ... of these, the rate limit.
  std::uint64_t forged = 0;
  std::uint64_t lost = 0;       ///< On its links away from the source ...
  std::uint64_t lost_back = 0;  ///< ... and back.
  std::uint64_t blocked = 0;
  std::uint64_t malformed = 0;  ///< Packets dropped for a bad length or checksum.
};

class World {
 public:
  /// A packet that reaches the tracing host.
  struct Arrival {
    Duration at{};
    std::uint32_t uplink = 0;  ///< Number of the link that it comes in by.
    std::vector<std::uint8_t> bytes;
  };

  /// REQUIRES: check(network) is OK.
  explicit World(const Network& network);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// The state of the network at a time.
  const Topology& topology(Duration at) const;

  /// Sends a packet of the tracing host. A malformed one is counted at the first router. False: no
  /// uplink is up. A `probe` is added to sent() if recording is on.
  bool send(Bytes packet, Duration now, bool probe);

  /// Runs the network up to a time and stops at the first packet for the tracing host.
  std::optional<Arrival> next_arrival(Duration until);
  /// The time of the next event; empty: none, unless something is sent.
  std::optional<Duration> next_event() const;

  void record(bool on) { recording_ = on; }
  const std::vector<SentPacket>& sent() const { return sent_; }
  const NodeCounters& counters(NodeIndex node) const { return nodes_[node].counters; }

 private:
  enum class EventKind : std::uint8_t { kArrive, kHome, kRepeatSynAck };
  struct Event {
    Duration at;
    std::uint64_t order;
    EventKind kind;
    std::unique_ptr<Flight> flight;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  struct Node {
    explicit Node(std::uint64_t seed) : random(seed), host(seed) {}
    Random random;
    SimulatedHost host;
    std::array<TokenBucket, 2> buckets;  ///< IPv4, IPv6.
    NodeCounters counters;
    std::uint16_t next_id = 0;
    std::uint16_t next_scrubbed_id = 0;
  };

  void push(Duration at, EventKind kind, std::unique_ptr<Flight> flight);
  std::unique_ptr<Flight> copy(const Flight& flight) const;
  /// Puts a packet on a link, where it may be lost or duplicated.
  void travel(std::unique_ptr<Flight> flight, NodeIndex from, const Link& link, Duration now);
  void arrive(std::unique_ptr<Flight> flight, Duration now);
  void forward(std::unique_ptr<Flight> flight, NodeIndex node, const Router& router,
               PacketEditor& editor, Duration now);
  void deliver(const Flight& flight, NodeIndex node, const Target& target, const AnswerStyle& style,
               const PacketEditor& editor, Duration now);
  void repeat_syn_ack(std::unique_ptr<Flight> flight, Duration now);

  void answer_error(const Flight& flight, NodeIndex node, const AnswerStyle& style,
                    const IpAddress* from, const std::vector<MplsLabel>& labels,
                    const ErrorAnswer& error, Duration now);
  void answer_segment(const Flight& flight, NodeIndex node, const AnswerStyle& style,
                      const HostAnswer& answer, Duration now);
  void count_answer(const Flight& flight, NodeIndex node);
  void forge(const Flight& flight, NodeIndex node, const Router& router, bool expires,
             Duration now);
  /// Whether a node sends an answer now; counts the suppressed ones.
  bool willing(NodeIndex node, const AnswerStyle& style, Family family, bool limited, Duration now);
  /// Sends an answer back over the links that the packet came by.
  void go_home(const Flight& flight, const std::vector<std::uint8_t>& answer, Duration now);
  Duration crossing(const Wire& wire, Random& random) const;
  void meet(const Flight& flight, NodeIndex node, Fate fate, std::uint8_t ttl_left);
  const std::string& id_of(NodeIndex node, Duration now) const;

  struct Period {
    Duration from;
    std::unique_ptr<Topology> topology;
  };
  std::vector<Period> periods_;
  std::vector<Node> nodes_;
  std::vector<Event> events_;  ///< A heap by Later.
  std::uint64_t order_ = 0;
  bool recording_ = false;
  std::vector<SentPacket> sent_;
};

}  // namespace etr::simulation
