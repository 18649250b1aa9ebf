// Statistics of one hop of one flow: counts of verdicts, and RTT figures per responder.
//
// Mean and variance are Welford's running sums (1962), jitter is the interarrival jitter of RFC
// 3550 §6.4.1, quantiles come from a histogram: memory does not grow with the number of replies.
#pragma once

#include <cstdint>
#include <vector>

#include "etr/path.h"
#include "etr/reply.h"
#include "etr/snapshot.h"
#include "model/histogram.h"

namespace etr::model {

/// Replies of one address; each is added in constant time.
class ResponderStatistics {
 public:
  explicit ResponderStatistics(const IpAddress& address) : address_(address) {}
  const IpAddress& address() const { return address_; }
  void add(const Reply& reply);
  /// Another responder answered in between: the next RTT starts a new sequence for the jitter.
  void break_sequence() { in_sequence_ = false; }
  ResponderStats summarize() const;

 private:
  void add_rtt(Duration rtt);
  void add_difference(Duration difference);

  IpAddress address_;
  std::uint64_t received_ = 0;
  std::uint64_t samples_ = 0;  ///< Replies with an RTT.
  bool in_sequence_ = false;
  bool open_ = false;  ///< A SYN-ACK has come: the port is open.
  std::uint64_t differences_ = 0;
  Duration last_{};
  Duration best_{};
  Duration worst_{};
  double mean_ = 0;        ///< Welford's running mean, in ns.
  double squares_ = 0;     ///< Welford's sum of squared deviations.
  double jitter_ = 0;      ///< RFC 3550 §6.4.1, in ns.
  double jitter_sum_ = 0;  ///< Of |difference|, in ns.
  Duration jitter_last_{};
  Duration jitter_worst_{};
  Histogram histogram_;
  Reply last_reply_;  ///< Its RTT and times are not used.
};

/// Figures of the path that the flow is on now.
struct HopStatistics {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;
  std::uint64_t send_failed = 0;
  std::vector<ResponderStatistics> responders;  ///< In order of first reply.
  std::size_t last_responder = 0;               ///< Index of the latest one.
  std::vector<ResponderStatistics> former;      ///< On earlier paths, latest last.

  void add_answer(const Reply& reply);
  void add_loss();
  /// Counts a hop of a record as if its probes had been sent and judged now.
  void add(const Hop& hop);
  /// The flow changed its path: present responders become former ones, everything else restarts at
  /// zero.
  void begin_path();
  HopStats summarize(std::uint8_t ttl) const;
};

}  // namespace etr::model
