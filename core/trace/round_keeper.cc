#include "trace/round_keeper.h"

#include <algorithm>
#include <utility>

namespace etr::trace {

namespace {

/// How long probes with a verdict are remembered, at least, for late and duplicate replies.
constexpr Duration kMinMemory = std::chrono::seconds(10);

}  // namespace

bool RoundKeeper::begin(plan::FlowId id, std::uint64_t round) {
  if (paused || !run_.observer.reserve()) return false;
  FlowState& flow = run_.flows.at(id);
  model::KnownFlow& known = flow.known;
  if (!known.rounds.empty()) known.rounds.back().end_sweep();
  close_decided(id);
  flow.probes.forget(run_.now() - std::max(kMinMemory, 3 * run_.options.timeout));
  known.gate.begin_round(known.end.ttl().has_value());
  known.end.begin_round();
  if (known.end.ttl() && flow.hops.size() > *known.end.ttl()) flow.hops.resize(*known.end.ttl());
  known.rounds.emplace_back(round);
  ++run_.flows.open_rounds;
  return true;
}

void RoundKeeper::end(plan::FlowId id) {
  model::KnownFlow& known = run_.flows.at(id).known;
  if (known.rounds.empty()) return;
  known.rounds.back().end_sweep();
  close_decided(id);
}

void RoundKeeper::close_decided(plan::FlowId id) {
  FlowState& flow = run_.flows.at(id);
  const auto& rounds = flow.known.rounds;
  while (!rounds.empty() && rounds.front().sweep_ended() && rounds.front().all_decided()) {
    close(flow, true);
  }
}

void RoundKeeper::cut(FlowState& flow) {
  flow.probes.for_each_in_flight([](Probe& probe) { probe.state = ProbeState::kVoid; });
  while (!flow.known.rounds.empty()) close(flow, false);
}

void RoundKeeper::close(FlowState& flow, bool complete) {
  model::Round closed = std::move(flow.known.rounds.front());
  flow.known.rounds.pop_front();
  --run_.flows.open_rounds;
  flow.known.gate.round_closed(closed);
  flow.known.apply_expected_end(closed);
  if (!std::exchange(flow.has_record, true)) run_.flows.note_first_record();
  recorder_.close(run_.flows.trace_of(flow), flow, std::move(closed), complete);
}

}  // namespace etr::trace
