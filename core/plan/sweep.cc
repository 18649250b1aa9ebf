#include "plan/sweep.h"

#include <algorithm>

namespace etr::plan {

using base::Instant;
using model::KnownFlow;
using model::Round;
using model::StepState;

namespace {

constexpr Duration kMinPatience = std::chrono::milliseconds(200);

}  // namespace

/// How long an unanswered TTL holds back the TTLs above the window.
Duration Sweep::patience(std::optional<Duration> srtt) const {
  return std::min(timeout_, std::max(kMinPatience, 3 * srtt.value_or(Duration::zero())));
}

bool Sweep::unfinished(const KnownFlow& known) {
  if (known.rounds.empty() || known.rounds.back().sweep_ended()) return false;
  const Round& round = known.rounds.back();
  return round.first_unsent() <= known.end.limit() || known.end.to_repeat(round);
}

std::optional<Sweep::Candidate> Sweep::next(const KnownFlow& known, Instant round_start,
                                            std::optional<Duration> srtt) const {
  if (!unfinished(known)) return std::nullopt;
  const auto upwards = ascending(known, round_start, patience(srtt));
  const auto again = repeated(known, round_start, patience(srtt));
  if (!upwards || !again) return upwards ? upwards : again;
  return again->at <= upwards->at ? again : upwards;
}

std::optional<Sweep::Candidate> Sweep::ascending(const KnownFlow& known, Instant round_start,
                                                 Duration patience) const {
  const Round& round = known.rounds.back();
  if (round.first_unsent() > known.end.limit()) return std::nullopt;
  const auto ttl = static_cast<std::uint8_t>(round.first_unsent());
  const bool beyond_routers = ttl > known.end.highest_router();
  const bool alone = known.gate.narrow() && beyond_routers;
  if (known.end.ttl() == ttl && known.gate.end_occupied()) return std::nullopt;
  Instant at = round_start + (ttl - 1) * ttl_delay_;
  if (beyond_routers) at = std::max(at, known.gate.opens_at());
  const bool in_window = known.end.ttl() || ttl <= known.end.highest_router() + model::kWindow;
  if (in_window && !alone) return Candidate{ttl, at};
  for (std::uint8_t below = 1; below < ttl; ++below) {
    if (round.state(below) != StepState::kWaiting) continue;
    if (alone) return std::nullopt;
    at = std::max(at, round.sent_at(below) + patience);
  }
  return Candidate{ttl, at};
}

/// The TTL below an uncertain end, once its latest probe has waited long enough.
std::optional<Sweep::Candidate> Sweep::repeated(const KnownFlow& known, Instant round_start,
                                                Duration patience) const {
  const Round& round = known.rounds.back();
  const auto ttl = known.end.to_repeat(round);
  if (!ttl) return std::nullopt;
  const bool waiting = round.state(*ttl) == StepState::kWaiting;
  if (waiting && known.gate.unattributable()) return std::nullopt;
  const Instant at = waiting ? round.sent_at(*ttl) + patience : round_start;
  return Candidate{*ttl, std::max(at, known.gate.opens_at())};
}

}  // namespace etr::plan
