// Keeps the path graph of one trace up to date, verdict by verdict.
//
// Each flow has one cell per TTL: the prefix of its path up to there and its last 128 verdicts.
// Cells of equal prefixes meet in a node of the prefix trie, nodes of equal TTL and address in a
// vertex. Counting a verdict touches one cell, one node, one vertex; a change of path touches the
// flow's cells; a snapshot costs vertices + edges + paths. Where losses occur is judged in bounded
// pieces. Not thread-safe: the probing thread owns it, snapshots may go anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "etr/path_graph.h"
#include "etr/time.h"
#include "model/flow_cells.h"
#include "model/graph_judgement.h"
#include "model/graph_tables.h"
#include "model/path_graph_snapshot.h"
#include "model/path_table.h"
#include "model/prefix_trie.h"

namespace etr::model {

/// One TTL of a flow's path, as far as it is known.
struct PathHop {
  std::optional<IpAddress> address;  ///< Of several, balanced per packet, the smallest.
  bool per_packet = false;
};

/// A flow's path as it is known now.
struct FlowPath {
  std::uint32_t id = 0;  ///< Of the path; flows with equal ids share a path.
  std::string_view hash;
  std::span<const PathHop> hops;  ///< TTL 1..; hops without address are unknown, not contradicted.
  std::optional<std::uint8_t> end;  ///< TTL of the target, or of the router that blocks the way.
  bool reached = false;
  bool blocked = false;
};

/// The final verdict on one probe.
struct ProbeVerdict {
  bool answered = false;
  std::optional<IpAddress> responder;
  std::optional<Duration> rtt;
  Timestamp at{};
};

struct PathGraphOptions {
  std::uint32_t trace = 0;
  /// Asked for per branch point, before it counts as closed.
  double confidence = 0.95;
};

class PathGraphBuilder {
 public:
  explicit PathGraphBuilder(const PathGraphOptions& options = {});
  PathGraphBuilder(const PathGraphBuilder&) = delete;
  PathGraphBuilder& operator=(const PathGraphBuilder&) = delete;

  /// `flow` is the index within the trace; no effect if it is being probed already.
  void add_flow(std::uint32_t flow, std::uint16_t source_port);
  /// The flow is no longer probed. What it has shown of branch points stays known.
  void retire_flow(std::uint32_t flow);

  /// To be called when a flow's path is refined or has changed, not for every record. Where a known
  /// address gives way to another one, and from there on, recent verdicts begin anew.
  void set_path(std::uint32_t flow, const FlowPath& path, Timestamp at);

  /// Counts one probe. The first answer from a hop not known yet makes its address known; verdicts
  /// past the path's end are ignored.
  void count(std::uint32_t flow, std::uint8_t ttl, const ProbeVerdict& verdict);

  /// Does one bounded piece of the judgement of classes and losses. True: call again soon, false:
  /// nothing to do now. A new judgement begins when verdicts have come in since the last one, and
  /// so seldom that all of them together take a few per cent of a core.
  bool advance(Timestamp now);
  /// Judges at once, to the end: for the last snapshot of a run, and for tests.
  void judge(Timestamp now);

  /// The class of a flow's hop, as of the last judgement. Lossy: the hop lies beyond a lossy link
  /// on this flow's path, and lost some of this flow's recent probes.
  HopClass hop_class(std::uint32_t flow, std::uint8_t ttl) const;

  /// Grows whenever some hop's class may have changed other than by its own verdicts.
  std::uint64_t class_generation() const { return class_generation_; }

  /// GraphVertex::id of the flow's hop; empty if it is not known, or silent.
  std::optional<std::uint32_t> vertex_at(std::uint32_t flow, std::uint8_t ttl) const;

  /// The planner gives up on finding more next hops of a vertex (empty: of the source), or resumes.
  void set_capped(std::optional<std::uint32_t> vertex_id, bool capped);

  /// Forgets all verdicts; paths and branch points stay known.
  void reset();

  /// The same object as before, if nothing has changed.
  std::shared_ptr<const PathGraph> snapshot();

  /// Octets held for flows, cells, vertices and prefixes.
  std::size_t memory() const;

 private:
  struct Plan {
    std::size_t first = 0;  ///< Index of the first cell that moves.
    std::size_t fresh = 0;  ///< Of the first that has met another router than before.
  };

  Plan plan(const FlowRecord& flow, const FlowPath& path, bool same_path);
  void move(FlowRecord& flow, const Plan& plan, Timestamp at);
  void join_path(std::uint32_t index, FlowRecord& flow, const FlowPath& path);
  void learn(FlowRecord& flow, std::size_t index, const ProbeVerdict& verdict);
  void add_rtt(FlowRecord& flow, std::size_t index, PathRecord* path, const ProbeVerdict& verdict);
  std::vector<std::uint32_t> vertices(const FlowRecord& flow) const;
  const RecentVerdicts* at_end(const FlowRecord& flow) const;
  void begin_judgement();
  void finish_judgement(Timestamp now);
  NamedLoss named(const JudgedLoss& loss, Timestamp now) const;
  void changed() { last_.reset(); }

  PathGraphOptions options_;
  GraphTables tables_;
  PrefixTrie trie_;
  FlowCells cells_{tables_, trie_};
  PathTable paths_;
  GraphJudgement judgement_{trie_, tables_};
  std::vector<NamedLoss> losses_;
  std::optional<NamedLoss> shared_loss_;
  Timestamp at_{};
  Timestamp judged_at_{};
  std::uint64_t class_generation_ = 0;
  bool to_judge_ = false;      ///< Verdicts have come in since the last judgement began.
  std::vector<CellHop> hops_;  ///< Scratch: a path as it will be.
  std::shared_ptr<const PathGraph> last_;
};

}  // namespace etr::model
