#include "transport/simulated_world.h"

#include <algorithm>
#include <utility>

#include "net/icmp_write.h"
#include "net/ip.h"
#include "net/segment.h"

namespace etr::transport {
namespace {

constexpr std::uint16_t kSynAckWindow = 64240;

/// Applies one change to a network's state.
struct Apply {
  Network& network;
  void operator()(const Source& source) const { network.source = source; }
  void operator()(const Router& router) const { *find_router(network, router.id) = router; }
  void operator()(const Target& target) const { *find_target(network, target.id) = target; }
};

std::size_t family_index(Family family) { return family == Family::kIpv4 ? 0 : 1; }

}  // namespace

SimulatedWorld::SimulatedWorld(const Network& network) {
  std::vector<const Change*> changes;
  for (const Change& change : network.changes) changes.push_back(&change);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change* a, const Change* b) { return a->at < b->at; });

  Network state = network;
  state.changes.clear();
  auto next = changes.begin();
  for (; next != changes.end() && (*next)->at <= Duration{}; ++next) {
    std::visit(Apply{state}, (*next)->becomes);
  }
  periods_.push_back({Duration{}, std::make_unique<Topology>(state)});
  while (next != changes.end()) {
    const Duration at = (*next)->at;
    for (; next != changes.end() && (*next)->at == at; ++next) {
      std::visit(Apply{state}, (*next)->becomes);
    }
    periods_.push_back({at, std::make_unique<Topology>(state)});
  }

  for (NodeIndex node = 0; node < periods_.front().topology->size(); ++node) {
    nodes_.emplace_back(mix(mix(network.seed), std::uint64_t{node}));
  }
}

const Topology& SimulatedWorld::topology(Duration at) const {
  auto after = std::upper_bound(periods_.begin(), periods_.end(), at,
                                [](Duration time, const Period& period) { return time < period.from; });
  if (after != periods_.begin()) --after;
  return *after->topology;
}

std::optional<Duration> SimulatedWorld::next_event() const {
  if (events_.empty()) return std::nullopt;
  return events_.front().at;
}

void SimulatedWorld::push(Duration at, EventKind kind, std::unique_ptr<Packet> packet) {
  events_.push_back({at, order_++, kind, std::move(packet)});
  std::push_heap(events_.begin(), events_.end(), Later{});
}

std::unique_ptr<SimulatedWorld::Packet> SimulatedWorld::copy(const Packet& packet) const {
  return std::make_unique<Packet>(packet);
}

std::optional<SimulatedWorld::Arrival> SimulatedWorld::next_arrival(Duration until) {
  while (!events_.empty() && events_.front().at <= until) {
    std::pop_heap(events_.begin(), events_.end(), Later{});
    Event event = std::move(events_.back());
    events_.pop_back();
    switch (event.kind) {
      case EventKind::kHome:
        return Arrival{event.at, event.packet->uplink, std::move(event.packet->bytes)};
      case EventKind::kArrive: arrive(std::move(event.packet), event.at); break;
      case EventKind::kRepeatSynAck: repeat_syn_ack(std::move(event.packet), event.at); break;
    }
  }
  return std::nullopt;
}

bool SimulatedWorld::send(Bytes bytes, Duration now, bool probe) {
  const Topology& state = topology(now);
  auto packet = std::make_unique<Packet>();
  packet->bytes.assign(bytes.begin(), bytes.end());
  const std::optional<PacketEditor> editor = PacketEditor::open(packet->bytes);
  if (editor) {
    packet->origin = editor->flow();
    packet->destination = state.owner(editor->flow().destination);
  }
  Random& random = nodes_[kSourceNode].random;
  const bool draws = state.network().source.balancing == Balancing::kPacket;
  const Link* link = state.choose(kSourceNode, packet->destination, packet->origin,
                                  draws ? random.bits() : 0);
  if (link == nullptr) return false;
  packet->uplink = static_cast<std::uint32_t>(link - state.network().source.next.data());
  if (recording_ && probe) {
    packet->record = sent_.size();
    SentPacket record;
    record.at = now;
    record.flow = packet->origin;
    record.size = bytes.size();
    if (editor) {
      record.ttl = editor->ttl();
      record.id = editor->id();
    }
    sent_.push_back(std::move(record));
  }
  travel(std::move(packet), kSourceNode, *link, now);
  return true;
}

Duration SimulatedWorld::crossing(const Wire& wire, Random& random) const {
  Duration time = wire.delay;
  if (wire.jitter > Duration{}) {
    double factor = 0;
    switch (wire.jitter_kind) {
      case Jitter::kUniform: factor = random.uniform(); break;
      case Jitter::kNormal: factor = random.half_normal(); break;
      case Jitter::kExponential: factor = random.exponential(); break;
    }
    time += Duration(static_cast<Duration::rep>(static_cast<double>(wire.jitter.count()) * factor));
  }
  if (random.happens(wire.reorder)) time += wire.reorder_delay;
  return time;
}

void SimulatedWorld::travel(std::unique_ptr<Packet> packet, NodeIndex from, const Link& link,
                            Duration now) {
  Node& node = nodes_[from];
  const Router* router = topology(now).router(from);
  packet->steps.push_back({from, &link, router != nullptr && router->hidden});
  if (node.random.happens(link.forward.duplicate)) {
    if (node.random.happens(link.forward.loss)) {
      ++node.counters.lost;
    } else {
      push(now + crossing(link.forward, node.random), EventKind::kArrive, copy(*packet));
    }
  }
  if (node.random.happens(link.forward.loss)) {
    ++node.counters.lost;
    meet(*packet, from, Fate::kLost, 0);
    return;
  }
  push(now + crossing(link.forward, node.random), EventKind::kArrive, std::move(packet));
}

void SimulatedWorld::arrive(std::unique_ptr<Packet> packet, Duration now) {
  const Topology& state = topology(now);
  const NodeIndex at = state.destination_of(*packet->steps.back().link);
  Node& node = nodes_[at];
  ++node.counters.seen;
  std::optional<PacketEditor> editor = PacketEditor::open(packet->bytes);
  if (!editor) {
    ++node.counters.malformed;
    meet(*packet, at, Fate::kMalformed, 0);
    return;
  }
  if (const Target* target = state.target(at)) {
    // A target does not forward what is for others.
    if (packet->destination == at) deliver(*packet, at, *target, manner_of(*target), *editor, now);
    return;
  }
  const Router& router = *state.router(at);
  if (packet->destination == at) {
    Target as_host;
    as_host.tcp = PortState::kClosed;
    as_host.dark = router.silent;
    deliver(*packet, at, as_host, manner_of(router), *editor, now);
    return;
  }
  forward(std::move(packet), at, router, *editor, now);
}

void SimulatedWorld::forward(std::unique_ptr<Packet> packet, NodeIndex at, const Router& router,
                             PacketEditor& editor, Duration now) {
  const Topology& state = topology(now);
  Node& node = nodes_[at];
  const Link& by = *packet->steps.back().link;
  const Family family = editor.flow().destination.family;
  const IpAddress* address =
      router.silent ? nullptr : state.answering_address(at, by, family);
  const std::uint8_t ttl = editor.ttl();
  const bool expires = !router.hidden && (ttl == 0 || (ttl == 1 && !router.forwards_zero_ttl));
  if (!router.forgeries.empty()) forge(*packet, at, router, expires, now);
  const auto answer = [&](const Error& error) {
    answer_error(*packet, at, manner_of(router), address, router.mpls, error, now);
  };

  if (expires) {
    ++node.counters.expired;
    meet(*packet, at, Fate::kExpired, ttl);
    answer({ReplyKind::kTimeExceeded});
    return;
  }
  for (const Block& block : router.blocks) {
    if (!matches(block, editor.flow())) continue;
    ++node.counters.blocked;
    meet(*packet, at, Fate::kBlocked, ttl);
    if (block.answer) answer({ReplyKind::kUnreachable, block.answer->in(family)});
    return;
  }

  if (!router.hidden) editor.set_ttl(static_cast<std::uint8_t>(ttl - 1));
  if (const std::optional<NatRewrite> rewrite = state.translate(at, editor.flow())) {
    packet->translations.push_back(
        {editor.flow().source, editor.flow().source_port, router.nat->restores_quotes});
    editor.set_source(rewrite->source, rewrite->source_port);
  }
  if (router.sets_traffic_class) editor.set_traffic_class(*router.sets_traffic_class);
  if (router.rewrites_id) editor.set_id(++node.next_scrubbed_id);
  if (router.rewrites_sequence) {
    const std::uint64_t key = std::uint64_t{editor.flow().source_port} << 16U |
                              editor.flow().destination_port;
    const auto shift = static_cast<std::uint32_t>(mix(mix(at), key));
    packet->sequence_shift += shift;
    editor.set_tcp_sequence(editor.tcp_sequence() + shift);
  }

  const Link* link =
      state.choose(at, packet->destination, editor.flow(),
                   router.balancing == Balancing::kPacket ? node.random.bits() : 0);
  if (link == nullptr) {
    meet(*packet, at, Fate::kUnroutable, ttl);
    answer({ReplyKind::kUnreachable, 0});
    return;
  }
  if (link->mtu != 0 && packet->bytes.size() > link->mtu && !editor.may_fragment()) {
    meet(*packet, at, Fate::kTooBig, ttl);
    editor.set_ttl(ttl);  // Quoted as it came.
    answer({ReplyKind::kPacketTooBig, 0, link->mtu});
    return;
  }
  travel(std::move(packet), at, *link, now);
}

void SimulatedWorld::deliver(const Packet& packet, NodeIndex at, const Target& target,
                             const Manner& manner, const PacketEditor& editor, Duration now) {
  Node& node = nodes_[at];
  if (!editor.segment_is_sound()) {
    ++node.counters.malformed;
    meet(packet, at, Fate::kMalformed, editor.ttl());
    return;
  }
  meet(packet, at, Fate::kArrived, editor.ttl());
  const HostAnswer answer = node.host.receive(target, editor, now);
  switch (answer.kind) {
    case HostAnswer::Kind::kNone: break;
    case HostAnswer::Kind::kUnreachable:
      answer_error(packet, at, manner, &editor.flow().destination, {},
                   {ReplyKind::kUnreachable, answer.code}, now);
      break;
    case HostAnswer::Kind::kSegment:
      answer_segment(packet, at, manner, answer, now);
      if (answer.connection != 0 && target.syn_ack_retries > 0) {
        std::unique_ptr<Packet> again = copy(packet);
        again->connection = answer.connection;
        push(now + syn_ack_pause(0), EventKind::kRepeatSynAck, std::move(again));
      }
      break;
  }
}

void SimulatedWorld::repeat_syn_ack(std::unique_ptr<Packet> packet, Duration now) {
  const Topology& state = topology(now);
  const NodeIndex at = *packet->destination;
  const Target* target = state.target(at);
  const std::optional<PacketEditor> editor = PacketEditor::open(packet->bytes);
  SimulatedHost& host = nodes_[at].host;
  if (target == nullptr || target->dark || !host.is_half_open(editor->flow(), packet->connection)) {
    return;
  }
  // The same SYN once more is answered by the same SYN-ACK.
  answer_segment(*packet, at, manner_of(*target), host.receive(*target, *editor, now), now);
  if (++packet->syn_ack_repetition < target->syn_ack_retries) {
    const Duration pause = syn_ack_pause(packet->syn_ack_repetition);
    push(now + pause, EventKind::kRepeatSynAck, std::move(packet));
  }
}

void SimulatedWorld::meet(const Packet& packet, NodeIndex at, Fate fate, std::uint8_t ttl_left) {
  if (!packet.record) return;
  SentPacket& record = sent_[*packet.record];
  record.fate = fate;
  record.where = id_of(at, record.at);
  record.ttl_left = ttl_left;
}

const std::string& SimulatedWorld::id_of(NodeIndex node, Duration now) const {
  static const std::string kSource = "source";
  const Topology& state = topology(now);
  if (const Router* router = state.router(node)) return router->id;
  if (const Target* target = state.target(node)) return target->id;
  return kSource;
}

SimulatedWorld::Manner SimulatedWorld::manner_of(const Router& router) {
  return {router.answers,       router.answer_delay, &router.limit,          router.initial_ttl,
          router.longer_return, router.quote,        router.zeroes_quoted_id};
}

SimulatedWorld::Manner SimulatedWorld::manner_of(const Target& target) {
  return {target.answers, target.answer_delay, &target.limit, target.initial_ttl,
          0,              target.quote,        target.zeroes_quoted_id};
}

bool SimulatedWorld::willing(NodeIndex at, const Manner& manner, Family family, bool limited,
                             Duration now) {
  Node& node = nodes_[at];
  if (manner.answers < 1 && !node.random.happens(manner.answers)) {
    ++node.counters.withheld;
    return false;
  }
  if (limited && *manner.limit &&
      !node.buckets[family_index(family)].take(**manner.limit, now)) {
    ++node.counters.withheld;
    ++node.counters.limited;
    return false;
  }
  return true;
}

std::vector<std::uint8_t> SimulatedWorld::quoted(const Packet& packet,
                                                 const Manner& manner) const {
  std::vector<std::uint8_t> bytes = packet.bytes;
  std::optional<PacketEditor> editor = PacketEditor::open(bytes);
  if (!editor) return bytes;
  for (auto it = packet.translations.rbegin(); it != packet.translations.rend(); ++it) {
    if (!it->restores_quotes) break;
    editor->set_source(it->source, it->port);
  }
  if (manner.zeroes_quoted_id) editor->set_id(0);
  return bytes;
}

std::optional<std::uint8_t> SimulatedWorld::ttl_at_home(const Packet& packet,
                                                        const Manner& manner) const {
  std::size_t passed = manner.longer_return;
  for (std::size_t i = 1; i < packet.steps.size(); ++i) {
    if (!packet.steps[i].hidden) ++passed;
  }
  if (passed >= manner.initial_ttl) return std::nullopt;
  return static_cast<std::uint8_t>(manner.initial_ttl - passed);
}

void SimulatedWorld::answer_error(const Packet& packet, NodeIndex at, const Manner& manner,
                                  const IpAddress* from, const std::vector<MplsLabel>& labels,
                                  const Error& error, Duration now) {
  Node& node = nodes_[at];
  if (from == nullptr) {
    ++node.counters.withheld;
    return;
  }
  if (!willing(at, manner, from->family, true, now)) return;
  const std::optional<std::uint8_t> ttl = ttl_at_home(packet, manner);
  if (!ttl) return;

  net::IcmpErrorSpec spec;
  spec.source = *from;
  spec.destination = packet.origin.source;
  spec.ttl = *ttl;
  spec.id = ++node.next_id;
  spec.kind = error.kind;
  spec.code = error.code;
  spec.mtu = error.mtu;
  spec.mpls = labels;
  const std::vector<std::uint8_t> original = quoted(packet, manner);
  if (manner.quote != 0) {
    const std::optional<net::IpPacket> whole = net::parse_ip(original);
    if (whole) spec.quote_size = original.size() - whole->payload.size() + manner.quote;
  }
  ++node.counters.answered;
  if (packet.record) ++sent_[*packet.record].answers;
  go_home(packet, net::write_icmp_error(spec, original), now + manner.delay);
}

void SimulatedWorld::answer_segment(const Packet& packet, NodeIndex at, const Manner& manner,
                                    const HostAnswer& answer, Duration now) {
  if (answer.kind != HostAnswer::Kind::kSegment) return;
  const FlowFields& flow = packet.origin;
  const std::optional<std::uint8_t> ttl = ttl_at_home(packet, manner);
  if (!willing(at, manner, flow.source.family, false, now) || !ttl) return;

  std::vector<std::uint8_t> segment;
  if (flow.protocol == net::kProtocolTcp) {
    net::TcpSegment tcp;
    tcp.source_port = flow.destination_port;
    tcp.destination_port = flow.source_port;
    tcp.sequence = answer.sequence;
    // Whoever shifted the sequence on the way there shifts the acknowledgment back.
    if ((answer.flags & net::kTcpAck) != 0) {
      tcp.acknowledgment = answer.acknowledgment - packet.sequence_shift;
    } else {
      tcp.sequence -= packet.sequence_shift;
    }
    tcp.flags = answer.flags;
    tcp.window = (answer.flags & net::kTcpRst) != 0 ? std::uint16_t{0} : kSynAckWindow;
    segment = net::write_tcp(flow.destination, flow.source, tcp);
  } else if (flow.protocol == net::kProtocolUdp) {
    net::UdpDatagram udp;
    udp.source_port = flow.destination_port;
    udp.destination_port = flow.source_port;
    udp.payload = answer.payload;
    segment = net::write_udp(flow.destination, flow.source, udp);
  } else {
    segment = answer.payload;
    std::uint16_t checksum = 0;
    if (flow.protocol == net::kProtocolIcmpv6) {
      checksum = net::segment_checksum(flow.destination, flow.source, flow.protocol, segment);
    } else {
      InternetChecksum sum;
      sum.add(segment);
      checksum = sum.value();
    }
    put_u16(segment, 2, checksum);
  }

  net::IpHeader header;
  header.source = flow.destination;
  header.destination = flow.source;
  header.protocol = flow.protocol;
  header.ttl = *ttl;
  ++nodes_[at].counters.answered;
  if (packet.record) ++sent_[*packet.record].answers;
  go_home(packet, net::write_packet(header, segment), now + manner.delay);
}

void SimulatedWorld::forge(const Packet& packet, NodeIndex at, const Router& router, bool expires,
                           Duration now) {
  Node& node = nodes_[at];
  const Family family = packet.origin.source.family;
  const Manner manner = manner_of(router);
  for (const Forgery& forgery : router.forgeries) {
    const bool replay = forgery.kind == ForgeryKind::kReplayed;
    if ((replay && !expires) || !node.random.happens(forgery.share)) continue;
    const IpAddress* own = address_of(router.addresses, family);
    const IpAddress* from = forgery.from ? &*forgery.from : own;
    if (from == nullptr || from->family != family) continue;

    std::vector<std::uint8_t> original = quoted(packet, manner);
    std::optional<PacketEditor> editor = PacketEditor::open(original);
    if (!editor || editor->segment().size() < 8) continue;
    const std::size_t segment = original.size() - editor->segment().size();
    editor->set_ttl(1);
    switch (forgery.kind) {
      case ForgeryKind::kWrongToken: original.back() ^= 0xffU; break;
      case ForgeryKind::kUnknownId: editor->set_id(editor->id() ^ 0x5a5aU); break;
      case ForgeryKind::kWrongPorts:
        put_u16(original, segment, static_cast<std::uint16_t>(editor->flow().source_port ^ 0x4000U));
        break;
      case ForgeryKind::kNeverSent:
        // The low octet of the UDP length, or a low bit of the TCP sequence.
        original[segment + (packet.origin.protocol == net::kProtocolUdp ? 5U : 7U)] ^= 0x40U;
        break;
      case ForgeryKind::kReplayed: break;
    }
    net::IcmpErrorSpec spec;
    spec.source = *from;
    spec.destination = packet.origin.source;
    spec.ttl = ttl_at_home(packet, manner).value_or(1);
    spec.kind = ReplyKind::kTimeExceeded;
    for (unsigned i = 0; i < forgery.copies; ++i) {
      spec.id = ++node.next_id;
      ++node.counters.forged;
      go_home(packet, net::write_icmp_error(spec, original), now + forgery.delay);
    }
  }
}

void SimulatedWorld::go_home(const Packet& packet, std::vector<std::uint8_t> answer,
                             Duration now) {
  std::vector<Duration> copies{now};
  for (auto step = packet.steps.rbegin(); step != packet.steps.rend(); ++step) {
    const Wire& wire = step->link->back;
    Node& node = nodes_[step->from];
    std::vector<Duration> across;
    for (const Duration copy_at : copies) {
      const int times = node.random.happens(wire.duplicate) ? 2 : 1;
      for (int i = 0; i < times; ++i) {
        if (node.random.happens(wire.loss)) {
          ++node.counters.lost_back;
        } else {
          across.push_back(copy_at + crossing(wire, node.random));
        }
      }
    }
    copies = std::move(across);
  }
  for (const Duration at : copies) {
    auto home = std::make_unique<Packet>();
    home->bytes = answer;
    home->uplink = packet.uplink;
    push(at, EventKind::kHome, std::move(home));
  }
}

}  // namespace etr::transport
