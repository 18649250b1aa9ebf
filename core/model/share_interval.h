// The 95 % interval of a share, as the path graph reports it.
#pragma once

#include <cstdint>

#include "etr/path_graph.h"
#include "model/wilson.h"

namespace etr::model {

inline ConfidenceInterval share_interval(std::uint64_t successes, std::uint64_t trials) {
  const Interval interval = wilson(successes, trials);
  return {interval.low, interval.high};
}

}  // namespace etr::model
