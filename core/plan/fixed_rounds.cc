#include "plan/fixed_rounds.h"

#include <algorithm>

namespace etr::plan {

using base::Instant;
using model::KnownFlow;
using model::Round;

namespace {

/// TTLs that a flow sends per turn when several flows are due.
constexpr std::uint32_t kTurn = 3;
/// A round that starts up to this much late, because other flows were due with it, counts its TTL
/// delays from the time it was due.
constexpr Duration kLateStart = std::chrono::milliseconds(10);

/// Where replies cannot be attributed, a second one would be taken for that of another probe.
bool may_repeat(const KnownFlow& known, std::optional<std::uint8_t> ttl) {
  return !known.gate.unattributable() || ttl != known.end.ttl();
}

}  // namespace

FixedRounds::FixedRounds(const FixedRoundsOptions& options)
    : options_(options),
      clock_(options.round_interval, options.rate),
      sweep_(options.ttl_delay, options.timeout) {}

void FixedRounds::start(PlannerHost& host, std::span<const TraceInfo> traces, Instant now) {
  host_ = &host;
  for (const TraceInfo& trace : traces) {
    for (std::uint32_t i = 0; i < options_.flows; ++i) {
      const auto flow = host.open_flow(trace.trace);
      if (!flow) break;
      add_flow(*flow, now);
    }
  }
}

void FixedRounds::add_flow(FlowId id, Instant now) {
  if (id >= flows_.size()) flows_.resize(id + 1U);
  flows_[id].active = true;
  flows_[id].schedule = clock_.add_flow(now);
  schedule(id);
}

/// The running round of the flow has probes left to send.
bool FixedRounds::in_round(FlowId id) const {
  return flows_[id].doubt || Sweep::unfinished(host_->known(id));
}

std::optional<Sweep::Candidate> FixedRounds::candidate(FlowId id) const {
  const FlowPlan& flow = flows_[id];
  if (flow.doubt) return Sweep::Candidate{*flow.doubt, flow.round_start};
  return sweep_.next(host_->known(id), flow.round_start, flow.srtt);
}

/// Puts the flow into the due queue at its next probe or its next round.
void FixedRounds::schedule(FlowId id) {
  const FlowPlan& flow = flows_[id];
  count_busy(id);
  std::optional<Instant> at;
  if (in_round(id)) {
    if (const auto wanted = candidate(id)) at = wanted->at;
  } else if (!flow.last_round && !flow.parked) {
    at = flow.schedule.next_start;
  }
  due_.set(id, at);
}

void FixedRounds::count_busy(FlowId id) {
  FlowPlan& flow = flows_[id];
  const bool busy = !flow.last_round || in_round(id);
  if (busy == flow.busy) return;
  flow.busy = busy;
  busy_ += busy ? 1U : -1U;
}

std::optional<Request> FixedRounds::next(Instant now) {
  for (auto due = due_.first(now); due && due->at <= now; due = due_.first(now)) {
    if (!in_round(due->flow) && !begin_round(due->flow, due->at, now)) continue;
    const auto wanted = candidate(due->flow);
    if (wanted && wanted->at <= now) {
      return Request{due->flow, wanted->ttl, flows_[due->flow].round, true};
    }
    schedule(due->flow);
  }
  return std::nullopt;
}

void FixedRounds::sent(const Request& request, Instant) {
  FlowPlan& flow = flows_[request.flow];
  if (flow.doubt == request.ttl) {
    flow.doubt.reset();
  } else if (flow.under_test == request.ttl) {
    flow.under_test.reset();
    flow.doubt = request.ttl;  // At once: the longer between two probes, the less they tell.
    flow.doubt_asked = true;
  }
  if (++flow.sends % kTurn == 0) due_.end_turn(request.flow);
  schedule(request.flow);
}

std::optional<Instant> FixedRounds::deadline() const { return due_.deadline(); }

bool FixedRounds::begin_round(FlowId id, Instant due, Instant now) {
  FlowPlan& flow = flows_[id];
  const std::uint64_t round = flow.started ? flow.round + 1 : 0;
  if (!host_->begin_round(id, round)) {
    flow.parked = true;
    parked_.push_back(id);
    schedule(id);
    return false;
  }
  release_one();  // Where there was room for one record, there may be more.
  flow.started = true;
  flow.round = round;
  flow.last_round = options_.rounds != 0 && round + 1 >= options_.rounds;
  flow.round_start = std::max(due, now - kLateStart);
  flow.doubt_asked = false;
  flow.under_test = under_test(id);
  count_cells(id);
  clock_.begin_round(id, flow.schedule, now);
  return true;
}

std::optional<std::uint8_t> FixedRounds::under_test(FlowId id) const {
  const KnownFlow& known = host_->known(id);
  const auto ttl = known.identity.under_test();
  return may_repeat(known, ttl) ? ttl : std::nullopt;
}

void FixedRounds::count_cells(FlowId id) {
  const model::PathEnd& end = host_->known(id).end;
  // In round 0 the path is unknown, and there is no interval to keep.
  const bool unknown = flows_[id].round == 0 && !end.ttl();
  clock_.set_cells(flows_[id].schedule, unknown ? std::uint8_t{0} : end.limit());
}

void FixedRounds::on_outcome(const Request& request, const Outcome& outcome) {
  FlowPlan& flow = flows_[request.flow];
  if (outcome.rtt) {
    flow.srtt = flow.srtt ? *flow.srtt + (*outcome.rtt - *flow.srtt) / 8 : *outcome.rtt;
  }
  if (request.round == flow.round) end_round_if_done(request.flow);
  count_cells(request.flow);
  schedule(request.flow);
}

/// Ends the running round once all its probes have a verdict, unless its path differs at a single
/// TTL, which is probed again first.
void FixedRounds::end_round_if_done(FlowId id) {
  FlowPlan& flow = flows_[id];
  const KnownFlow& known = host_->known(id);
  if (known.rounds.empty() || in_round(id)) return;
  const Round& round = known.rounds.back();
  if (round.sweep_ended() || !round.all_decided()) return;
  if (!flow.doubt_asked) {
    flow.doubt_asked = true;
    flow.doubt = known.identity.doubtful(round.observation());
    if (!may_repeat(known, flow.doubt)) flow.doubt.reset();
  }
  if (!flow.doubt) host_->end_round(id);
}

void FixedRounds::on_room() { release_one(); }

/// Lets one parked flow try again: it asks for room itself, so one at a time is enough.
void FixedRounds::release_one() {
  if (parked_.empty()) return;
  const FlowId id = parked_.front();
  parked_.pop_front();
  flows_[id].parked = false;
  schedule(id);
}

void FixedRounds::obey(const Command& command) {
  if (command.kind == Command::Kind::kSetRoundInterval) set_round_interval(command.interval);
}

void FixedRounds::set_round_interval(Duration interval) {
  clock_.set_interval(interval);
  for (FlowId id = 0; id < flows_.size(); ++id) {
    FlowPlan& flow = flows_[id];
    if (!flow.active || !flow.started) continue;
    clock_.move_next(id, flow.schedule, flow.round_start);
    schedule(id);
  }
}

}  // namespace etr::plan
