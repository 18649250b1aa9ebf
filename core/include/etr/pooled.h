// Figures of one hop over several flows or responders, pooled by samples: never a mean of means.
//
// For what the path graph does not hold, such as one hop of one path. What it holds is not to be
// computed again.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "etr/path.h"
#include "etr/path_graph.h"
#include "etr/snapshot.h"

namespace etr {

/// Adds RTTs to RTTs: the pairwise form of Welford's update (Chan, Golub, LeVeque). `rtt_last` is
/// that of `more`.
inline void add_rtts(PooledStatistics& into, const PooledStatistics& more) {
  if (more.rtt_samples == 0) return;
  if (into.rtt_samples == 0) {
    into.rtt_best = more.rtt_best;
    into.rtt_worst = more.rtt_worst;
  }
  const auto squares = [](const PooledStatistics& of) {
    return of.rtt_samples < 2
               ? 0.0
               : of.rtt_stddev_ns * of.rtt_stddev_ns * static_cast<double>(of.rtt_samples - 1);
  };
  const auto before = static_cast<double>(into.rtt_samples);
  const auto added = static_cast<double>(more.rtt_samples);
  const double all = before + added;
  const double distance = more.rtt_mean_ns - into.rtt_mean_ns;
  const double sum = squares(into) + squares(more) + distance * distance * before * added / all;
  into.rtt_samples += more.rtt_samples;
  into.rtt_mean_ns += distance * added / all;
  into.rtt_stddev_ns = into.rtt_samples < 2 ? 0 : std::sqrt(sum / (all - 1));
  into.rtt_best = std::min(into.rtt_best, more.rtt_best);
  into.rtt_worst = std::max(into.rtt_worst, more.rtt_worst);
  into.rtt_last = more.rtt_last;
}

/// No samples if the replies had no RTT.
inline void add_rtts(PooledStatistics& into, const ResponderStats& more) {
  if (!more.has_rtt()) return;
  PooledStatistics rtts;
  rtts.rtt_samples = more.received;
  rtts.rtt_mean_ns = more.mean_ns;
  rtts.rtt_stddev_ns = more.stddev_ns;
  rtts.rtt_best = more.best;
  rtts.rtt_worst = more.worst;
  rtts.rtt_last = more.last;
  add_rtts(into, rtts);
}

/// Verdicts and RTTs of one hop. Verdicts of flows to which the hop is limited are not counted:
/// that silence is not loss. Those of flows to which it is silent count only where it answers other
/// flows: then these may not reach it.
struct PooledHop {
  /// As judged: of what was added, the one that says most of the path; empty: no probe has a
  /// verdict.
  std::optional<HopClass> hop_class;
  PooledStatistics statistics;

  PooledHop() = default;
  explicit PooledHop(const GraphVertex& vertex) : statistics(vertex.statistics) {
    statistics.answered = statistics.lost = 0;
    add_verdicts(vertex.hop_class, vertex.statistics.answered, vertex.statistics.lost);
  }

  void add_verdicts(const HopStats& hop) { add_verdicts(hop.hop_class, hop.answered, hop.lost); }
  /// Verdicts, and the RTTs of one responder.
  void add(const HopStats& hop, const std::optional<IpAddress>& responder) {
    add_verdicts(hop);
    for (const ResponderStats& stats : hop.responders) {
      if (stats.address == responder) add_rtts(statistics, stats);
    }
  }
  /// Verdicts, and the RTTs of all responders.
  void add(const HopStats& hop) {
    add_verdicts(hop);
    for (const ResponderStats& stats : hop.responders) add_rtts(statistics, stats);
  }
  void add(const PooledHop& other) {
    if (other.hop_class) add_class(*other.hop_class, other.statistics.answered > 0);
    unheard_ += other.unheard_;
    statistics.answered += other.statistics.answered;
    statistics.lost += other.statistics.lost;
    add_rtts(statistics, other.statistics);
  }

  /// Share of probes not answered, 0..1; empty where there is none to tell. Of a hop that has not
  /// answered, it is known only once that is judged as loss.
  std::optional<double> loss() const {
    if (statistics.judged() == 0) return std::nullopt;
    if (statistics.answered == 0 && hop_class != HopClass::kLossy) return std::nullopt;
    return static_cast<double>(statistics.lost + unheard_) /
           static_cast<double>(statistics.judged() + unheard_);
  }
  /// loss() is more than 0, and not all of it is judged as loss of the path.
  bool uncertain() const {
    return loss().value_or(0) > 0 && (hop_class != HopClass::kLossy || unheard_ > 0);
  }

 private:
  void add_verdicts(HopClass of, std::uint64_t answered, std::uint64_t lost) {
    if (of == HopClass::kUnknown && answered + lost == 0) return;
    add_class(of, answered > 0);
    if (of == HopClass::kSilent) unheard_ += lost;
    if (of == HopClass::kSilent || of == HopClass::kLimited) return;
    statistics.answered += answered;
    statistics.lost += lost;
  }

  void add_class(HopClass of, bool answered) {
    const int added = weight(of, answered);
    if (hop_class && added <= weight_) return;
    hop_class = of;
    weight_ = added;
  }
  static int weight(HopClass of, bool answered) {
    switch (of) {
      case HopClass::kLossy: return 5;
      case HopClass::kUnknown: return answered ? 4 : 0;
      case HopClass::kAnswering: return 3;
      case HopClass::kLimited: return 2;
      case HopClass::kSilent: break;
    }
    return 1;
  }

  int weight_ = 0;             ///< Of `hop_class`.
  std::uint64_t unheard_ = 0;  ///< Probes of flows to which the hop is silent.
};

}  // namespace etr
