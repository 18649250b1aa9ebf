#include "model/branch_confidence.h"

#include <algorithm>
#include <cmath>

namespace etr::model {

double branch_confidence(std::uint32_t next_hops, std::uint32_t samples) {
  const double all = next_hops + 1.0;
  const double n = samples;
  if (n < all) return 0;
  // The first term of the sum is the expected number of unseen next hops. Beyond 15 the alternating
  // sum loses its digits by cancellation, while the result is below e^-15.
  constexpr double kMostUnseen = 15;
  if (all * std::pow(1 - 1 / all, n) > kMostUnseen) return 0;
  double choose = 1;
  double failure = 0;
  for (double i = 1; i < all; ++i) {
    choose *= (all - i + 1) / i;
    const double term = choose * std::pow(1 - i / all, n);
    failure += std::fmod(i, 2) == 1 ? term : -term;
    if (term < 1e-15) break;
  }
  return std::clamp(1 - failure, 0.0, 1.0);
}

double hidden_share(std::uint32_t samples) {
  constexpr double kMissed = 0.05;
  return samples == 0 ? 1 : 1 - std::pow(kMissed, 1.0 / samples);
}

}  // namespace etr::model
