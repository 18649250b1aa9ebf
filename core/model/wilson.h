// The Wilson score interval of a proportion. Unlike the normal approximation it is usable at 0, at
// 1 and for few trials.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace etr::model {

struct Interval {
  double low = 0;
  double high = 1;
};

/// 95 % interval for `successes` out of `trials`; 0..1 without trials.
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
inline Interval wilson(std::uint64_t successes, std::uint64_t trials) {
  if (trials == 0) return {};
  constexpr double z = 1.959964;
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / scale;
  const double half = z / scale * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace etr::model
