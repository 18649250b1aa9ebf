#include "model/expected_end.h"

#include <utility>

namespace etr::model {

void ExpectedEnd::round_closed(const Round& round, const std::optional<LastRouter>& router) {
  if (router != router_) {
    router_ = router;
    rejects_ = false;
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
  silent_ = answers_ == 0 && reply == nullptr && end->reliable() && end->current();
  const bool another_host = reply != nullptr && reply->source != end->address();
  const bool only_this_flow = end->answers() == answers_;
  if (another_host || only_this_flow || beyond_ >= kMaxBeyond) return;
  if (!end->limits() || !end->current()) return;
  ttl_ = end->ttl();
}

void ExpectedEnd::forget() {
  answers_ = 0;
  beyond_ = 0;
}

void ExpectedEnd::count(SharedEnd& end, const Round& round) {
  if (std::exchange(counted_at_, end.ttl()) != end.ttl()) forget();
  const StepState state = round.state(end.ttl());
  if (state == StepState::kEnd) {
    ++answers_;
    beyond_ = 0;
    end.answered();
  } else if (state == StepState::kMissed) {
    if (answers_ > 0) end.unanswered();
    if (round.end() && end.limits() && beyond_ < kMaxBeyond) ++beyond_;
  }
}

}  // namespace etr::model
