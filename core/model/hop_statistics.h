// Statistics of one hop of one flow: counts of verdicts, and RTT figures per responder.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "etr/path.h"
#include "etr/reply.h"
#include "etr/snapshot.h"
#include "model/histogram.h"

namespace etr::model {

/// RTT figures of one responder, updated in constant time.
class ResponderStatistics {
 public:
  explicit ResponderStatistics(const IpAddress& address) : address_(address) {}
  const IpAddress& address() const { return address_; }
  void add(const Reply& reply);
  /// Another responder answered in between: the next RTT has no predecessor to differ from.
  void break_sequence() { in_sequence_ = false; }
  ResponderStats summarize() const;

 private:
  void add_rtt(Duration rtt);
  void add_difference(Duration difference);

  IpAddress address_;
  std::uint64_t received_ = 0;
  std::uint64_t samples_ = 0;  ///< Replies with an RTT.
  bool in_sequence_ = false;
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

/// The last verdicts of a hop, for judging it by its recent past.
class VerdictWindow {
 public:
  static constexpr std::size_t kSize = 128;
  void add(bool answered);
  std::uint32_t size() const { return size_; }
  std::uint32_t answered() const { return answered_; }

 private:
  std::bitset<kSize> bits_;
  std::uint32_t next_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t answered_ = 0;
};

/// Of the path that the flow is on now.
struct HopStatistics {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;
  std::uint64_t send_failed = 0;
  VerdictWindow window;
  std::vector<ResponderStatistics> responders;  ///< In the order first heard.
  std::size_t last_responder = 0;               ///< Index of who answered last.
  std::vector<ResponderStatistics> former;      ///< Of earlier paths, the latest last.

  void add_answer(const Reply& reply);
  void add_loss();
  /// A hop of a record, as if its probes had been sent and judged now.
  void add(const Hop& hop);
  /// The flow has come onto another path: who answered so far is a former responder, and all else
  /// begins at nothing.
  void begin_path();
  HopStats summarize(std::uint8_t ttl) const;
};

}  // namespace etr::model
