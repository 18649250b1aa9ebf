#include "simulation/world.h"

#include <algorithm>
#include <utility>

#include "net/ip.h"

namespace etr::simulation {
namespace {

/// Applies one change to a network's state.
struct Apply {
  Network& network;
  void operator()(const Source& source) const { network.source = source; }
  void operator()(const Router& router) const { *find_router(network, router.id) = router; }
  void operator()(const Target& target) const { *find_target(network, target.id) = target; }
};

std::size_t family_index(Family family) { return family == Family::kIpv4 ? 0 : 1; }

}  // namespace

World::World(const Network& network) {
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

const Topology& World::topology(Duration at) const {
  auto after =
      std::upper_bound(periods_.begin(), periods_.end(), at,
                       [](Duration time, const Period& period) { return time < period.from; });
  if (after != periods_.begin()) --after;
  return *after->topology;
}

std::optional<Duration> World::next_event() const {
  if (events_.empty()) return std::nullopt;
  return events_.front().at;
}

void World::push(Duration at, EventKind kind, std::unique_ptr<Flight> flight) {
  events_.push_back({at, order_++, kind, std::move(flight)});
  std::push_heap(events_.begin(), events_.end(), Later{});
}

std::unique_ptr<Flight> World::copy(const Flight& flight) const {
  return std::make_unique<Flight>(flight);
}

std::optional<World::Arrival> World::next_arrival(Duration until) {
  while (!events_.empty() && events_.front().at <= until) {
    std::pop_heap(events_.begin(), events_.end(), Later{});
    Event event = std::move(events_.back());
    events_.pop_back();
    switch (event.kind) {
      case EventKind::kHome:
        return Arrival{event.at, event.flight->uplink, std::move(event.flight->bytes)};
      case EventKind::kArrive: arrive(std::move(event.flight), event.at); break;
      case EventKind::kRepeatSynAck: repeat_syn_ack(std::move(event.flight), event.at); break;
    }
  }
  return std::nullopt;
}

bool World::send(Bytes bytes, Duration now, bool probe) {
  const Topology& state = topology(now);
  auto flight = std::make_unique<Flight>();
  flight->bytes.assign(bytes.begin(), bytes.end());
  const std::optional<PacketEditor> editor = PacketEditor::open(flight->bytes);
  if (editor) {
    flight->origin = editor->flow();
    flight->destination = state.owner(editor->flow().destination);
  }
  Random& random = nodes_[kSourceNode].random;
  const bool draws = state.network().source.balancing == Balancing::kPacket;
  const Link* link =
      state.choose(kSourceNode, flight->destination, flight->origin, draws ? random.bits() : 0);
  if (link == nullptr) return false;
  flight->uplink = static_cast<std::uint32_t>(link - state.network().source.next.data());
  if (recording_ && probe) {
    flight->record = sent_.size();
    SentPacket record;
    record.at = now;
    record.flow = flight->origin;
    record.size = bytes.size();
    if (editor) {
      record.ttl = editor->ttl();
      record.id = editor->id();
    }
    sent_.push_back(std::move(record));
  }
  travel(std::move(flight), kSourceNode, *link, now);
  return true;
}

Duration World::crossing(const Wire& wire, Random& random) const {
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

void World::travel(std::unique_ptr<Flight> flight, NodeIndex from, const Link& link, Duration now) {
  Node& node = nodes_[from];
  const Router* router = topology(now).router(from);
  flight->steps.push_back({from, &link, router != nullptr && router->hidden});
  if (node.random.happens(link.forward.duplicate)) {
    if (node.random.happens(link.forward.loss)) {
      ++node.counters.lost;
    } else {
      push(now + crossing(link.forward, node.random), EventKind::kArrive, copy(*flight));
    }
  }
  if (node.random.happens(link.forward.loss)) {
    ++node.counters.lost;
    meet(*flight, from, Fate::kLost, 0);
    return;
  }
  push(now + crossing(link.forward, node.random), EventKind::kArrive, std::move(flight));
}

void World::arrive(std::unique_ptr<Flight> flight, Duration now) {
  const Topology& state = topology(now);
  const NodeIndex at = state.destination_of(*flight->steps.back().link);
  Node& node = nodes_[at];
  ++node.counters.seen;
  std::optional<PacketEditor> editor = PacketEditor::open(flight->bytes);
  if (!editor) {
    ++node.counters.malformed;
    meet(*flight, at, Fate::kMalformed, 0);
    return;
  }
  if (const Target* target = state.target(at)) {
    // A target does not forward packets for other hosts.
    if (flight->destination == at) {
      deliver(*flight, at, *target, AnswerStyle(*target), *editor, now);
    }
    return;
  }
  const Router& router = *state.router(at);
  if (flight->destination == at) {
    Target as_host;
    as_host.tcp = PortState::kClosed;
    as_host.dark = router.silent;
    deliver(*flight, at, as_host, AnswerStyle(router), *editor, now);
    return;
  }
  forward(std::move(flight), at, router, *editor, now);
}

void World::forward(std::unique_ptr<Flight> flight, NodeIndex at, const Router& router,
                    PacketEditor& editor, Duration now) {
  const Topology& state = topology(now);
  Node& node = nodes_[at];
  const Link& by = *flight->steps.back().link;
  const Family family = editor.flow().destination.family;
  const IpAddress* address = router.silent ? nullptr : state.answering_address(at, by, family);
  const std::uint8_t ttl = editor.ttl();
  const bool expires = !router.hidden && (ttl == 0 || (ttl == 1 && !router.forwards_zero_ttl));
  if (!router.forgeries.empty()) forge(*flight, at, router, expires, now);
  const auto answer = [&](const ErrorAnswer& error) {
    answer_error(*flight, at, AnswerStyle(router), address, router.mpls, error, now);
  };

  if (expires) {
    ++node.counters.expired;
    meet(*flight, at, Fate::kExpired, ttl);
    answer({ReplyKind::kTimeExceeded});
    return;
  }
  for (const Block& block : router.blocks) {
    if (!matches(block, editor.flow())) continue;
    ++node.counters.blocked;
    meet(*flight, at, Fate::kBlocked, ttl);
    if (block.answer) answer({ReplyKind::kUnreachable, block.answer->in(family)});
    return;
  }

  if (!router.hidden) editor.set_ttl(static_cast<std::uint8_t>(ttl - 1));
  if (const std::optional<NatRewrite> rewrite = state.translate(at, editor.flow())) {
    flight->translations.push_back(
        {editor.flow().source, editor.flow().source_port, router.nat->restores_quotes});
    editor.set_source(rewrite->source, rewrite->source_port);
  }
  if (router.sets_traffic_class) editor.set_traffic_class(*router.sets_traffic_class);
  if (router.rewrites_id) editor.set_id(++node.next_scrubbed_id);
  if (router.rewrites_sequence) {
    const std::uint64_t key =
        std::uint64_t{editor.flow().source_port} << 16U | editor.flow().destination_port;
    const auto shift = static_cast<std::uint32_t>(mix(mix(at), key));
    flight->sequence_shift += shift;
    editor.set_tcp_sequence(editor.tcp_sequence() + shift);
  }

  const Link* link = state.choose(at, flight->destination, editor.flow(),
                                  router.balancing == Balancing::kPacket ? node.random.bits() : 0);
  if (link == nullptr) {
    meet(*flight, at, Fate::kUnroutable, ttl);
    answer({ReplyKind::kUnreachable, 0});
    return;
  }
  if (link->mtu != 0 && flight->bytes.size() > link->mtu && !editor.may_fragment()) {
    meet(*flight, at, Fate::kTooBig, ttl);
    editor.set_ttl(ttl);  // Quoted as it came.
    answer({ReplyKind::kPacketTooBig, 0, link->mtu});
    return;
  }
  travel(std::move(flight), at, *link, now);
}

void World::deliver(const Flight& flight, NodeIndex at, const Target& target,
                    const AnswerStyle& style, const PacketEditor& editor, Duration now) {
  Node& node = nodes_[at];
  if (!editor.segment_is_sound()) {
    ++node.counters.malformed;
    meet(flight, at, Fate::kMalformed, editor.ttl());
    return;
  }
  meet(flight, at, Fate::kArrived, editor.ttl());
  const HostAnswer answer = node.host.receive(target, editor, now);
  switch (answer.kind) {
    case HostAnswer::Kind::kNone: break;
    case HostAnswer::Kind::kUnreachable:
      answer_error(flight, at, style, &editor.flow().destination, {},
                   {ReplyKind::kUnreachable, answer.code}, now);
      break;
    case HostAnswer::Kind::kSegment:
      answer_segment(flight, at, style, answer, now);
      if (editor.flow().protocol == net::kProtocolUdp && target.udp_repeat_after > Duration{}) {
        answer_segment(flight, at, style, answer, now + target.udp_repeat_after);
      }
      if (answer.connection != 0 && target.syn_ack_retries > 0) {
        std::unique_ptr<Flight> again = copy(flight);
        again->connection = answer.connection;
        push(now + syn_ack_pause(0), EventKind::kRepeatSynAck, std::move(again));
      }
      break;
  }
}

void World::repeat_syn_ack(std::unique_ptr<Flight> flight, Duration now) {
  const Topology& state = topology(now);
  const NodeIndex at = *flight->destination;
  const Target* target = state.target(at);
  const std::optional<PacketEditor> editor = PacketEditor::open(flight->bytes);
  SimulatedHost& host = nodes_[at].host;
  if (target == nullptr || target->dark || !host.is_half_open(editor->flow(), flight->connection)) {
    return;
  }
  // The same SYN once more is answered by the same SYN-ACK.
  answer_segment(*flight, at, AnswerStyle(*target), host.receive(*target, *editor, now), now);
  if (++flight->syn_ack_repetition < target->syn_ack_retries) {
    const Duration pause = syn_ack_pause(flight->syn_ack_repetition);
    push(now + pause, EventKind::kRepeatSynAck, std::move(flight));
  }
}

void World::meet(const Flight& flight, NodeIndex at, Fate fate, std::uint8_t ttl_left) {
  if (!flight.record) return;
  SentPacket& record = sent_[*flight.record];
  record.fate = fate;
  record.where = id_of(at, record.at);
  record.ttl_left = ttl_left;
}

const std::string& World::id_of(NodeIndex node, Duration now) const {
  static const std::string kSource = "source";
  const Topology& state = topology(now);
  if (const Router* router = state.router(node)) return router->id;
  if (const Target* target = state.target(node)) return target->id;
  return kSource;
}

bool World::willing(NodeIndex at, const AnswerStyle& style, Family family, bool limited,
                    Duration now) {
  Node& node = nodes_[at];
  if (style.answers < 1 && !node.random.happens(style.answers)) {
    ++node.counters.withheld;
    return false;
  }
  if (limited && *style.limit && !node.buckets[family_index(family)].take(**style.limit, now)) {
    ++node.counters.withheld;
    ++node.counters.limited;
    return false;
  }
  return true;
}

void World::answer_error(const Flight& flight, NodeIndex at, const AnswerStyle& style,
                         const IpAddress* from, const std::vector<MplsLabel>& labels,
                         const ErrorAnswer& error, Duration now) {
  Node& node = nodes_[at];
  if (from == nullptr) {
    ++node.counters.withheld;
    return;
  }
  const std::optional<std::uint8_t> ttl = ttl_at_home(flight, style);
  if (!willing(at, style, from->family, true, now) || !ttl) return;
  count_answer(flight, at);
  go_home(flight, write_error(flight, style, error, *from, labels, *ttl, ++node.next_id),
          now + style.delay);
}

void World::answer_segment(const Flight& flight, NodeIndex at, const AnswerStyle& style,
                           const HostAnswer& answer, Duration now) {
  if (answer.kind != HostAnswer::Kind::kSegment) return;
  const std::optional<std::uint8_t> ttl = ttl_at_home(flight, style);
  if (!willing(at, style, flight.origin.source.family, false, now) || !ttl) return;
  count_answer(flight, at);
  go_home(flight, write_answer(flight, answer, *ttl), now + style.delay);
}

void World::count_answer(const Flight& flight, NodeIndex at) {
  ++nodes_[at].counters.answered;
  if (flight.record) ++sent_[*flight.record].answers;
}

void World::forge(const Flight& flight, NodeIndex at, const Router& router, bool expires,
                  Duration now) {
  Node& node = nodes_[at];
  const AnswerStyle style(router);
  const Family family = flight.origin.source.family;
  for (const Forgery& forgery : router.forgeries) {
    const bool replay = forgery.kind == ForgeryKind::kReplayed;
    if ((replay && !expires) || !node.random.happens(forgery.share)) continue;
    const IpAddress* own = address_of(router.addresses, family);
    const IpAddress* from = forgery.from ? &*forgery.from : own;
    if (from == nullptr || from->family != family) continue;
    const std::uint8_t ttl = ttl_at_home(flight, style).value_or(1);
    for (unsigned i = 0; i < forgery.copies; ++i) {
      const std::vector<std::uint8_t> forged =
          write_forgery(flight, style, forgery.kind, *from, ttl, ++node.next_id);
      if (forged.empty()) break;
      ++node.counters.forged;
      go_home(flight, forged, now + forgery.delay);
    }
  }
}

void World::go_home(const Flight& flight, const std::vector<std::uint8_t>& answer, Duration now) {
  std::vector<Duration> copies{now};
  for (auto step = flight.steps.rbegin(); step != flight.steps.rend(); ++step) {
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
    auto home = std::make_unique<Flight>();
    home->bytes = answer;
    home->uplink = flight.uplink;
    push(at, EventKind::kHome, std::move(home));
  }
}

}  // namespace etr::simulation
