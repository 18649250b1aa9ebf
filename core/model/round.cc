#include "model/round.h"

#include <algorithm>

namespace etr::model {

Round::Step& Round::step(std::uint8_t ttl) {
  while (steps_.size() < ttl) {
    steps_.emplace_back();
    steps_.back().hop.ttl = static_cast<std::uint8_t>(steps_.size());
    steps_.back().hop.asked = 0;
  }
  return steps_[ttl - 1U];
}

const Round::Step* Round::find(std::uint8_t ttl) const {
  return ttl == 0 || ttl > steps_.size() ? nullptr : &steps_[ttl - 1U];
}

/// Moves first_unsent_ past TTLs that were sent.
void Round::pass_sent() {
  while (first_unsent_ <= steps_.size() && !steps_[first_unsent_ - 1U].unsent) ++first_unsent_;
}

void Round::sent(std::uint8_t ttl, const base::Moment& at) {
  Step& step = this->step(ttl);
  if (!started_) started_ = at.utc;
  if (!step.hop.reply) step.hop.sent_at = at.utc;
  step.sent = at.now;
  step.unsent = false;
  ++step.asked;
  ++step.in_flight;
  ++in_flight_;
  pass_sent();
}

bool Round::answered(std::uint8_t ttl, Timestamp sent_at, const Reply& reply) {
  Step& step = this->step(ttl);
  --step.in_flight;
  --in_flight_;
  if (step.hop.reply) {  // A hop counts one reply per round.
    step.confirmed = {ttl, reply.source, sent_at};
    return false;
  }
  ++step.hop.asked;
  step.unsent = false;
  pass_sent();
  step.hop.verdict = Verdict::kAnswered;
  step.hop.sent_at = sent_at;
  step.hop.reply = reply;
  return true;
}

bool Round::missed(std::uint8_t ttl, Timestamp sent_at, Verdict verdict, bool counts) {
  Step& step = this->step(ttl);
  --step.in_flight;
  --in_flight_;
  if (verdict == Verdict::kLost && counts) ++step.hop.asked;
  if (step.hop.reply) return false;
  step.hop.verdict = verdict;
  step.hop.sent_at = sent_at;
  return step.in_flight == 0;
}

void Round::withdraw(std::uint8_t ttl) {
  Step& step = this->step(ttl);
  --step.in_flight;
  --in_flight_;
  --step.asked;
  if (step.in_flight > 0 || step.hop.reply) return;
  step.unsent = true;
  first_unsent_ = std::min(first_unsent_, unsigned{ttl});
}

void Round::repeat_from(std::uint8_t ttl) {
  for (std::size_t i = ttl - 1U; i < steps_.size(); ++i) {
    if (!steps_[i].hop.reply) steps_[i].unsent = true;
  }
  first_unsent_ = std::min(first_unsent_, unsigned{ttl});
  pass_sent();
}

void Round::reached(std::uint8_t ttl) { reached_at_ = std::min(reached_at_.value_or(ttl), ttl); }

void Round::blocked(const Blocked& blocked) {
  if (!blocked_ || blocked.ttl < blocked_->ttl) blocked_ = blocked;
}

void Round::cut_at(std::uint8_t end) {
  cut_at_ = end;
  if (steps_.size() > end) steps_.resize(end);
  if (reached_at_ && *reached_at_ > end) reached_at_.reset();
  if (blocked_ && blocked_->ttl > end) blocked_->ttl = end;
}

StepState Round::state(std::uint8_t ttl) const {
  const Step* step = find(ttl);
  if (step == nullptr) return StepState::kUnsent;
  if (step->hop.reply) {
    return step->hop.reply->kind == ReplyKind::kTimeExceeded ? StepState::kRouter : StepState::kEnd;
  }
  if (step->unsent) return StepState::kUnsent;
  return step->in_flight > 0 ? StepState::kWaiting : StepState::kMissed;
}

std::uint8_t Round::asked(std::uint8_t ttl) const {
  const Step* step = find(ttl);
  return step == nullptr ? std::uint8_t{0} : step->asked;
}

bool Round::confirms(std::uint8_t ttl, Timestamp sent_at) const {
  const Step* step = find(ttl);
  return step != nullptr && step->hop.reply && step->hop.sent_at < sent_at;
}

const Reply* Round::reply(std::uint8_t ttl) const {
  const Step* step = find(ttl);
  return step != nullptr && step->hop.reply ? &*step->hop.reply : nullptr;
}

base::Instant Round::sent_at(std::uint8_t ttl) const {
  const Step* step = find(ttl);
  return step == nullptr ? base::Instant{} : step->sent;
}

bool Round::waits_up_to(std::uint8_t last) const {
  const std::size_t count = std::min<std::size_t>(last, steps_.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (state(static_cast<std::uint8_t>(i + 1)) == StepState::kWaiting) return true;
  }
  return false;
}

std::uint8_t Round::highest_router() const {
  for (std::size_t ttl = steps_.size(); ttl > 0; --ttl) {
    if (state(static_cast<std::uint8_t>(ttl)) == StepState::kRouter) {
      return static_cast<std::uint8_t>(ttl);
    }
  }
  return 0;
}

std::optional<std::uint8_t> Round::end() const {
  if (reached_at_ && blocked_) return std::min(*reached_at_, blocked_->ttl);
  if (reached_at_) return reached_at_;
  if (blocked_) return blocked_->ttl;
  return std::nullopt;
}

Observation Round::observation() const {
  Observation seen;
  seen.end = end() ? end() : cut_at_;
  const std::size_t length =
      seen.end ? std::min<std::size_t>(*seen.end, steps_.size()) : steps_.size();
  seen.hops.reserve(length);
  seen.sent_at.reserve(length);
  for (std::size_t i = 0; i < length; ++i) {
    const Step& step = steps_[i];
    seen.hops.push_back(step.hop.reply ? std::optional(step.hop.reply->source) : std::nullopt);
    seen.sent_at.push_back(step.hop.sent_at);
    if (step.confirmed) seen.confirmations.push_back(*step.confirmed);
  }
  return seen;
}

void Round::fill(Path& path, std::uint8_t last) {
  path.round = number_;
  path.started = started_.value_or(path.finished);
  path.reached = reached_at_ && *reached_at_ <= last;
  if (blocked_ && blocked_->ttl <= last && !path.reached) path.blocked = blocked_;
  path.hops.reserve(std::min<std::size_t>(last, steps_.size()));
  for (Step& step : steps_) {
    if (step.hop.ttl > last || step.asked == 0) continue;
    if (step.in_flight > 0 && !step.hop.reply) {
      step.hop.verdict = Verdict::kCut;
      path.complete = false;
    }
    path.hops.push_back(std::move(step.hop));
  }
}

}  // namespace etr::model
