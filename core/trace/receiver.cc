#include "trace/receiver.h"

#include <utility>

namespace etr::trace {

using base::Instant;

namespace {

/// A difference between UTC and the monotonic clock above this, over one probe, means that UTC was
/// stepped.
constexpr Duration kMaxClockStep = std::chrono::milliseconds(10);
/// Copies of one packet on stacked interfaces (VLAN, bond, bridge) have timestamps this close.
constexpr Duration kStackedCopy = std::chrono::milliseconds(1);
constexpr std::size_t kMaxNamed = 65536;
/// Processing a reply takes a few µs, and up to 40 µs if it closes a round of 30 hops.
constexpr std::size_t kPacketsPerTurn = 24;

}  // namespace

bool Receiver::receive() {
  const auto see = [this](const transport::ReceivedPacket& packet) {
    const Sighting sighting = dispatcher_.dispatch(packet);
    if (const auto* own = std::get_if<OwnProbe>(&sighting)) {
      see_own(*own, packet);
    } else if (const auto* answer = std::get_if<Answer>(&sighting)) {
      see_answer(*answer, packet);
    } else if (const auto* rejection = std::get_if<Rejection>(&sighting)) {
      reject(*rejection, packet, nullptr);
    }
  };
  return run_.transport.receive(see, kPacketsPerTurn) < kPacketsPerTurn;
}

void Receiver::see_own(const OwnProbe& own, const transport::ReceivedPacket& packet) {
  FlowState& flow = run_.flows.at(own.flow);
  Probe* probe = flow.probes.by_cell(own.probe);
  if (probe == nullptr || probe->stamp_from_route) return;
  if (own.ip_id != 0 && own.ip_id != probe->id) return;
  const bool on_route =
      packet.interface_index == run_.transport.flow_route(flow.handle).interface_index;
  if (probe->stamp && !on_route) return;
  probe->stamp = packet.stamp;
  probe->stamp_from_route = on_route;
}

void Receiver::see_answer(const Answer& answer, const transport::ReceivedPacket& packet) {
  FlowState& flow = run_.flows.at(answer.flow);
  const MatchResult result = matcher_.match(flow, answer);
  if (const auto* rejection = std::get_if<Rejection>(&result)) {
    return reject(*rejection, packet, &flow);
  }
  if (std::holds_alternative<Ambiguous>(result)) return judge_.ambiguous(answer);
  if (std::holds_alternative<Surplus>(result)) {
    if (!judge_.surplus(answer)) reject(Rejection::kNeverSent, packet, &flow);
    return;
  }
  const Match& match = std::get<Match>(result);
  Reply reply = answer.reply;
  reply.rewritten = match.rewritten;
  // A challenge ACK acknowledges an older SYN, and a service that repeats replies may answer an
  // older probe: such a reply shows that the destination is alive, but no RTT.
  const bool timed = answer.decoded.probe || !flow.known.gate.repeats();
  if (timed && reply.kind != ReplyKind::kAck) measure(*match.probe, reply);
  if (reply.rtt && *reply.rtt < Duration::zero()) {
    return reject(Rejection::kTooEarly, packet, &flow);
  }
  Probe& probe = *match.probe;
  const bool in_time = !reply.rtt || *reply.rtt <= run_.options.timeout;
  const bool waited_for = probe.state == ProbeState::kInFlight || probe.state == ProbeState::kLost;
  if (answer.from_service && answer.decoded.probe && waited_for) {
    flow.known.gate.identified(probe.state == ProbeState::kInFlight && in_time);
  }
  if (probe.state == ProbeState::kInFlight && in_time) {
    note_responder(reply.source);
    return judge_.answered(answer, reply, probe, packet.interface_index);
  }
  if (probe.state == ProbeState::kInFlight) judge_.give_up(answer.flow, probe);
  // give_up() may close the round, but it does not move the probe.
  see_repeated(flow, probe, reply, packet);
  if (probe.state == ProbeState::kLost) judge_.answered_late(answer, reply, probe);
}

/// The RTT is the difference of the kernel timestamps of probe and reply. If our own frame was not
/// captured, or UTC was stepped in between, it comes from the clocks of the process.
void Receiver::measure(const Probe& probe, Reply& reply) const {
  const auto [now, utc] = base::read_both(run_.transport.clock());
  const Duration step = (utc - now.time_since_epoch()).time_since_epoch() -
                        (probe.sent_utc - probe.sent.time_since_epoch()).time_since_epoch();
  if (std::chrono::abs(step) > kMaxClockStep) {
    reply.rtt = now - probe.sent;
    reply.user_clock = true;
    return;
  }
  reply.rtt = reply.received_at - probe.stamp.value_or(probe.sent_utc);
  reply.user_clock = !probe.stamp;
}

void Receiver::see_repeated(const FlowState& flow, Probe& probe, const Reply& reply,
                            const transport::ReceivedPacket& packet) {
  if (probe.state == ProbeState::kAnswered && packet.interface_index != probe.answered_on &&
      std::chrono::abs(packet.stamp - probe.answered_at) < kStackedCopy) {
    return;  // A copy of the same packet, captured on a stacked interface.
  }
  const bool late = probe.state == ProbeState::kLost;
  if (!late && probe.state != ProbeState::kAnswered) return;
  ++(late ? run_.counters.late : run_.counters.duplicates);
  if (!probe.may_report_more()) return;
  if (late) {
    run_.events.unexpected(EventKind::kLateReply, flow, probe, reply, "reply after the timeout");
  } else {
    run_.events.unexpected(EventKind::kDuplicateReply, flow, probe, reply, "another reply");
  }
}

void Receiver::reject(Rejection rejection, const transport::ReceivedPacket& packet,
                      const FlowState* flow) {
  ++run_.counters.rejected;
  if (rejection == Rejection::kUnknownPort) return;  // Replies to other programs are counted only.
  run_.events.rejected(rejection, packet, flow);
}

void Receiver::note_responder(const IpAddress& address) {
  if (responders_.size() >= kMaxNamed) return;
  if (responders_.insert(address).second) run_.observer.on_responder(address);
}

}  // namespace etr::trace
