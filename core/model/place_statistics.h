// Verdicts and RTTs of all flows at one vertex or path end, pooled; updated in constant time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "etr/path_graph.h"
#include "etr/time.h"
#include "model/recent_verdicts.h"

namespace etr::model {

class PlaceStatistics {
 public:
  /// Counts a verdict; `change` is what it changed in the recent verdicts of the flow.
  void count(bool answered, RecentVerdicts::Change change) {
    ++(answered ? sums_.answered : sums_.lost);
    recent_judged_ += change.judged;
    recent_lost_ += change.lost;
  }
  /// A reply whose verdict is counted at another vertex.
  void count_answer() { ++sums_.answered; }

  void add_rtt(Duration rtt) {
    ++sums_.rtt_samples;
    const bool first = sums_.rtt_samples == 1;
    sums_.rtt_best = first ? rtt : std::min(sums_.rtt_best, rtt);
    sums_.rtt_worst = first ? rtt : std::max(sums_.rtt_worst, rtt);
    sums_.rtt_last = rtt;
    const auto value = static_cast<double>(rtt.count());
    const double before = value - sums_.rtt_mean_ns;
    sums_.rtt_mean_ns += before / static_cast<double>(sums_.rtt_samples);
    squares_ += before * (value - sums_.rtt_mean_ns);
  }

  /// Recent verdicts of a flow that arrives or leaves.
  void add_recent(const RecentVerdicts& recent) {
    recent_judged_ += recent.judged();
    recent_lost_ += recent.lost();
  }
  void subtract_recent(const RecentVerdicts& recent) {
    recent_judged_ -= recent.judged();
    recent_lost_ -= recent.lost();
  }

  std::int64_t recent_judged() const { return recent_judged_; }
  std::int64_t recent_lost() const { return recent_lost_; }
  std::uint64_t judged() const { return sums_.judged(); }

  /// Adds the verdicts, but not the RTTs, of a vertex identified with this one.
  void absorb_verdicts(const PlaceStatistics& other) {
    sums_.answered += other.sums_.answered;
    sums_.lost += other.sums_.lost;
    recent_judged_ += other.recent_judged_;
    recent_lost_ += other.recent_lost_;
  }

  PooledStatistics summarize() const {
    PooledStatistics out = sums_;
    out.recent_judged = static_cast<std::uint64_t>(recent_judged_);
    out.recent_lost = static_cast<std::uint64_t>(recent_lost_);
    if (out.rtt_samples > 1) {
      out.rtt_stddev_ns = std::sqrt(squares_ / static_cast<double>(out.rtt_samples - 1));
    }
    return out;
  }

 private:
  PooledStatistics sums_;  ///< Recent figures and deviation are filled in by summarize().
  std::int64_t recent_judged_ = 0;
  std::int64_t recent_lost_ = 0;
  double squares_ = 0;  ///< Welford's sum of squared deviations.
};

}  // namespace etr::model
