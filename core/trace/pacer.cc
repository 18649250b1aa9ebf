#include "trace/pacer.h"

#include <algorithm>

namespace etr::trace {

using base::Instant;

Pacer::Pacer(double rate, std::uint32_t burst) {
  if (rate <= 0) return;
  spacing_ = std::max(
      Duration(1), std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1.0 / rate)));
  depth_ = spacing_ * (std::max<std::uint32_t>(burst, 1) - 1);
}

// The bucket as a virtual schedule (GCRA, ITU-T I.371): each probe moves the horizon on by one
// spacing, and a probe may be sent while the horizon is ahead by no more than the bucket's depth.
Instant Pacer::earliest(Instant now, std::uint8_t ttl) const {
  if (spacing_ == Duration::zero()) return now;
  Instant at = std::max(now, horizon_ - depth_);
  if (ttl == run_ttl_ && run_ >= kMaxRun) at = std::max(at, last_ + spacing_);
  return at;
}

void Pacer::sent(Instant now, std::uint8_t ttl) {
  if (spacing_ == Duration::zero()) return;
  const bool close = now - last_ <= spacing_;
  run_ = ttl == run_ttl_ && close ? run_ + 1 : 1;
  run_ttl_ = ttl;
  last_ = now;
  horizon_ = std::max(horizon_, now) + spacing_;
}

}  // namespace etr::trace
