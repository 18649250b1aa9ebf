#include "model/shared_ends.h"

#include <cmath>

namespace etr::model {

namespace {

/// Of `answered` of `asked` probes, if each is answered with that share.
double log_likelihood(double answered, double asked) {
  const auto term = [&](double count) { return count <= 0 ? 0 : count * std::log(count / asked); };
  return term(answered) + term(asked - answered);
}

}  // namespace

void SharedEnd::answered() {
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
  silent_ /= 2;
}

/// Whether the silence is better explained by a host that has stopped answering: likelihood ratio
/// of its share of answers up to the latest one, and none since, against one share all the time.
bool SharedEnd::current() const {
  constexpr double kStopped = 10;  // By chance, one silence in 100 000.
  const double gain =
      log_likelihood(answered_, asked_ - silent_) - log_likelihood(answered_, asked_);
  return gain <= kStopped;
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
