#include "plan/fixed_rounds.h"

#include <algorithm>
#include <utility>

#include "plan/round_order.h"

namespace etr::plan {

using base::Instant;

namespace {

/// How far above the highest answer a flow may look at once.
constexpr int kWindow = 3;
constexpr std::uint8_t kMaxLooks = 2;
constexpr std::uint8_t kSilentRoundsBeforeSearch = 3;
/// A round that begins this late, because others were due with it, still keeps its place among them.
constexpr Duration kLateStart = std::chrono::milliseconds(10);
constexpr Duration kMinPatience = std::chrono::milliseconds(200);

std::uint8_t add_ttl(int a, int b, std::uint8_t max) {
  return static_cast<std::uint8_t>(std::min<int>(a + b, max));
}

}  // namespace

FixedRounds::FixedRounds(const FixedRoundsOptions& options, Instant start,
                         std::function<bool()> may_start)
    : options_(options),
      start_(start),
      may_start_(std::move(may_start)),
      effective_interval_(options.round_interval) {}

void FixedRounds::add_flow(std::uint32_t id, std::uint8_t max_ttl) {
  if (id >= flows_.size()) flows_.resize(id + 1);
  FlowPlan& flow = flows_[id];
  flow.active = true;
  flow.max_ttl = max_ttl;
  flow.interval_start = flow.next_start = start_;
  ++active_;
  schedule(id);
}

void FixedRounds::retire_flow(std::uint32_t id) {
  FlowPlan& flow = flows_[id];
  if (!flow.active) return;
  flow.active = false;
  ++flow.version;
  flow.queued.reset();
  --active_;
  total_cells_ -= flow.planned_cells;
  flow.planned_cells = 0;
  count_busy(flow);
}

std::uint8_t FixedRounds::limit(const FlowPlan& flow) const {
  if (flow.end) return *flow.end;
  if (flow.round == 0) return flow.max_ttl;
  return std::max(add_ttl(flow.highest_router, kWindow, flow.max_ttl), flow.search_limit);
}

Duration FixedRounds::patience(const FlowPlan& flow) const {
  const Duration smoothed = flow.srtt ? 3 * *flow.srtt : Duration{};
  return std::min(options_.timeout, std::max(kMinPatience, smoothed));
}

bool FixedRounds::sweeping(const FlowPlan& flow) const {
  return flow.started && flow.first_unsent < limit(flow);
}

void FixedRounds::pass_sent(FlowPlan& flow) {
  while (flow.first_unsent < flow.steps.size() &&
         flow.steps[flow.first_unsent].mark != Mark::kUnsent) {
    ++flow.first_unsent;
  }
}

/// When `ttl` may be sent in the running round; empty: not before something is answered or lost.
std::optional<Instant> FixedRounds::permitted_at(const FlowPlan& flow, std::uint8_t ttl) const {
  const bool beyond_routers = ttl > flow.highest_router;
  Instant at = flow.round_start + (ttl - 1) * options_.ttl_delay;
  if (beyond_routers) at = std::max(at, flow.hold);
  const bool alone = (flow.one_at_a_time || flow.nameless_answers) && beyond_routers;
  if (flow.nameless_answers && flow.end == ttl && flow.end_probe) return std::nullopt;
  if (!alone && (flow.end || ttl <= flow.highest_router + kWindow)) return at;
  for (std::size_t below = 0; below + 1 < ttl; ++below) {
    const Step& step = flow.steps[below];
    if (step.mark == Mark::kUnsent) return std::nullopt;
    if (step.mark != Mark::kWaiting) continue;
    if (alone) return std::nullopt;
    at = std::max(at, step.sent + patience(flow));
  }
  return at;
}

/// The TTL below an uncertain end, once it has had its time.
std::optional<FixedRounds::Candidate> FixedRounds::second_look(const FlowPlan& flow) const {
  if (!flow.look) return std::nullopt;
  const Step& step = flow.steps[*flow.look - 1U];
  const Instant at = step.mark == Mark::kWaiting ? step.sent + patience(flow) : flow.round_start;
  return Candidate{*flow.look, std::max(at, flow.hold)};
}

// In ascending order: a SYN that comes after one with a higher sequence number draws a challenge
// ACK from an open port, which names no probe.
std::optional<FixedRounds::Candidate> FixedRounds::candidate(const FlowPlan& flow) const {
  if (const auto look = second_look(flow)) return look;
  if (!sweeping(flow)) return std::nullopt;
  const auto ttl = static_cast<std::uint8_t>(flow.first_unsent + 1);
  const auto at = permitted_at(flow, ttl);
  if (!at) return std::nullopt;
  return Candidate{ttl, *at};
}

void FixedRounds::schedule(std::uint32_t id) {
  FlowPlan& flow = flows_[id];
  count_busy(flow);
  if (!flow.active || flow.parked) return;
  std::optional<Instant> at;
  if (sweeping(flow) || flow.look) {
    if (const auto wanted = candidate(flow)) at = wanted->at;
  } else if (!flow.last_round) {
    at = flow.next_start;
  }
  if (at == flow.queued) return;
  ++flow.version;
  flow.queued = at;
  if (at) queue_.push({*at, flow.turn, id, flow.version});
}

void FixedRounds::count_busy(FlowPlan& flow) {
  const bool busy = flow.active && (!flow.last_round || flow.look || sweeping(flow));
  if (busy == flow.busy) return;
  flow.busy = busy;
  busy_ += busy ? 1U : -1U;
}

std::optional<Cell> FixedRounds::next(Instant now) {
  while (!queue_.empty() && queue_.top().at <= now) {
    const Due due = queue_.top();
    queue_.pop();
    FlowPlan& flow = flows_[due.flow];
    if (due.version != flow.version) continue;
    flow.queued.reset();
    if (!sweeping(flow) && !flow.look && !begin_round(flow, due, now)) continue;
    const auto wanted = candidate(flow);
    if (!wanted || wanted->at > now) {
      schedule(due.flow);
      continue;
    }
    Step& step = flow.steps[wanted->ttl - 1U];
    const bool look = flow.look == wanted->ttl;
    if (look) ++step.looks;
    step.mark = Mark::kWaiting;
    step.sent = now;
    pass_sent(flow);
    if (look) {
      flow.look.reset();
      // The next look need not await the loss of this one, unless answers do not name their probe.
      if (!flow.nameless_answers) check_end(flow);
    }
    if (flow.end == wanted->ttl) flow.end_probe = flow.round;
    if (++flow.sends % kWindow == 0) flow.turn = ++turn_;
    schedule(due.flow);
    return Cell{due.flow, wanted->ttl, flow.round};
  }
  return std::nullopt;
}

bool FixedRounds::still_wanted(const Cell& cell) const {
  const FlowPlan& flow = flows_[cell.flow];
  return flow.active && flow.round == cell.round && cell.ttl <= limit(flow) &&
         flow.steps[cell.ttl - 1U].mark == Mark::kWaiting;
}

std::optional<Instant> FixedRounds::deadline() const {
  while (!queue_.empty() && queue_.top().version != flows_[queue_.top().flow].version) queue_.pop();
  if (queue_.empty()) return std::nullopt;
  return queue_.top().at;
}

bool FixedRounds::begin_round(FlowPlan& flow, const Due& due, Instant now) {
  if (!may_start_()) {
    flow.parked = true;
    parked_.push_back(due.flow);
    return false;
  }
  release_one();  // Where there was room for one, there may be more.
  const bool first = !flow.started;
  flow.round = first ? 0 : flow.round + 1;
  flow.started = true;
  flow.last_round = options_.rounds != 0 && flow.round + 1 >= options_.rounds;
  flow.round_start = std::max(due.at, now - kLateStart);
  flow.one_at_a_time = flow.one_at_a_time && !flow.end;
  flow.steps.assign(flow.max_ttl, Step{});
  flow.first_unsent = 0;
  if (!first) plan_search(flow);
  count_cells(flow);
  // Missed intervals are left out, so that flows keep their places among each other.
  do {
    flow.interval_start += std::max(effective_interval_, Duration(1));
    ++flow.intervals;
    flow.next_start = flow.interval_start + offset(due.flow);
  } while (flow.next_start <= now && effective_interval_ > Duration::zero());
  return true;
}

/// How far into its next interval a flow begins its round.
Duration FixedRounds::offset(std::uint32_t id) const {
  return effective_interval_ / active_ * place_in_round(id % active_, flows_[id].intervals, active_);
}

/// Decides how far a round looks whose end is unknown, or has been silent for long.
void FixedRounds::plan_search(FlowPlan& flow) {
  flow.search_limit = 0;
  if (flow.end) {
    if (flow.silent_rounds < kSilentRoundsBeforeSearch) return;
    set_end(flow, std::nullopt);
    flow.searches = 0;
  } else if (++flow.silent_rounds % kSilentRoundsBeforeSearch != 0) {
    return;
  }
  const int wanted = flow.reach + kWindow * ++flow.searches;
  flow.search_limit = add_ttl(wanted, 0, flow.max_ttl);
  if (wanted >= flow.max_ttl) flow.searches = 0;
}

void FixedRounds::count_cells(FlowPlan& flow) {
  // In round 0 nothing is known yet, and nothing to keep to.
  const std::uint8_t cells = flow.round == 0 && !flow.end ? 0 : limit(flow);
  total_cells_ += cells;
  total_cells_ -= flow.planned_cells;
  flow.planned_cells = cells;
  effective_interval_ = options_.round_interval;
  if (options_.rate > 0) {
    const double needed = static_cast<double>(total_cells_) / options_.rate;
    effective_interval_ = std::max(
        effective_interval_,
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(needed)));
  }
}

void FixedRounds::hold(std::uint32_t id, Instant until) {
  flows_[id].hold = until;
  schedule(id);
}

void FixedRounds::on_outcome(const Cell& cell, const Outcome& outcome) {
  FlowPlan& flow = flows_[cell.flow];
  if (!flow.active || cell.ttl == 0 || cell.ttl > flow.max_ttl) return;
  if (outcome.rtt) {
    flow.srtt = flow.srtt ? *flow.srtt + (*outcome.rtt - *flow.srtt) / 8 : *outcome.rtt;
  }
  const bool current = cell.round == flow.round;
  if (outcome.by_elimination) flow.nameless_answers = true;
  if (flow.end_probe == cell.round && flow.end == cell.ttl) flow.end_probe.reset();
  Step& step = flow.steps[cell.ttl - 1U];
  const auto mark = [&](Mark value) {
    if (current) step.mark = value;
    if (current && flow.look == cell.ttl && value != Mark::kNothing) flow.look.reset();
  };
  switch (outcome.kind) {
    case OutcomeKind::kTimeExceeded:
      mark(Mark::kRouter);
      note_router(flow, cell.ttl);
      break;
    case OutcomeKind::kReached:
    case OutcomeKind::kBlocked:
      mark(Mark::kEnd);
      note_end(flow, cell.ttl);
      break;
    case OutcomeKind::kLost:
    case OutcomeKind::kSendFailed:
      // A second look may be under way: only the last probe of a cell decides.
      if (current && step.mark == Mark::kWaiting) step.mark = Mark::kNothing;
      if (outcome.kind == OutcomeKind::kSendFailed) break;
      if (flow.end == cell.ttl && flow.silent_rounds < 255) ++flow.silent_rounds;
      if (flow.end == cell.ttl + 1 && flow.silent_below < 255) ++flow.silent_below;
      break;
    case OutcomeKind::kReachedUnknown:
      flow.one_at_a_time = true;
      flow.highest_router = std::min<std::uint8_t>(flow.highest_router, cell.ttl - 1);
      for (std::size_t i = cell.ttl - 1U; i < flow.steps.size(); ++i) {
        const Mark seen = flow.steps[i].mark;
        if (seen != Mark::kEnd && seen != Mark::kRouter) flow.steps[i].mark = Mark::kUnsent;
      }
      flow.first_unsent = std::min(flow.first_unsent, static_cast<std::uint8_t>(cell.ttl - 1));
      break;
  }
  pass_sent(flow);
  if (current) check_end(flow);
  count_cells(flow);
  schedule(cell.flow);
}

void FixedRounds::note_router(FlowPlan& flow, std::uint8_t ttl) {
  flow.reach = std::max(flow.reach, ttl);
  flow.highest_router = std::max(flow.highest_router, ttl);
  if (flow.end && ttl >= *flow.end) {  // The path has grown.
    set_end(flow, std::nullopt);
    note_alive(flow);
  }
}

void FixedRounds::set_end(FlowPlan& flow, std::optional<std::uint8_t> end) {
  flow.end = end;
  flow.end_probe.reset();
  flow.end_confirmed = false;
  flow.silent_below = 0;
}

void FixedRounds::note_end(FlowPlan& flow, std::uint8_t ttl) {
  flow.reach = std::max(flow.reach, ttl);
  if (flow.end && ttl > *flow.end) return;
  note_alive(flow);
  if (flow.end == ttl) return;
  set_end(flow, ttl);
  flow.highest_router = std::min<std::uint8_t>(flow.highest_router, static_cast<std::uint8_t>(ttl - 1));
}

void FixedRounds::note_alive(FlowPlan& flow) {
  flow.silent_rounds = 0;
  flow.searches = 0;
}

/// An end is certain once the TTL below it answered as a router, or stayed silent for three looks,
/// in one round or in three.
void FixedRounds::check_end(FlowPlan& flow) {
  while (flow.end && !flow.end_confirmed) {
    if (*flow.end == 1) {
      flow.end_confirmed = true;
      break;
    }
    const std::uint8_t below = static_cast<std::uint8_t>(*flow.end - 1);
    const Step& step = flow.steps[below - 1U];
    if (step.mark == Mark::kRouter) {
      flow.end_confirmed = true;
    } else if (step.mark == Mark::kEnd) {
      set_end(flow, below);
      continue;
    } else if (step.mark == Mark::kUnsent) {
      break;  // Its turn comes.
    } else if (flow.silent_below > kMaxLooks) {
      flow.end_confirmed = true;
    } else if (step.looks < kMaxLooks) {
      flow.look = below;
      return;
    } else if (step.mark == Mark::kNothing) {
      flow.end_confirmed = true;
    } else {
      break;
    }
  }
  flow.look.reset();
}

bool FixedRounds::is_open(std::uint32_t id, std::uint64_t round) const {
  const FlowPlan& flow = flows_[id];
  if (!flow.active || !flow.started || flow.round != round) return false;
  if (flow.look || sweeping(flow)) return true;
  // An answer may still show that the path goes on.
  return std::any_of(flow.steps.begin(), flow.steps.begin() + limit(flow),
                     [](const Step& step) { return step.mark == Mark::kWaiting; });
}

bool FixedRounds::finished() const { return busy_ == 0; }

std::optional<std::uint8_t> FixedRounds::end_of_path(std::uint32_t id) const {
  return flows_[id].end;
}

void FixedRounds::set_round_interval(Duration interval) {
  options_.round_interval = interval;
  effective_interval_ = std::max(effective_interval_, interval);
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    FlowPlan& flow = flows_[id];
    if (!flow.active || !flow.started) continue;
    count_cells(flow);
    flow.next_start = std::min(flow.next_start, flow.round_start + effective_interval_);
    flow.interval_start = flow.next_start - offset(id);
    schedule(id);
  }
}

void FixedRounds::retry_starts() { release_one(); }

void FixedRounds::release_one() {
  while (!parked_.empty()) {
    const std::uint32_t id = parked_.front();
    parked_.pop_front();
    flows_[id].parked = false;
    if (!flows_[id].active) continue;
    return schedule(id);
  }
}

}  // namespace etr::plan
