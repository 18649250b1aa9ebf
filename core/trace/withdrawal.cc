#include "trace/withdrawal.h"

#include <algorithm>
#include <vector>

#include "trace/matcher.h"

namespace etr::trace {

namespace {

/// Round trips from a SYN until our reset has removed its connection: 1.5, plus a reserve.
constexpr int kHalfOpenRoundTrips = 2;

}  // namespace

void Withdrawal::beyond_end(plan::FlowId id, Duration rtt) {
  FlowState& flow = run_.flows.at(id);
  const auto end = flow.known.end.ttl();
  if (!end) return;
  std::vector<plan::Request> withdrawn;
  base::Instant last{};
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (probe.ttl <= *end) return;
    last = std::max(last, probe.sent);
    withdrawn.push_back({id, probe.ttl, probe.round, probe.recorded});
    withdraw(flow, probe);
  });
  if (flow.hops.size() > *end) flow.hops.resize(*end);
  model::ServiceGate& gate = flow.known.gate;
  if (gate.unattributable()) {
    gate.await_withdrawn(static_cast<std::uint32_t>(withdrawn.size()), run_.now(),
                         run_.options.timeout);
  } else if (!withdrawn.empty()) {
    gate.close_until(last + kHalfOpenRoundTrips * rtt);
  }
  report(id, withdrawn);
}

void Withdrawal::ambiguous(plan::FlowId id, bool unattributable) {
  FlowState& flow = run_.flows.at(id);
  model::KnownFlow& known = flow.known;
  std::vector<plan::Request> withdrawn;
  std::uint8_t lowest = known.end.max_ttl();
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (!may_reach(flow, probe)) return;
    lowest = std::min(lowest, probe.ttl);
    withdrawn.push_back({id, probe.ttl, probe.round, probe.recorded});
    withdraw(flow, probe);
  });
  const base::Instant now = run_.now();
  known.gate.await_withdrawn(static_cast<std::uint32_t>(withdrawn.size()) - 1, now,
                             run_.options.timeout);
  if (!known.rounds.empty()) {
    model::Round& running = known.rounds.back();
    // An unexpected reply may be followed by more.
    if (known.end.last_known()) known.gate.close_until(now + run_.options.timeout);
    known.gate.doubt(running.number(), known.end.last_known(), unattributable);
    known.end.doubt_from(lowest);
    running.repeat_from(lowest);
  }
  report(id, withdrawn);
}

void Withdrawal::withdraw(FlowState& flow, Probe& probe) {
  probe.state = ProbeState::kVoid;
  --flow.hop(probe.ttl).sent;
  flow.snapshot.reset();
  if (!probe.recorded) return;
  if (model::Round* round = flow.known.round(probe.round)) round->withdraw(probe.ttl);
}

/// Called last, because the planner may close the flow on any outcome.
void Withdrawal::report(plan::FlowId id, std::span<const plan::Request> withdrawn) {
  for (const plan::Request& request : withdrawn) {
    if (run_.flows.find(id) == nullptr) return;
    run_.planner.on_outcome(request, {plan::OutcomeKind::kWithdrawn, run_.now(), {}, {}});
  }
}

}  // namespace etr::trace
