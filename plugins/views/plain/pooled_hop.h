// Statistics of several flows at one TTL, taken together: by samples, never a mean of means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etr/snapshot.h"
#include "layout.h"

namespace plain {

/// RTT statistics of several responders taken together.
struct PooledRtt {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;  ///< Sum of squared differences from the mean.
  etr::Duration best{};
  etr::Duration worst{};

  /// Chan, Golub, LeVeque: the pairwise form of Welford's update.
  void add(const etr::ResponderStats& stats) {
    if (stats.received == 0 || stats.worst == etr::Duration{}) return;  // nothing measured
    best = count == 0 ? stats.best : std::min(best, stats.best);
    worst = std::max(worst, stats.worst);
    const auto n = static_cast<double>(count);
    const auto m = static_cast<double>(stats.received);
    const double distance = stats.mean_ns - mean;
    squares += stats.stddev_ns * stats.stddev_ns * (m - 1) + distance * distance * n * m / (n + m);
    mean += distance * m / (n + m);
    count += stats.received;
  }

  std::optional<etr::Duration> duration(double nanoseconds) const {
    if (count == 0) return std::nullopt;
    return etr::Duration(std::llround(nanoseconds));
  }
  double deviation() const {
    return count < 2 ? 0 : std::sqrt(squares / static_cast<double>(count - 1));
  }
  /// Avg, Best, Wrst, StDev.
  std::string columns(std::size_t width) const {
    return cell(milliseconds(duration(mean)), width) +
           cell(milliseconds(count == 0 ? std::nullopt : std::optional(best)), width) +
           cell(milliseconds(count == 0 ? std::nullopt : std::optional(worst)), width) +
           cell(milliseconds(duration(deviation())), width);
  }
};

/// One TTL over all flows of a path.
struct PooledHop {
  struct Responder {
    etr::IpAddress address;
    std::uint64_t received = 0;
    PooledRtt rtt;
    etr::Duration last{};
    const etr::ResponderStats* latest = nullptr;
  };

  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t counted = 0;  ///< Probes whose loss counts.
  std::uint64_t lost = 0;
  bool limited = false;
  bool uncertain = false;  ///< Losses of a flow with too few probes to tell whose they are.
  std::vector<Responder> responders;
  std::vector<Responder> former;  ///< Met before the flows came to the path that they are on.

  void add(const etr::HopStats& hop) {
    sent += hop.sent;
    answered += hop.answered;
    limited = limited || hop.hop_class == etr::HopClass::kLimited;
    if (hop.loss()) {
      counted += hop.answered + hop.lost;
      lost += hop.lost;
      uncertain = uncertain || (hop.lost > 0 && hop.hop_class == etr::HopClass::kUnknown);
    }
    for (const etr::ResponderStats& stats : hop.responders) add(responders, stats);
    for (const etr::ResponderStats& stats : hop.former) add(former, stats);
  }

  /// Never a percentage for what is no loss of the path.
  std::string loss() const {
    if (sent == 0) return "-";
    if (answered == 0) return "silent";
    if (limited) return "limited";
    if (counted == 0) return "-";
    return percent(static_cast<double>(lost) / static_cast<double>(counted)) +
           (uncertain ? "?" : "");
  }

 private:
  static void add(std::vector<Responder>& known, const etr::ResponderStats& stats) {
    auto responder = std::find_if(known.begin(), known.end(), [&](const Responder& one) {
      return one.address == stats.address;
    });
    if (responder == known.end()) {
      responder = known.insert(known.end(), {stats.address, 0, {}, {}, nullptr});
    }
    responder->received += stats.received;
    responder->rtt.add(stats);
    responder->last = stats.last;
    responder->latest = &stats;
  }
};

}  // namespace plain
