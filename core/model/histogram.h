// RTT quantiles from a small bounded histogram with logarithmic buckets.
#pragma once

#include <cstdint>
#include <vector>

#include "etr/time.h"

namespace etr::model {

/// Buckets grow by 8 %, so a quantile is right within 4 %. Range 1 µs to about 2 minutes, values
/// outside go to the outermost bucket. Holds counts only for the range of buckets in use: a hop
/// with a steady RTT costs a few dozen octets, the worst case is 240 counts.
class Histogram {
 public:
  void add(Duration value);
  /// The value below which a share `q` (0..1) of the samples lies; 0 without samples.
  Duration quantile(double q) const;

 private:
  std::uint16_t first_ = 0;  ///< Bucket of counts_[0].
  std::vector<std::uint32_t> counts_;
  std::uint64_t count_ = 0;
};

}  // namespace etr::model
