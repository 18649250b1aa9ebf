#include "model/expected_end.h"

#include <cmath>
#include <utility>

namespace etr::model {

namespace {

bool chance_explains(const SharedEnd& end, std::uint32_t silent_rounds) {
  constexpr double kUnlikely = -7;  // One in 1000.
  return std::log1p(-end.share()) * silent_rounds > kUnlikely;
}

}  // namespace

void ExpectedEnd::round_closed(const Round& round, const std::optional<LastRouter>& router) {
  if (router != router_) {
    router_ = router;
    rejects_ = false;
    own_.reset();
    own_answers_ = 0;
    forget();
  }
  ttl_.reset();
  silent_ = false;
  if (!router) return;
  const auto heard_at = round.end();
  const Reply* reply = heard_at ? round.reply(*heard_at) : nullptr;
  if (reply != nullptr) rejects_ = reply->source == router->address;
  if (rejects_) {
    ttl_ = static_cast<std::uint8_t>(router->ttl + 1);
    return;
  }
  SharedEnd* end = reply != nullptr && *heard_at > router->ttl
                       ? &ends_->heard(*router, *heard_at, reply->source)
                       : ends_->find(*router);
  if (end == nullptr) return;
  count(*end, round);
  count_own(heard_at);
  const bool explained = chance_explains(*end, unanswered_);
  silent_ = !answered_ && reply == nullptr && end->known() && end->current() && !explained;
  const bool another_host = reply != nullptr && reply->source != end->address();
  if (another_host || !end->limits() || !end->current()) return;
  if (explained && beyond_ < kMaxBeyond) {
    ttl_ = end->ttl();
  } else if (own_answers_ > 1 && chance_explains(*end, own_silence_)) {
    ttl_ = own_;
  }
}

void ExpectedEnd::forget() {
  answered_ = false;
  unanswered_ = 0;
  beyond_ = 0;
}

void ExpectedEnd::count(SharedEnd& end, const Round& round) {
  if (std::exchange(counted_at_, end.ttl()) != end.ttl()) forget();
  const StepState state = round.state(end.ttl());
  if (state == StepState::kEnd) {
    end.answered();
    forget();
    answered_ = true;
  } else if (state == StepState::kMissed) {
    ++unanswered_;
    if (answered_) end.unanswered();
    if (round.end() && end.limits() && beyond_ < kMaxBeyond) ++beyond_;
  }
}

void ExpectedEnd::count_own(std::optional<std::uint8_t> heard_at) {
  ++own_silence_;
  if (!heard_at) return;
  own_answers_ = heard_at == own_ ? own_answers_ + 1 : 1;
  own_ = heard_at;
  own_silence_ = 0;
}

}  // namespace etr::model
