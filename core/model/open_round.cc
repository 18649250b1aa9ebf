#include "model/open_round.h"

#include <algorithm>

namespace etr::model {

OpenRound::Entry& OpenRound::entry(std::uint8_t ttl) {
  if (hops_.size() < ttl) hops_.resize(ttl);
  Entry& found = hops_[ttl - 1U];
  found.hop.ttl = ttl;
  return found;
}

void OpenRound::sent(std::uint8_t ttl, Timestamp at) {
  Entry& hop = entry(ttl);
  if (!started_) started_ = at;
  hop.used = true;
  // A further look at a hop that was given up: its verdict is open again.
  if (!hop.hop.reply) {
    hop.decided = false;
    hop.hop.sent_at = at;
  }
  ++hop.outstanding;
  ++outstanding_;
}

bool OpenRound::answered(std::uint8_t ttl, Timestamp sent_at, const Reply& reply) {
  Entry& hop = entry(ttl);
  --hop.outstanding;
  --outstanding_;
  if (hop.hop.reply) return false;
  hop.decided = true;
  hop.hop.verdict = Verdict::kAnswered;
  hop.hop.sent_at = sent_at;
  hop.hop.reply = reply;
  if (reply.kind == ReplyKind::kTimeExceeded) highest_router_ = std::max(highest_router_, ttl);
  return true;
}

bool OpenRound::failed(std::uint8_t ttl, Timestamp sent_at, Verdict verdict) {
  Entry& hop = entry(ttl);
  --hop.outstanding;
  --outstanding_;
  if (hop.hop.reply) return false;
  hop.hop.verdict = verdict;
  hop.hop.sent_at = sent_at;
  hop.missed = true;
  if (hop.outstanding > 0) return false;
  hop.decided = true;
  return true;
}

void OpenRound::withdraw(std::uint8_t ttl) {
  Entry& hop = entry(ttl);
  --hop.outstanding;
  --outstanding_;
  if (hop.outstanding > 0 || hop.decided) return;
  hop.decided = hop.missed;
  hop.used = hop.missed;
}

void OpenRound::look_again(std::uint8_t ttl) {
  second_look_ = ttl;
  ++outstanding_;
}

void OpenRound::second_look_done(const std::optional<IpAddress>& responder) {
  second_responder_ = responder;
  --outstanding_;
}

void OpenRound::reached(std::uint8_t ttl) {
  reached_at_ = std::min(reached_at_.value_or(ttl), ttl);
}

void OpenRound::blocked(const Blocked& blocked) {
  if (!blocked_ || blocked.ttl < blocked_->ttl) blocked_ = blocked;
}

std::optional<std::uint8_t> OpenRound::end() const {
  if (reached_at_ && blocked_) return std::min(*reached_at_, blocked_->ttl);
  if (reached_at_) return reached_at_;
  if (blocked_) return blocked_->ttl;
  return std::nullopt;
}

Observation OpenRound::observation() const {
  Observation seen;
  seen.end = end();
  for (const Entry& entry : hops_) {
    if (seen.end && seen.hops.size() >= *seen.end) break;
    seen.hops.push_back(entry.hop.reply ? std::optional(entry.hop.reply->source) : std::nullopt);
  }
  if (second_responder_) seen.second_look = {*second_look_, *second_responder_};
  return seen;
}

void OpenRound::fill(Path& path, std::uint8_t last) {
  path.round = number_;
  path.started = started_.value_or(path.finished);
  path.reached = reached_at_ && *reached_at_ <= last;
  if (blocked_ && blocked_->ttl <= last && !path.reached) path.blocked = blocked_;
  for (Entry& entry : hops_) {
    if (entry.hop.ttl > last || !entry.used) continue;
    if (!entry.decided) {
      entry.hop.verdict = Verdict::kCut;
      path.complete = false;
    }
    path.hops.push_back(std::move(entry.hop));
  }
}

}  // namespace etr::model
