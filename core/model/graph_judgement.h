// One judgement of the path graph: the classes of vertices and the lossy links.
//
// It runs in bounded pieces while verdicts keep coming in: copy the trie, apply the envelope rule,
// estimate link loss from hops that are neither limited nor silent, compare it with the latest
// verdicts, mark what lies beyond lossy links, then find out whether limits on replies could
// explain the loss. Vertices and links created meanwhile wait for the next judgement; none may be
// dropped before this one ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "etr/path_graph.h"
#include "model/envelope_rule.h"
#include "model/graph_tables.h"
#include "model/link_loss.h"
#include "model/prefix_trie.h"
#include "model/present_loss.h"
#include "model/trie_copy.h"

namespace etr::model {

/// Loss that begins at one of these links (numbers of GraphTables), the most likely first.
struct JudgedLoss {
  std::vector<std::uint32_t> links;
  double rate = 0;
  ConfidenceInterval interval;
  Trials crossing;
  std::optional<PresentLoss> now;
  bool or_withheld = false;  ///< See LossyLink.
};

class GraphJudgement {
 public:
  GraphJudgement(PrefixTrie& trie, GraphTables& tables) : trie_(trie), tables_(tables) {}

  /// Starts over; abandons a judgement in progress.
  void begin();
  void abort() { stage_ = Stage::kIdle; }
  bool running() const { return stage_ != Stage::kIdle; }
  /// Does one bounded piece of a judgement in progress. False: it is finished, and the classes and
  /// marks of vertices, links and nodes are up to date.
  bool advance();

  // Results of the last finished judgement.
  /// Some class or mark differs from the judgement before.
  bool changed_classes() const { return changed_; }
  const std::vector<JudgedLoss>& losses() const { return losses_; }
  const std::optional<JudgedLoss>& shared() const { return shared_; }
  /// Nodes visited.
  std::size_t cost() const { return cost_; }

 private:
  enum class Stage : std::uint8_t {
    kIdle,
    kCopy,
    kEnvelope,
    kLimited,
    kNumber,
    kTrials,
    kLoss,
    kLatestTrials,
    kLatestLoss,
    kLossyLinks,
    kNodes,
    kLimits,
    kClasses,
  };
  /// Recent verdicts of one vertex.
  struct Share {
    std::uint64_t judged = 0;
    std::uint64_t lost = 0;
    // Of them, those of probes that crossed a lossy link.
    std::uint64_t beyond_loss = 0;
    std::uint64_t lost_beyond = 0;
  };

  /// Applies `step` to the next `piece` positions below `size`; true when all are done.
  template <typename Step>
  bool each(std::size_t size, std::size_t piece, const Step& step);
  void begin_numbering();
  void begin_marking();
  void mark_limited(std::uint32_t vertex);
  void number_link(std::uint32_t link);
  void add_trials(std::size_t node);
  void add_latest(std::size_t node);
  PrefixNode trials_at(const CopiedNode& node, std::uint32_t judged, std::uint32_t lost) const;
  bool is_trial(const CopiedNode& node) const;
  bool nothing_lost() const;
  void mark_link(std::uint32_t link);
  void mark_node(std::size_t node);
  void exclude_limit(std::size_t node);
  bool limit_explains(std::uint32_t vertex, const JudgedLoss& loss) const;
  void exclude_outer_limits();
  JudgedLoss& numbered_loss(std::uint32_t number);
  void classify(std::uint32_t vertex);
  HopClass class_of(std::uint32_t vertex) const;
  static JudgedLoss judged_loss(const LinkLossClass& found, const std::optional<PresentLoss>& now);

  PrefixTrie& trie_;
  GraphTables& tables_;
  Stage stage_ = Stage::kIdle;
  TrieCopy copy_;
  EnvelopeRule envelope_;
  LinkLoss link_loss_;
  PresentLossFit present_;
  std::size_t vertices_ = 0;            ///< Number of vertices when it began.
  std::vector<std::uint32_t> same_;     ///< By vertex, see resolve_silence().
  std::vector<std::uint32_t> numbers_;  ///< By link: its number in LinkLoss.
  /// Numbers of links whose ends were identified with other vertices, by both ends.
  absl::flat_hash_map<std::uint64_t, std::uint32_t> between_;
  std::vector<PrefixNode> trials_;
  std::vector<PrefixNode> latest_;  ///< Trials by the latest verdicts.
  // Losses are numbered as in losses_, from 1; then comes shared_. 0: none.
  std::vector<std::uint32_t> lossy_;   ///< By link number in LinkLoss: the loss that it has.
  std::vector<std::uint32_t> beyond_;  ///< By position in the copy: the last loss on the way there.
  std::vector<std::uint32_t> outer_;   ///< By loss: the one before it on the way; 0: none.
  std::vector<Share> shares_;          ///< By vertex.
  std::vector<HopClass> classes_;      ///< By vertex: the class given last.
  bool changed_ = false;
  std::size_t next_ = 0;  ///< Position in this stage.
  std::size_t cost_ = 0;
  std::vector<JudgedLoss> losses_;
  std::optional<JudgedLoss> shared_;
};

}  // namespace etr::model
