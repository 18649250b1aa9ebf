// Quantiles of RTTs, from a small bounded histogram with logarithmic buckets.
#pragma once

#include <cstdint>
#include <vector>

#include "etr/time.h"

namespace etr::model {

/// Each bucket is 8 % wider than the one before, so a quantile is exact within 4 %. The range is 1
/// µs to 105 s; values outside count in the first or the last bucket. Only the range in use is
/// stored: a few dozen octets for a steady RTT, 240 counts at most.
class Histogram {
 public:
  void add(Duration value);
  /// The value below which a share `q` (0..1) of the samples lies. 0 without samples.
  Duration quantile(double q) const;

 private:
  std::uint16_t first_ = 0;  ///< Bucket of counts_[0].
  std::vector<std::uint32_t> counts_;
  std::uint64_t count_ = 0;
};

}  // namespace etr::model
