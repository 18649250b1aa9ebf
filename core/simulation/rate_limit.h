// Token bucket of a responder.
#pragma once

#include <algorithm>

#include "simulation/network.h"

namespace etr::simulation {

class TokenBucket {
 public:
  /// Takes a token if there is one. Starts full. The limit may change between calls.
  bool take(const RateLimit& limit, Duration now) {
    if (!started_) tokens_ = limit.burst;
    started_ = true;
    tokens_ += std::chrono::duration<double>(now - last_).count() * limit.per_second;
    tokens_ = std::min(tokens_, limit.burst);
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  bool started_ = false;
  double tokens_ = 0;
  Duration last_{};
};

}  // namespace etr::simulation
