// A snapshot: all statistics of a run at one moment, for views and the final summary.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "etr/path_graph.h"
#include "etr/reply.h"
#include "etr/time.h"

namespace etr {

/// Statistics of one responder at one TTL of one flow, over answered probes only.
struct ResponderStats {
  IpAddress address;
  std::uint64_t received = 0;
  Duration last{};
  Duration best{};
  Duration worst{};
  double mean_ns = 0;
  double stddev_ns = 0;    ///< Welford, divisor n - 1; 0 below two samples.
  Duration jitter{};       ///< Smoothed interarrival jitter, RFC 3550 §6.4.1, on RTT differences.
  Duration jitter_last{};  ///< |difference| of the last two RTTs.
  Duration jitter_mean{};  ///< Mean of |difference|, divisor n - 1.
  Duration jitter_worst{};
  /// Quantiles of the RTT from a bounded histogram (relative error below 5 %); empty below 1
  /// sample.
  Duration p50{};
  Duration p95{};
  Duration p99{};
  /// Of the last reply, as are the following; but a port that has sent a SYN-ACK stays kSynAck when
  /// later SYNs draw a RST or an ACK from its half-open connection.
  ReplyKind kind = ReplyKind::kOther;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::uint8_t reply_ttl = 0;
  std::optional<std::uint8_t> quoted_ttl;
  std::vector<MplsLabel> mpls;

  /// False: no reply has shown a round-trip time, so the times above say nothing.
  bool has_rtt() const { return received > 0 && worst > Duration::zero(); }
};

/// One TTL of one flow, on the path that it is on now: where a confirmed path change concerns this
/// TTL (it differs, lies beyond one that does, or was silent right before it), counting began anew
/// with the round that showed it. Probes in flight are in `sent` only.
struct HopStats {
  std::uint8_t ttl = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;  ///< No answer within the timeout. Send failures are in neither.
  std::uint64_t send_failed = 0;
  HopClass hop_class = HopClass::kUnknown;
  std::vector<ResponderStats> responders;  ///< In the order they were first heard.
  /// Who answered here on the flow's earlier paths, and not on this one; the latest last, and not
  /// all.
  std::vector<ResponderStats> former;
  /// Who answers here on the flow's present path, as confirmed; of several, balanced per packet,
  /// the smallest. Stays when statistics are reset; empty if no reply was heard.
  std::optional<IpAddress> address;

  /// Share of probes with a verdict that were lost, 0..1; empty without a verdict, and for hops
  /// that are silent or limited, whose silence is not loss.
  std::optional<double> loss() const {
    if (answered + lost == 0 || hop_class == HopClass::kSilent || hop_class == HopClass::kLimited) {
      return std::nullopt;
    }
    return static_cast<double>(lost) / static_cast<double>(answered + lost);
  }
};

struct FlowSnapshot {
  std::uint32_t trace = 0;
  std::uint32_t flow = 0;
  IpAddress source;
  std::uint16_t source_port = 0;
  std::uint32_t path_id = 0;
  std::string path_hash;
  PathKnowledge path_knowledge = PathKnowledge::kWhole;
  bool reached = false;                  ///< In the last closed round.
  std::optional<std::uint8_t> distance;  ///< TTL of the destination, once known.
  std::optional<Blocked> blocked;
  std::uint64_t rounds = 0;  ///< Closed rounds.
  std::uint64_t path_changes = 0;
  std::vector<HopStats> hops;  ///< TTL 1.., up to the destination.
};

/// Counters of a whole run.
struct Counters {
  std::uint64_t probes_sent = 0;
  std::uint64_t replies = 0;  ///< Accepted, in time.
  std::uint64_t late = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;  ///< Failed a check; see the events for the reasons.
  std::uint64_t send_errors = 0;
  std::uint64_t capture_drops = 0;  ///< Packets that the kernel dropped before we read them.
};

/// Immutable; flows that did not change since the last snapshot are shared with it.
struct Snapshot {
  Timestamp at{};
  Duration elapsed{};
  bool paused = false;
  Duration round_interval{};
  Counters counters;
  std::vector<std::shared_ptr<const FlowSnapshot>> flows;  ///< By trace, then flow index.
  std::vector<std::shared_ptr<const PathGraph>> graphs;    ///< By trace; never null.
};

}  // namespace etr
