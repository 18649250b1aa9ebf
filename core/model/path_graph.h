// Keeps the path graph of one trace up to date, verdict by verdict.
//
// A flow has one cell per TTL: the prefix of its path up to there, and its last 128 verdicts. Cells
// with equal prefixes share a node of the prefix trie; nodes with equal TTL and address share a
// vertex. Counting a verdict updates one cell, one node and one vertex; a path change updates the
// cells of one flow; a snapshot costs O(vertices + edges + paths). Loss is judged in bounded
// pieces. Not thread-safe: belongs to the probing thread; snapshots may go to any thread.
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

/// One TTL of a flow's path, as far as known.
struct PathHop {
  std::optional<IpAddress> address;  ///< The smallest one of a hop balanced per packet.
  bool per_packet = false;
};

/// A flow's path as known now.
struct FlowPath {
  std::uint32_t id = 0;  ///< Flows with equal ids share a path.
  std::string_view hash;
  std::span<const PathHop> hops;    ///< By TTL - 1; no address: unknown, fits any router.
  std::optional<std::uint8_t> end;  ///< TTL of the target or of the blocking host.
  bool reached = false;
  bool blocked = false;
  /// The flow has moved here from its former path. Otherwise a different id means that the former
  /// one was a guess: the flow was never on that path.
  bool moved = false;
  /// If moved: Alternations::evidence() of the first hop that differs. Above 0 it may be packets
  /// that alternate there, not flows that move.
  double balancing_evidence = 0;
};

/// The final verdict on one probe.
struct ProbeVerdict {
  bool answered = false;
  std::optional<IpAddress> responder;
  std::optional<Duration> rtt;
  Timestamp at{};
  bool icmp = false;  ///< Answered by an ICMP message; hosts limit how many they send.
};

struct PathGraphOptions {
  std::uint32_t trace = 0;
  /// Confidence at which a branch point counts as closed, 0..1.
  double confidence = 0.95;
};

class PathGraphBuilder {
 public:
  explicit PathGraphBuilder(const PathGraphOptions& options = {});
  PathGraphBuilder(const PathGraphBuilder&) = delete;
  PathGraphBuilder& operator=(const PathGraphBuilder&) = delete;

  /// `flow` is the index within the trace. No effect on a flow already being probed.
  void add_flow(std::uint32_t flow, std::uint16_t source_port);
  /// Ends the flow. What it has shown of branch points stays known.
  void retire_flow(std::uint32_t flow);

  /// Call when a flow's path is refined or has changed, not for every record. From the first known
  /// address that is replaced by another, the flow begins without recent verdicts, or with those of
  /// its last time on that path.
  void set_path(std::uint32_t flow, const FlowPath& path, Timestamp at);

  /// The path turned out to be the same as another one: it is not remembered as left.
  void forget_guessed_path(std::uint32_t id);

  /// Counts the verdict on one probe. The first reply from an unknown hop sets its address.
  /// Verdicts past the end of the path are ignored.
  void count(std::uint32_t flow, std::uint8_t ttl, const ProbeVerdict& verdict);

  /// Does one bounded piece of the judgement of classes and losses. True: call again soon. False:
  /// nothing to do now. A new judgement starts when there are new verdicts, and at intervals that
  /// limit all judgements to a few per cent of a core.
  bool advance(Timestamp now);
  /// Runs a whole judgement at once: for the last snapshot of a run, and for tests.
  void judge(Timestamp now);

  /// The class of a flow's hop, as last judged. Lossy: it lies beyond a lossy link on this flow's
  /// path, and lost some of this flow's recent probes.
  HopClass hop_class(std::uint32_t flow, std::uint8_t ttl) const;

  /// Increases whenever the class of a hop may have changed for another reason than its own
  /// verdicts.
  std::uint64_t class_generation() const { return class_generation_; }

  /// GraphVertex::id of the flow's hop; empty if the hop is unknown or silent.
  std::optional<std::uint32_t> vertex_at(std::uint32_t flow, std::uint8_t ttl) const;

  /// The planner stops looking for more next hops of a vertex (empty: the source), or resumes.
  void set_capped(std::optional<std::uint32_t> vertex_id, bool capped);

  /// Clears all verdicts; paths and branch points stay known.
  void reset();

  /// Writes the next piece of a snapshot. True once it is complete, or if nothing has changed since
  /// the last one: last_snapshot() returns it.
  bool advance_snapshot();
  std::shared_ptr<const PathGraph> last_snapshot() const { return last_; }
  /// A whole snapshot, as of now; the same object as before if nothing has changed.
  std::shared_ptr<const PathGraph> snapshot();

  /// Memory of flows, cells, vertices and prefixes, in octets.
  std::size_t memory() const;

 private:
  /// What set_path() changes in the cells of a flow.
  struct Plan {
    std::size_t first = 0;  ///< Index of the first cell that gets another hop.
    std::size_t fresh = 0;  ///< Index of the first that met another router than before.
  };

  Plan plan(const FlowRecord& flow, const FlowPath& path, bool same_path);
  void move(FlowRecord& flow, const Plan& plan, double balancing_evidence, Timestamp at);
  void join_path(std::uint32_t index, FlowRecord& flow, const FlowPath& path);
  /// An unknown hop becomes known by a reply, or silent by a loss.
  void learn(FlowRecord& flow, std::size_t index, const ProbeVerdict& verdict);
  void add_rtt(FlowRecord& flow, std::size_t index, PathRecord* path, const ProbeVerdict& verdict);
  std::vector<std::uint32_t> vertices(const FlowRecord& flow) const;
  const RecentVerdicts* at_end(const FlowRecord& flow) const;
  void begin_judgement();
  void finish_judgement(Timestamp now);
  NamedLoss named(const JudgedLoss& loss, Timestamp now) const;
  void changed() { changed_ = true; }
  void begin_snapshot();

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
  bool to_judge_ = false;      ///< New verdicts since the last judgement began.
  std::vector<CellHop> hops_;  ///< Scratch: the new hops of a path.
  std::shared_ptr<const PathGraph> last_;
  bool changed_ = true;  ///< Since the last snapshot was begun.
  std::shared_ptr<PathGraph> draft_;
  std::optional<GraphWriter> writer_;  ///< Of the draft, while it is written.
};

}  // namespace etr::model
