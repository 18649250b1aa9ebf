#include "trace/matcher.h"

namespace etr::trace {

namespace {

/// Maximum number of routers remembered to quote IP IDs correctly; enough for any trace, and a
/// bound under attack.
constexpr std::size_t kMaxResponders = 65536;

bool is_for(const Probe* probe, ProbeId id) {
  return probe != nullptr && probe->ttl == id.ttl && probe->slot == id.slot;
}

}  // namespace

bool may_reach(const FlowState& flow, const Probe& probe) {
  if (probe.state != ProbeState::kInFlight) return false;
  if (flow.known.rounds.empty()) return true;
  const model::Round& running = flow.known.rounds.back();
  if (probe.ttl <= running.highest_router()) return false;
  // Probes of older rounds below the known end still wait for routers.
  const auto end = flow.known.end.last_known();
  return !end || probe.ttl >= *end || probe.round == running.number();
}

MatchResult Matcher::match(FlowState& flow, const Answer& answer) {
  if (answer.decoded.probe) return match_identified(flow, answer, *answer.decoded.probe);
  return match_by_elimination(flow, answer.reply.kind);
}

MatchResult Matcher::match_identified(FlowState& flow, const Answer& answer, ProbeId id) {
  Probe* probe = flow.probes.by_cell(id);
  bool id_proves = false;
  bool rewritten = answer.foreign_source;
  if (answer.quoted_id) {
    Probe* by_id = flow.probes.by_id(*answer.quoted_id);
    if (is_for(by_id, id)) {
      probe = by_id;  // The ID of an older probe in the slot: a late reply to that one.
      id_proves = true;
    } else if (echoes_ids_.contains(answer.reply.source)) {
      return Rejection::kWrongId;
    } else {
      rewritten = true;
    }
  }
  if (probe == nullptr) return Rejection::kNeverSent;
  if (answer.decoded.token && *answer.decoded.token != probe->token) return Rejection::kWrongToken;
  // The fields that identify a probe (ports, UDP length) can be guessed. So a quote must show the
  // token, the IP ID of the probe, or its first 8 octets exactly as sent: these contain the TCP
  // sequence number, or the UDP checksum, into which the token contributes 16 bits.
  const bool as_sent = !answer.quoted_head || *answer.quoted_head == probe->head;
  if (!answer.decoded.token && !id_proves && (!as_sent || answer.foreign_source)) {
    return Rejection::kWrongQuote;
  }
  if (!as_sent) rewritten = true;
  if (id_proves && echoes_ids_.size() < kMaxResponders) echoes_ids_.insert(answer.reply.source);
  return Match{probe, rewritten};
}

/// A reply that identifies no probe is attributed to the only probe that may have caused it. A
/// probe to the known end takes precedence over those below.
MatchResult Matcher::match_by_elimination(FlowState& flow, ReplyKind kind) {
  if (flow.known.gate.late()) return Surplus{};
  const auto end = flow.known.end.last_known();
  Probe* only = nullptr;
  int waiting = 0;
  int at_end = 0;
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (!may_reach(flow, probe)) return;
    const bool to_end = end && probe.ttl >= *end;
    at_end += to_end ? 1 : 0;
    ++waiting;
    if (to_end || at_end == 0) only = &probe;
  });
  if (at_end == 1) return Match{only, false};
  // A challenge ACK may acknowledge a SYN we gave up on, so it never changes the path length.
  if (waiting == 0 || at_end > 1 || (end && kind == ReplyKind::kAck)) return Surplus{};
  // Below the known end: the path has become shorter, or the service repeated a reply while the
  // probe is on its way to a router. A probe sent again, alone, decides.
  const bool trusted = !end || flow.known.gate.trusts(only->round);
  return waiting == 1 && trusted ? MatchResult(Match{only, false}) : MatchResult(Ambiguous{});
}

}  // namespace etr::trace
