#include "trace/judge.h"

#include <string>
#include <utility>

#include "trace/matcher.h"

namespace etr::trace {

using plan::Outcome;
using plan::OutcomeKind;

namespace {

/// Processing a loss takes 1 µs, and up to 40 µs if it closes a round of 30 hops.
constexpr int kExpiriesPerTurn = 16;

plan::Request request_of(plan::FlowId id, const Probe& probe) {
  return {id, probe.ttl, probe.round, probe.recorded};
}

/// The round of a probe; null if it belongs to none.
model::Round* round_of(FlowState& flow, const Probe& probe) {
  return probe.recorded ? flow.known.round(probe.round) : nullptr;
}

OutcomeKind kind_of(const FlowState& flow, const Answer& answer, const Reply& reply) {
  if (reply.kind == ReplyKind::kTimeExceeded) return OutcomeKind::kTimeExceeded;
  const bool target = answer.from_service || reply.source == flow.flow.destination;
  return target ? OutcomeKind::kReached : OutcomeKind::kBlocked;
}

}  // namespace

bool unattributable(const Answer& answer) {
  return !answer.decoded.probe && answer.reply.kind != ReplyKind::kAck;
}

void Judge::sent(plan::FlowId id, const Probe& probe) {
  ++run_.counters.probes_sent;
  ++run_.flows.at(id).hop(probe.ttl).sent;
  // The timeout runs from when the probe has left; on a busy host that may be long after it was
  // requested.
  expiries_.add(run_.now(), id, probe.id);
}

void Judge::send_failed(const plan::Request& request, Probe* probe, std::string_view reason) {
  FlowState& flow = run_.flows.at(request.flow);
  ++run_.counters.send_errors;
  ++flow.hop(request.ttl).send_failed;
  flow.snapshot.reset();
  Event event;
  event.kind = EventKind::kSendError;
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = request.round;
  event.ttl = request.ttl;
  event.text = std::string(reason);
  run_.events.report(std::move(event));
  if (probe != nullptr) probe->state = ProbeState::kSendFailed;
  if (model::Round* round = request.recorded ? flow.known.round(request.round) : nullptr) {
    round->missed(request.ttl, run_.transport.clock().utc(), Verdict::kSendFailed);
    follow_end(request.flow, flow.known.end.ttl(), Duration::zero());
  }
  run_.planner.on_outcome(request, {OutcomeKind::kSendFailed, run_.now(), {}, {}});
  if (run_.flows.find(request.flow) != nullptr) rounds_.close_decided(request.flow);
}

void Judge::answered(const Answer& answer, const Reply& reply, Probe& probe,
                     std::uint32_t interface_index) {
  FlowState& flow = run_.flows.at(answer.flow);
  ++run_.counters.replies;
  probe.state = ProbeState::kAnswered;
  probe.answered_on = interface_index;
  probe.answered_at = reply.received_at;
  flow.snapshot.reset();
  const OutcomeKind kind = kind_of(flow, answer, reply);
  model::Round* round = round_of(flow, probe);
  if (round == nullptr || round->answered(probe.ttl, probe.sent_at(), reply)) {
    flow.hop(probe.ttl).add_answer(reply);
    run_.flows.trace_of(flow).graph.count(
        flow.flow.index, probe.ttl,
        {true, reply.source, reply.rtt, reply.received_at, is_icmp(reply.kind)});
    learn(answer.flow, answer, reply, probe, kind);
  } else {
    --flow.hop(probe.ttl).sent;  // A hop counts one reply per round.
  }
  decide(answer.flow, probe, {kind, run_.now(), reply.rtt, reply.source});
}

/// Records what the reply shows of the path, and withdraws probes that it makes unnecessary.
void Judge::learn(plan::FlowId id, const Answer& answer, const Reply& reply, const Probe& probe,
                  OutcomeKind kind) {
  FlowState& flow = run_.flows.at(id);
  model::KnownFlow& known = flow.known;
  model::Round* round = round_of(flow, probe);
  if (unattributable(answer)) known.gate.attributed(reply.received_at);
  if (known.end.ttl() == probe.ttl) known.gate.end_decided(probe.round);
  const auto end_before = known.end.ttl();
  if (kind == OutcomeKind::kTimeExceeded) {
    known.end.router_answered(probe.ttl);
  } else {
    if (round != nullptr && kind == OutcomeKind::kReached) round->reached(probe.ttl);
    if (round != nullptr && kind == OutcomeKind::kBlocked) {
      round->blocked({probe.ttl, reply.source, reply.icmp_type, reply.icmp_code});
    }
    known.end.end_answered(probe.ttl);
  }
  follow_end(id, end_before, reply.rtt.value_or(Duration::zero()));
}

void Judge::answered_late(const Answer& answer, const Reply& reply, const Probe& probe) {
  FlowState& flow = run_.flows.at(answer.flow);
  if (!answer.decoded.probe || kind_of(flow, answer, reply) != OutcomeKind::kReached) return;
  if (!flow.known.end.last_known()) return;
  const auto end_before = flow.known.end.ttl();
  flow.known.end.end_answered(probe.ttl);
  follow_end(answer.flow, end_before, Duration::zero());
  rounds_.close_decided(answer.flow);
}

/// A probe has its verdict: checks whether the end of the path has moved from `before`, or is
/// certain now.
void Judge::follow_end(plan::FlowId id, std::optional<std::uint8_t> before, Duration rtt) {
  model::KnownFlow& known = run_.flows.at(id).known;
  if (!known.rounds.empty()) known.end.settle(known.rounds.back());
  if (known.end.ttl() == before) return;
  known.gate.end_moved();
  withdrawal_.beyond_end(id, rtt);
}

void Judge::expire(base::Instant now) {
  for (int left = kExpiriesPerTurn; left > 0; --left) {
    const auto entry = expiries_.take(now);
    if (!entry) return;
    FlowState* flow = run_.flows.find(entry->flow);
    Probe* probe = flow == nullptr ? nullptr : flow->probes.by_id(entry->probe);
    if (probe != nullptr && probe->state == ProbeState::kInFlight) give_up(entry->flow, *probe);
  }
}

void Judge::give_up(plan::FlowId id, Probe& probe) {
  FlowState& flow = run_.flows.at(id);
  model::KnownFlow& known = flow.known;
  model::Round* round = round_of(flow, probe);
  probe.state = ProbeState::kLost;
  const bool confirms = round != nullptr && round->confirms(probe.ttl, probe.sent_at());
  const bool is_loss = !confirms && !probe.challenged;
  if (is_loss) {
    flow.hop(probe.ttl).add_loss();
    run_.flows.trace_of(flow).graph.count(flow.flow.index, probe.ttl,
                                          {false, {}, {}, run_.transport.clock().utc()});
  } else {
    --flow.hop(probe.ttl).sent;
  }
  flow.snapshot.reset();
  if (known.end.ttl() == probe.ttl) known.gate.end_decided(probe.round);
  if (round != nullptr && round->missed(probe.ttl, probe.sent_at(), Verdict::kLost, is_loss)) {
    known.end.lost(probe.ttl);
    follow_end(id, known.end.ttl(), Duration::zero());
  }
  decide(id, probe, {OutcomeKind::kLost, run_.now(), {}, {}});
}

void Judge::decide(plan::FlowId id, const Probe& probe, const Outcome& outcome) {
  run_.planner.on_outcome(request_of(id, probe), outcome);
  if (run_.flows.find(id) != nullptr) rounds_.close_decided(id);
}

void Judge::ambiguous(const Answer& answer) {
  withdrawal_.ambiguous(answer.flow, unattributable(answer));
  if (run_.flows.find(answer.flow) != nullptr) rounds_.close_decided(answer.flow);
}

bool Judge::surplus(const Answer& answer) {
  FlowState& flow = run_.flows.at(answer.flow);
  if (answer.reply.kind == ReplyKind::kAck && !flow.known.gate.late()) {
    flow.probes.for_each_in_flight([](Probe& probe) { probe.challenged = true; });
  }
  model::ServiceGate& gate = flow.known.gate;
  bool opened = false;
  if (gate.take_withdrawn(run_.now(), opened)) {
    if (opened) run_.planner.on_gate_open(answer.flow);
    return true;
  }
  // A challenge ACK belongs to no probe; it shows that the destination is alive.
  if (answer.reply.kind == ReplyKind::kAck) return true;
  Probe* last = flow.probes.last_from(flow.known.end.last_known().value_or(1));
  if (last == nullptr) return false;
  const bool late = last->state == ProbeState::kLost;
  if (!late && last->state != ProbeState::kAnswered) return false;
  if (!late) gate.surplus(answer.reply.received_at);
  ++(late ? run_.counters.late : run_.counters.duplicates);
  if (!last->may_report_more()) return true;
  Reply reply = answer.reply;  // No RTT: it may be the reply to another probe.
  reply.rtt.reset();
  run_.events.unexpected(late ? EventKind::kLateReply : EventKind::kDuplicateReply, flow, *last,
                         reply, "the service replied, but no probe is waiting for a reply");
  return true;
}

}  // namespace etr::trace
