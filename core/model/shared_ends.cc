#include "model/shared_ends.h"

#include <cmath>

namespace etr::model {

void SharedEnd::answered() {
  ++all_answers_;
  ++answered_;
  unanswered();
  silent_ = 0;
}

void SharedEnd::unanswered() {
  ++asked_;
  ++silent_;
  if (asked_ < kRemembered) return;
  asked_ /= 2;
  answered_ = (answered_ + 1) / 2;
}

bool SharedEnd::current() const {
  // Probability of such a silence: one in 150.
  constexpr double kUnlikely = 5;
  const double share = (answered_ + 0.5) / (asked_ + 1.0);
  return -std::log1p(-share) * silent_ <= kUnlikely;
}

SharedEnd* SharedEnds::find(const LastRouter& router) {
  const auto found = ends_.find(router);
  return found == ends_.end() ? nullptr : &found->second;
}

SharedEnd& SharedEnds::heard(const LastRouter& router, std::uint8_t ttl, const IpAddress& address) {
  if (ends_.size() >= kMaxRouters) ends_.clear();
  const auto [found, added] = ends_.try_emplace(router, ttl, address);
  SharedEnd& end = found->second;
  if (ttl < end.ttl() || (ttl > end.ttl() && !end.current())) end = SharedEnd(ttl, address);
  return end;
}

}  // namespace etr::model
