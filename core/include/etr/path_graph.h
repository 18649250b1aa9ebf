// The path graph of one trace: what all its flows together have shown of the network, at one
// moment.
//
// A vertex is a TTL and an address, or the silence after a vertex. Figures of a vertex are pooled
// over all flows that probe it; flows and recent figures are of the flows that are on it now.
// Views, sinks, reports and planners use these numbers instead of computing their own. Parts of a
// graph refer to each other by their position in its vectors (`vertices`, `edges`, `lossy_links`),
// which is valid for this graph only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "etr/time.h"

namespace etr {

/// 95 % interval of a share, 0..1.
struct ConfidenceInterval {
  double low = 0;
  double high = 1;
};

/// Verdicts and RTTs of several flows at one place, taken together. Probes in flight and probes
/// that could not be sent are not counted.
struct PooledStatistics {
  std::uint64_t answered = 0;  ///< Since the start, or since statistics were reset.
  std::uint64_t lost = 0;
  /// The last 128 verdicts of each flow that is here now.
  std::uint64_t recent_judged = 0;
  std::uint64_t recent_lost = 0;
  /// RTTs of answers from this address only.
  std::uint64_t rtt_samples = 0;
  double rtt_mean_ns = 0;
  double rtt_stddev_ns = 0;  ///< Divisor n - 1; 0 below two samples.
  Duration rtt_best{};
  Duration rtt_worst{};
  Duration rtt_last{};

  std::uint64_t judged() const { return answered + lost; }
};

struct GraphVertex {
  /// Stable as long as the vertex is known; reused after it has been dropped.
  std::uint32_t id = 0;
  std::uint8_t ttl = 0;
  /// Empty: no answer was ever received there. Such vertices differ by their predecessor.
  std::optional<IpAddress> address;
  std::uint32_t flows = 0;  ///< On it now; 0: left by all, or one of several balanced per packet.
  bool per_packet = false;  ///< Stands for a hop where each packet may meet another router.
  HopClass hop_class = HopClass::kUnknown;
  PooledStatistics statistics;

  /// Loss of the recent verdicts, 0..1; empty where there are none, and where silence is not loss.
  std::optional<double> recent_loss() const {
    if (statistics.recent_judged == 0 || hop_class == HopClass::kSilent ||
        hop_class == HopClass::kLimited) {
      return std::nullopt;
    }
    return static_cast<double>(statistics.recent_lost) /
           static_cast<double>(statistics.recent_judged);
  }
};

/// A link between vertices at consecutive TTLs.
struct GraphEdge {
  std::optional<std::uint32_t> from;  ///< Position in `vertices`; empty: the source.
  std::uint32_t to = 0;               ///< Position in `vertices`.
  std::uint32_t flows = 0;            ///< That cross it now.
  /// Distinct flows seen to cross it, those included that are no longer probed.
  std::uint32_t samples = 0;
  /// Samples here per samples of all links that leave `from`, 0..1.
  double share = 0;
  ConfidenceInterval share_interval;
  std::optional<std::uint32_t> lossy_link;  ///< Position in `lossy_links`.
};

/// Loss of the latest 16 verdicts of each flow and hop.
struct PresentLoss {
  double rate = 0;  ///< 0..1.
  ConfidenceInterval interval;
};

/// Loss that begins at one link. Rate and interval are averages over the recent verdicts. Where the
/// verdicts cannot distinguish several links, all are listed.
struct LossyLink {
  std::vector<std::uint32_t> edges;  ///< Positions in `edges`, the most likely first.
  double rate = 0;                   ///< Share of probes lost there, 0..1.
  ConfidenceInterval interval;
  std::uint32_t flows = 0;  ///< That cross the most likely link now.
  /// Recent verdicts of probes sent across it, to whatever hop, wherever they were lost.
  std::uint64_t recent_judged = 0;
  std::uint64_t recent_lost = 0;
  Timestamp since{};  ///< When it was first named, without a break until now.
  /// Where the average does not explain the latest verdicts: the loss has begun, grown, shrunk or
  /// ended meanwhile.
  std::optional<PresentLoss> now;
  /// Or limits on replies: all hops that show this loss reply by ICMP messages, which hosts limit,
  /// and no probes that came another way were answered more often.
  bool or_withheld = false;

  double present_rate() const { return now ? now->rate : rate; }
};

enum class BranchState : std::uint8_t {
  kOpen,       ///< More flows are needed before the next hops count as complete.
  kClosed,     ///< All next hops are found, with the confidence asked for.
  kCapped,     ///< Given up by the planner: a limit on flows or probes was reached.
  kPerPacket,  ///< Balances packets, not flows: its next hops cannot be enumerated.
  kFlapping,   ///< Flows keep moving between its next hops.
};

constexpr std::string_view to_string(BranchState state) {
  switch (state) {
    case BranchState::kOpen: return "open";
    case BranchState::kClosed: return "closed";
    case BranchState::kCapped: return "capped";
    case BranchState::kPerPacket: return "per-packet";
    case BranchState::kFlapping: break;
  }
  return "flapping";
}

/// A vertex that is followed by others: what is known of its next hops.
struct BranchPoint {
  std::optional<std::uint32_t> vertex;  ///< Position in `vertices`; empty: the source.
  std::uint32_t next_hops = 0;          ///< With an address.
  std::uint32_t samples = 0;            ///< Flows known here and at the next TTL.
  /// Probability that one more next hop would have been seen, if all carry equal shares, 0..1.
  double confidence = 0;
  /// Without that assumption: a next hop not seen yet carries at most this share (95 %), 0..1.
  double hidden_share = 1;
  BranchState state = BranchState::kOpen;
};

struct GraphFlow {
  std::uint32_t flow = 0;  ///< Index within the trace.
  std::uint16_t source_port = 0;
};

/// Flows with equal path ids.
struct GraphPath {
  std::uint32_t id = 0;
  std::string hash;
  /// One per TTL from 1: position in `vertices`; empty: no probe sent there has a verdict yet.
  std::vector<std::optional<std::uint32_t>> vertices;
  /// By flow index; never null. Empty: all flows have left the path.
  std::shared_ptr<const std::vector<GraphFlow>> flows;
  bool has_gaps = false;            ///< Some hop of it has no known address.
  std::optional<std::uint8_t> end;  ///< TTL of the target, or of the router that blocks the way.
  bool reached = false;             ///< The path ends at the target.
  bool blocked = false;             ///< It ends at an unreachable message from elsewhere.
  PooledStatistics at_end;          ///< Of its flows' probes to TTL `end`.
};

/// Immutable.
struct PathGraph {
  std::uint32_t trace = 0;
  Timestamp at{};                      ///< Latest verdict or path that it contains.
  Timestamp judged_at{};               ///< When classes and losses were judged last.
  std::uint32_t flows = 0;             ///< Being probed.
  std::vector<GraphVertex> vertices;   ///< By TTL, then address, silent ones last.
  std::vector<GraphEdge> edges;        ///< By `to`, then `from`, the source first.
  std::vector<LossyLink> lossy_links;  ///< The highest present rate first.
  /// Loss of the links that all probes cross, or of the common return path: the two cannot be
  /// distinguished. No edge refers to it.
  std::optional<LossyLink> shared_loss;
  std::vector<BranchPoint> branch_points;  ///< By `vertex`, the source first.
  std::vector<GraphPath> paths;            ///< By id.

  /// The edge between two vertices, or null.
  const GraphEdge* edge(std::optional<std::uint32_t> from, std::uint32_t to) const {
    const auto key = [](const GraphEdge& edge) { return std::tie(edge.to, edge.from); };
    const auto found = std::lower_bound(
        edges.begin(), edges.end(), std::tie(to, from),
        [&key](const GraphEdge& edge, const auto& wanted) { return key(edge) < wanted; });
    return found != edges.end() && key(*found) == std::tie(to, from) ? &*found : nullptr;
  }
};

}  // namespace etr
