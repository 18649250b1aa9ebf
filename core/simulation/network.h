// A network as plain data, for SimulatedTransport. Tests build it in C++, users write it as a
// topology file; docs/topology-file.md explains each field by the name it has there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "etr/ip_address.h"
#include "etr/reply.h"
#include "etr/time.h"

namespace etr::simulation {

enum class Jitter : std::uint8_t { kUniform, kNormal, kExponential };

/// One direction of a link.
struct Wire {
  Duration delay = std::chrono::milliseconds(1);
  /// Added to the delay: up to this (uniform), its standard deviation (the upper half of a normal
  /// distribution) or its mean (exponential). More jitter than spacing reorders packets.
  Duration jitter{};
  Jitter jitter_kind = Jitter::kUniform;
  double loss = 0;       ///< Share of packets, as are the next two.
  double duplicate = 0;  ///< Delivered twice.
  double reorder = 0;    ///< Held back by reorder_delay.
  Duration reorder_delay = std::chrono::milliseconds(10);
};

/// A link from a node. Answers come back over the same links.
struct Link {
  std::string to;     ///< Id of a router or target.
  double weight = 1;  ///< Share of the flows, relative to the other links.
  Wire forward;
  Wire back;
  std::uint16_t mtu = 0;  ///< 0: any packet fits.
  bool down = false;      ///< Not used; the other links take over.
  /// Source address of the next router's answers to packets that arrive by this link; empty: the
  /// router's own address.
  std::vector<IpAddress> addresses;
};

/// The fields that a balancer hashes.
enum class Balancing : std::uint8_t {
  kFlow,       ///< Addresses, protocol and ports.
  kAddresses,  ///< Addresses only: all flows to a target stay together.
  kPacket,     ///< None: the links take turns, by weight at random.
};

/// A token bucket for the errors that a node sends. Linux for IPv4: 1 per second, burst 6.
struct RateLimit {
  double per_second = 1;
  double burst = 6;
};

/// Code of an ICMP unreachable. For IPv6 it is translated according to RFC 7915, unless given.
struct UnreachableCode {
  std::uint8_t ipv4 = 13;
  std::optional<std::uint8_t> ipv6;

  std::uint8_t in(Family family) const;
};

/// A filter on a router for packets that it would forward. Fields that are empty match anything.
struct Block {
  std::optional<std::uint8_t> protocol;
  std::optional<std::uint16_t> port;  ///< Destination port.
  /// Its answer; empty: it drops the packet silently.
  std::optional<UnreachableCode> answer;
};

/// Source NAT.
struct Nat {
  std::vector<IpAddress> addresses;  ///< The new source, one per family; other families pass.
  bool ports = false;                ///< Gives each flow another source port, too.
  /// Linux restores the whole quote of an error, which makes the NAT invisible; others do not.
  bool restores_quotes = true;
};

enum class ForgeryKind : std::uint8_t {
  kWrongToken,  ///< The end of the quoted segment is altered.
  kUnknownId,   ///< The quoted IPv4 identification is one that was never sent.
  kWrongPorts,  ///< The quoted source port is not ours.
  kNeverSent,   ///< Right ports and identification, but the octets that name the probe differ.
  kWrongQuote,  ///< Right ports and octets, of another sender's packet with another id.
  kReplayed,    ///< A true answer, once more after `delay`.
  /// From a sender that has not seen the probe: the 8 octets that must be quoted, with the right
  /// ports and length; identification and checksum, or TCP sequence number, are wrong guesses.
  kGuessed,
};

/// Forged time-exceeded messages, made from the probes that a router sees.
struct Forgery {
  ForgeryKind kind = ForgeryKind::kNeverSent;
  double share = 1;               ///< Of the probes seen.
  unsigned copies = 1;            ///< For each of them.
  Duration delay{};               ///< After the probe was seen.
  std::optional<IpAddress> from;  ///< Empty: the router's own address.
};

struct Router {
  std::string id;
  std::vector<IpAddress> addresses;  ///< One per family; it is silent in a family without.
  std::vector<Link> next;
  Balancing balancing = Balancing::kFlow;
  /// Seed of the balancing hash; 0: derived from the network's seed and the id, so that each router
  /// hashes differently.
  std::uint64_t hash_seed = 0;

  bool silent = false;      ///< Forwards, never answers.
  bool hidden = false;      ///< Does not decrement the TTL (inside a tunnel).
  double answers = 1;       ///< Share of answers that it gives.
  Duration answer_delay{};  ///< Time to make an answer.
  std::optional<RateLimit> limit;
  std::uint8_t initial_ttl = 64;   ///< Of its answers.
  std::uint8_t longer_return = 0;  ///< Additional routers on the return path.
  std::vector<MplsLabel> mpls;     ///< Reported in its errors (RFC 4950).
  std::size_t quote = 0;           ///< Octets of the segment quoted; 0: as many as the RFCs allow.
  bool zeroes_quoted_id = false;
  bool forwards_zero_ttl = false;  ///< Forwards packets that expire here; the next router answers.
  std::vector<Block> blocks;
  std::optional<Nat> nat;
  bool rewrites_id = false;  ///< A scrubber: gives forwarded IPv4 packets another identification.
  bool rewrites_sequence = false;  ///< A firewall that randomises TCP sequences, but not in quotes.
  std::optional<std::uint8_t> sets_traffic_class;
  std::vector<Forgery> forgeries;
};

/// The state of a target's port.
enum class PortState : std::uint8_t {
  kOpen,      ///< TCP: SYN-ACK. UDP: a datagram back.
  kClosed,    ///< TCP: RST. UDP: port unreachable.
  kFiltered,  ///< Nothing.
};

struct Target {
  std::string id;
  std::vector<IpAddress> addresses;
  PortState tcp = PortState::kOpen;
  PortState udp = PortState::kClosed;
  std::map<std::uint16_t, PortState> tcp_ports;  ///< Exceptions from the above.
  std::map<std::uint16_t, PortState> udp_ports;
  /// Answer on filtered ports instead of silence (a host firewall that rejects).
  std::optional<UnreachableCode> filter_answer;
  bool dark = false;  ///< Answers nothing at all.
  double answers = 1;
  Duration answer_delay{};
  /// An open UDP port sends its answer once more after this time, as services do that await an
  /// acknowledgment; 0: it does not.
  Duration udp_repeat_after{};
  std::optional<RateLimit> limit;  ///< Of its ICMP errors; TCP answers are not limited.
  std::uint8_t initial_ttl = 64;
  std::size_t quote = 0;
  bool zeroes_quoted_id = false;
  /// The SYN-ACK of a half-open connection is sent again this often (after 1, 2, 4 ... s), unless a
  /// RST of the tracing host arrives.
  unsigned syn_ack_retries = 5;
};

/// The tracing host.
struct Source {
  std::vector<IpAddress> addresses;  ///< One per family.
  std::vector<Link> next;            ///< Uplink i is interface "sim<i>".
  Balancing balancing = Balancing::kFlow;
  std::uint64_t hash_seed = 0;
  std::uint16_t mtu = 1500;
  bool copies = true;       ///< The capture shows our own frames.
  double capture_loss = 0;  ///< Share of captured packets that are dropped for lack of room.
  /// The kernel answers a SYN-ACK that belongs to no socket with RST; false: a firewall drops it.
  bool resets = true;
  std::vector<std::uint16_t> taken_ports;  ///< In use by other programs.
  std::size_t descriptors = 0;             ///< Ports that can be reserved; 0: any number.
};

/// From `at` on, a node is as given here: the node with the same id, or the source.
struct Change {
  Duration at{};
  std::variant<Source, Router, Target> becomes;
};

/// Sends fail during a period of time.
struct SendFault {
  Duration from{};
  Duration until{};
  std::string error = "no buffer space available";
  double share = 1;
};

/// A step of UTC, as a time server makes it.
struct ClockStep {
  Duration at{};
  Duration by{};
};

struct Network {
  std::uint64_t seed = 1;      ///< The source of all randomness.
  bool virtual_clock = false;  ///< Time passes only while the program waits.
  Source source;
  std::vector<Router> routers;
  std::vector<Target> targets;
  std::vector<Change> changes;  ///< Any order.
  std::vector<SendFault> send_faults;
  std::vector<ClockStep> clock_steps;      ///< On the virtual clock only.
  std::map<IpAddress, std::string> names;  ///< For reverse lookups.
};

/// OK, or the first error: "router 'a': link to 'b', which does not exist".
absl::Status check(const Network& network);

/// The node of that id, to read or to change; null if there is none.
Router* find_router(Network& network, std::string_view id);
Target* find_target(Network& network, std::string_view id);
/// The links of the router of that id, or of the source for "source"; null if there is none.
std::vector<Link>* find_links(Network& network, std::string_view id);

/// The first address of a family; null if there is none.
const IpAddress* address_of(const std::vector<IpAddress>& addresses, Family family);

/// Addresses that a target's id or name resolves to.
std::vector<IpAddress> lookup(const Network& network, std::string_view name);

}  // namespace etr::simulation
