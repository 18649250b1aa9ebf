#include "hop_row.h"

#include <cmath>
#include <optional>

#include "layout.h"

namespace plain {

std::string rtt_columns(const etr::PooledStatistics& rtts, std::size_t width) {
  const auto column = [&](etr::Duration value) {
    return cell(milliseconds(rtts.rtt_samples == 0 ? std::nullopt : std::optional(value)), width);
  };
  const auto rounded = [](double nanoseconds) { return etr::Duration(std::llround(nanoseconds)); };
  return column(rounded(rtts.rtt_mean_ns)) + column(rtts.rtt_best) + column(rtts.rtt_worst) +
         column(rounded(rtts.rtt_stddev_ns));
}

}  // namespace plain
