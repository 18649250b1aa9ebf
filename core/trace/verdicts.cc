#include "trace/verdicts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "trace/matcher.h"

namespace etr::trace {

using base::Instant;

namespace {

/// A reply stamped in time may still be in the kernel when its time is up.
constexpr Duration kExpirySlack = std::chrono::milliseconds(2);
/// From a SYN until our reset has undone its connection: 1.5 round trips, and a reserve.
constexpr int kHalfOpenRoundTrips = 2;
/// Copies that the network makes of a packet arrive this close to each other.
constexpr Duration kNetworkDuplicate = std::chrono::milliseconds(100);

plan::OutcomeKind outcome_of(bool router, bool target) {
  if (router) return plan::OutcomeKind::kTimeExceeded;
  return target ? plan::OutcomeKind::kReached : plan::OutcomeKind::kBlocked;
}

/// The service's answers do not say which probe they are for. A challenge ACK is an exception: a TCP
/// service names its probes.
bool nameless(const Answer& answer) {
  return !answer.decoded.probe && answer.reply.kind != ReplyKind::kAck;
}

Timestamp sent_at(const Probe& probe) { return probe.stamp.value_or(probe.sent_utc); }

}  // namespace

void Verdicts::sent(std::uint32_t id, const Probe& probe) {
  ++run_.counters.probes_sent;
  ++run_.flows[id]->hop(probe.ttl).sent;
  // From now, when it has left: on a busy host that may be long after it was to be sent.
  expiries_.push_back(
      {run_.transport.clock().now() + run_.options.timeout + kExpirySlack, id, probe.id});
}

void Verdicts::send_failed(const Wanted& wanted, Probe* probe, std::string_view reason) {
  const plan::Cell& cell = wanted.cell;
  FlowState& flow = *run_.flows[cell.flow];
  ++run_.counters.send_errors;
  if (probe != nullptr) probe->state = ProbeState::kSendFailed;
  ++flow.hop(cell.ttl).send_failed;
  flow.snapshot.reset();
  Event event;
  event.kind = EventKind::kSendError;
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = cell.round;
  event.ttl = cell.ttl;
  event.text = std::string(reason);
  run_.events.report(std::move(event));
  model::OpenRound* round = flow.round(cell.round);
  const base::Clock& clock = run_.transport.clock();
  if (wanted.second_look) {
    round->second_look_done({});
  } else if (round->failed(cell.ttl, clock.utc(), Verdict::kSendFailed)) {
    run_.planner.on_outcome(cell, {plan::OutcomeKind::kSendFailed, clock.now(), {}, false});
  }
  close_rounds(cell.flow);
}

void Verdicts::answered(const Answer& answer, const Reply& reply, Probe& probe,
                        std::uint32_t interface_index) {
  FlowState& flow = *run_.flows[answer.flow];
  ++run_.counters.replies;
  probe.state = ProbeState::kAnswered;
  probe.answered_on = interface_index;
  probe.answered_at = reply.received_at;
  flow.hop(probe.ttl).add_answer(reply);
  flow.snapshot.reset();
  model::OpenRound* round = flow.round(probe.round);
  if (probe.second_look) {
    round->second_look_done(reply.source);
    return close_rounds(answer.flow);
  }
  const bool router = reply.kind == ReplyKind::kTimeExceeded;
  const bool target = !router && (answer.from_service || reply.source == flow.flow.destination);
  if (round != nullptr) {
    const bool first = round->answered(probe.ttl, sent_at(probe), reply);
    if (!first) return close_rounds(answer.flow);
    if (target) round->reached(probe.ttl);
    if (!target && !router) {
      round->blocked({probe.ttl, reply.source, reply.icmp_type, reply.icmp_code});
    }
  }
  if (nameless(answer)) {
    flow.service.nameless = true;
    flow.service.answered_at = reply.received_at;
  }
  run_.planner.on_outcome({answer.flow, probe.ttl, probe.round},
                          {outcome_of(router, target), run_.transport.clock().now(), reply.rtt,
                           nameless(answer)});
  cut_behind_end(answer.flow, flow, reply.rtt.value_or(Duration::zero()));
  close_rounds(answer.flow);
}

void Verdicts::expire(Instant now) {
  while (!expiries_.empty() && expiries_.front().at <= now) {
    const Expiry expiry = expiries_.front();
    expiries_.pop_front();
    Probe* probe = run_.flows[expiry.flow]->probes.by_id(expiry.probe);
    if (probe != nullptr && probe->state == ProbeState::kInFlight) give_up(expiry.flow, *probe);
  }
}

std::optional<Instant> Verdicts::next_expiry() const {
  if (expiries_.empty()) return std::nullopt;
  return expiries_.front().at;
}

void Verdicts::give_up(std::uint32_t id, Probe& probe) {
  FlowState& flow = *run_.flows[id];
  probe.state = ProbeState::kLost;
  flow.hop(probe.ttl).add_loss();
  flow.snapshot.reset();
  model::OpenRound* round = flow.round(probe.round);
  if (probe.second_look) {
    round->second_look_done({});
  } else if (round == nullptr || round->failed(probe.ttl, sent_at(probe), Verdict::kLost)) {
    run_.planner.on_outcome({id, probe.ttl, probe.round},
                            {plan::OutcomeKind::kLost, run_.transport.clock().now(), {}, false});
  }
  close_rounds(id);
}

void Verdicts::ambiguous(const Answer& answer) {
  const std::uint32_t id = answer.flow;
  FlowState& flow = *run_.flows[id];
  std::uint32_t withdrawn = 0;
  std::uint8_t lowest = flow.max_ttl;
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (!may_reach(flow, probe)) return;
    lowest = std::min(lowest, probe.ttl);
    withdraw(flow, probe);
    ++withdrawn;
  });
  drain(flow, id, withdrawn - 1);
  if (flow.rounds.empty()) return;
  // Where one answer came that nobody had asked for, more may come.
  if (flow.last_end) run_.planner.hold(id, run_.transport.clock().now() + run_.options.timeout);
  const plan::Cell cell{id, lowest, flow.rounds.back().number()};
  ServiceAnswers& service = flow.service;
  if (service.asked_again != cell.round) {
    service.times_asked = 0;
    service.doubted_end = flow.last_end;
  }
  service.asked_again = cell.round;
  ++service.times_asked;
  run_.planner.on_outcome(
      cell,
      {plan::OutcomeKind::kReachedUnknown, run_.transport.clock().now(), {}, nameless(answer)});
  close_rounds(id);
}

/// Answers to withdrawn probes must not be taken for answers to later ones: nothing more goes to the
/// destination until all have come, or can come no more.
void Verdicts::drain(FlowState& flow, std::uint32_t id, std::uint32_t answers) {
  const Instant now = run_.transport.clock().now();
  if (now > flow.drained_at) flow.draining = 0;
  flow.draining += answers;
  if (flow.draining == 0) return;
  flow.drained_at = now + run_.options.timeout;
  run_.planner.hold(id, flow.drained_at);
}

bool Verdicts::surplus(const Answer& answer) {
  FlowState& flow = *run_.flows[answer.flow];
  const Instant now = run_.transport.clock().now();
  if (flow.draining > 0 && now <= flow.drained_at) {
    if (--flow.draining == 0 && !flow.service.doubted_end) run_.planner.hold(answer.flow, now);
    return true;
  }
  // A challenge ACK belongs to no probe; the destination is known to be alive.
  if (answer.reply.kind == ReplyKind::kAck) return true;
  Probe* last = flow.probes.last_from(flow.last_end.value_or(1));
  if (last == nullptr) return false;
  const bool late = last->state == ProbeState::kLost;
  if (!late && last->state != ProbeState::kAnswered) return false;
  // A packet that the network doubles comes at once; what comes later was sent again.
  if (!late && answer.reply.received_at - flow.service.answered_at > kNetworkDuplicate) {
    flow.service.repeats = true;
  }
  ++(late ? run_.counters.late : run_.counters.duplicates);
  if (!last->may_tell_more()) return true;
  Reply reply = answer.reply;  // Without RTT: whether it is this probe's cannot be told.
  reply.rtt.reset();
  run_.events.unexpected(late ? EventKind::kLateReply : EventKind::kDuplicateReply, flow, *last,
                         reply, "the service answered, and no probe waits for it");
  return true;
}

/// Once the end of the path is known, probes beyond it tell nothing. But they have reached the
/// destination or will: nothing more goes there until a half-open connection of theirs has met our
/// kernel's reset, for a SYN with a lower sequence number would draw a challenge ACK (RFC 5961 §4).
void Verdicts::cut_behind_end(std::uint32_t id, FlowState& flow, Duration rtt) {
  flow.end = run_.planner.end_of_path(id);
  if (!flow.end) return;
  flow.last_end = flow.end;
  std::uint32_t withdrawn = 0;
  Instant last{};
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (probe.ttl <= *flow.end) return;
    last = std::max(last, probe.sent);
    withdraw(flow, probe);
    ++withdrawn;
  });
  if (flow.service.nameless) {
    drain(flow, id, withdrawn);
  } else if (withdrawn > 0) {
    run_.planner.hold(id, last + kHalfOpenRoundTrips * rtt);
  }
  if (flow.hops.size() > *flow.end) flow.hops.resize(*flow.end);
}

void Verdicts::withdraw(FlowState& flow, Probe& probe) {
  probe.state = ProbeState::kVoid;
  --flow.hop(probe.ttl).sent;
  flow.snapshot.reset();
  model::OpenRound* round = flow.round(probe.round);
  if (round == nullptr) return;
  if (probe.second_look) {
    round->second_look_done({});
  } else {
    round->withdraw(probe.ttl);
  }
}

void Verdicts::close_rounds(std::uint32_t id) {
  FlowState& flow = *run_.flows[id];
  while (!flow.rounds.empty()) {
    model::OpenRound& oldest = flow.rounds.front();
    if (!oldest.all_decided() || run_.planner.is_open(id, oldest.number())) return;
    if (look_again(id, flow, oldest)) return;
    model::OpenRound closed = std::move(oldest);
    flow.rounds.pop_front();
    note_repeats(flow, closed);
    run_.recorder.close(flow, std::move(closed), true);
  }
}

/// If the path ends where it was thought to, the answer that raised the doubt was sent again.
void Verdicts::note_repeats(FlowState& flow, const model::OpenRound& closed) {
  ServiceAnswers& service = flow.service;
  if (service.asked_again != closed.number()) return;
  if (service.doubted_end && closed.end() == service.doubted_end) service.repeats = true;
  service.doubted_end.reset();
}

/// A path that differs at one hop only may be a change or a hop balanced per packet; another probe
/// tells at once.
bool Verdicts::look_again(std::uint32_t id, FlowState& flow, model::OpenRound& round) {
  if (round.looked_again()) return false;
  const auto ttl = flow.identity.doubtful(round.observation());
  // Where answers name no probe, one too many would be taken for another's.
  if (!ttl || (flow.service.nameless && flow.end == ttl)) return false;
  round.look_again(*ttl);
  run_.second_looks.push_back({id, *ttl, round.number()});
  return true;
}

void Verdicts::cut() {
  run_.second_looks.clear();
  for (const auto& flow : run_.flows) {
    flow->probes.for_each_in_flight([](Probe& probe) { probe.state = ProbeState::kVoid; });
    while (!flow->rounds.empty()) {
      model::OpenRound cut = std::move(flow->rounds.front());
      flow->rounds.pop_front();
      run_.recorder.close(*flow, std::move(cut), false);
    }
  }
}

}  // namespace etr::trace
