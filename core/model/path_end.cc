#include "model/path_end.h"

#include <algorithm>
#include <limits>

namespace etr::model {

namespace {

std::uint8_t capped(int ttl, std::uint8_t max) {
  return static_cast<std::uint8_t>(std::min<int>(ttl, max));
}

void count_up(std::uint8_t& counter) {
  if (counter < std::numeric_limits<std::uint8_t>::max()) ++counter;
}

}  // namespace

std::uint8_t PathEnd::limit() const {
  if (end_) return *end_;
  if (first_round_) return max_ttl_;
  return std::max(capped(highest_router_ + kWindow, max_ttl_), search_limit_);
}

void PathEnd::begin_round() {
  if (!started_) {
    started_ = true;
    return;
  }
  first_round_ = false;
  search_limit_ = 0;
  if (expected_) {
    if (end_ != expected_) set(expected_);
    return;
  }
  if (end_) {
    if (silent_rounds_ < kSilentRounds) return;
    set(std::nullopt);
    searches_ = 0;
  } else if (++silent_rounds_ % kSilentRounds != 0) {
    return;
  }
  // Each search goes one window further, up to the maximum TTL; then it starts over.
  const int wanted = reach_ + kWindow * ++searches_;
  search_limit_ = capped(wanted, max_ttl_);
  if (wanted >= max_ttl_) searches_ = 0;
}

void PathEnd::router_answered(std::uint8_t ttl) {
  reach_ = std::max(reach_, ttl);
  highest_router_ = std::max(highest_router_, ttl);
  if (end_ && ttl >= *end_) {  // The path has grown.
    set(std::nullopt);
    note_alive();
  }
}

void PathEnd::end_answered(std::uint8_t ttl) {
  reach_ = std::max(reach_, ttl);
  // A probe sent past the known end also reaches the destination.
  if (end_ && ttl > *end_) return;
  note_alive();
  if (end_ == ttl) return;
  set(ttl);
  highest_router_ = std::min(highest_router_, static_cast<std::uint8_t>(ttl - 1));
}

void PathEnd::lost(std::uint8_t ttl) {
  if (end_ == ttl) count_up(silent_rounds_);
  if (end_ == ttl + 1) count_up(silent_below_);
}

void PathEnd::doubt_from(std::uint8_t ttl) {
  highest_router_ = std::min(highest_router_, static_cast<std::uint8_t>(ttl - 1));
}

void PathEnd::settle(const Round& round) {
  while (end_ && !certain_) {
    const auto below = static_cast<std::uint8_t>(*end_ - 1);
    const StepState state = round.state(below);
    if (state == StepState::kEnd) {
      set(below);
      continue;
    }
    // A router below that never answers must not be probed for ever.
    const bool silent = silent_below_ > kMaxRepeats && state != StepState::kUnsent;
    const bool given_up = state == StepState::kMissed && round.asked(below) > kMaxRepeats;
    certain_ = below == 0 || state == StepState::kRouter || silent || given_up;
    return;
  }
}

std::optional<std::uint8_t> PathEnd::to_repeat(const Round& round) const {
  if (!end_ || certain_) return std::nullopt;
  const auto below = static_cast<std::uint8_t>(*end_ - 1);
  const StepState state = round.state(below);
  const bool unanswered = state == StepState::kWaiting || state == StepState::kMissed;
  if (!unanswered || round.asked(below) > kMaxRepeats) return std::nullopt;
  return below;
}

void PathEnd::set(std::optional<std::uint8_t> end) {
  end_ = end;
  if (end) last_known_ = end;
  certain_ = false;
  silent_below_ = 0;
}

void PathEnd::note_alive() {
  silent_rounds_ = 0;
  searches_ = 0;
}

}  // namespace etr::model
