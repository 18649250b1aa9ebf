// Which links lose packets, judged over all flows at once.
//
// Forward selection by likelihood ratio: starting with no lossy link, add the link that raises the
// log likelihood of all trials most, as long as twice the gain exceeds a threshold, and refit all
// rates together. Then review each chosen link: drop it if the others explain its loss, and name
// together with it all links that fit within two units of log likelihood in its place, since the
// trials do not distinguish them. A link is not named where an equal loss on every link explains as
// much. Only the best candidates are fitted, ranked by the score test (Rao): the slope of the
// likelihood at zero loss, adjusted for the background. Candidates that gain something, but too
// little to be chosen, may still take part of the loss of a chosen link: its interval is widened by
// the one it has beside each of them.
//
// Loss that all trials share cannot be separated from the background. It is estimated from the
// trials that end on the links which all trials cross, and tested against the loss that any link
// may have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etr/path_graph.h"
#include "model/loss_evidence.h"
#include "model/loss_fit.h"
#include "model/shared_trials.h"

namespace etr::model {

struct LinkLossOptions {
  /// For twice the gain in log likelihood: chi square with one degree of freedom, corrected for the
  /// number of links and for repeated judgements.
  double threshold = 20;
  /// Candidates fitted per step. From 3 on the result was the same in 720 runs of 18 networks;
  /// classes are larger where many hops in a row are silent.
  std::size_t candidates = 32;
  /// Maximum number of chosen links in a small trie and in a large one; bounds the cost where
  /// everything loses.
  std::size_t most_links = 64;
  std::size_t most_links_of_large_trie = 16;
  /// Loss that is normal for any link: a link is named if its interval lies above, shared loss if
  /// the likelihood ratio against this rate exceeds the threshold.
  double tolerated_loss = 0.01;
};

/// Loss that begins at one link, or at one of several that the trials do not distinguish.
struct LinkLossClass {
  std::vector<std::uint32_t> links;  ///< The most likely first.
  double rate = 0;
  ConfidenceInterval interval;
  Trials crossing;  ///< Trials sent across the most likely link.
  Trials ending;    ///< Of them, those sent to its far end.
};

struct LinkLossResult {
  std::vector<LinkLossClass> classes;   ///< In order of selection.
  std::optional<LinkLossClass> shared;  ///< Its links are those that all trials cross.
  double background = 0;
};

/// Not thread-safe; belongs to the probing thread.
class LinkLoss {
 public:
  /// Nodes visited by one advance(), roughly. A fit may exceed it.
  static constexpr std::size_t kPiece = 4096;

  explicit LinkLoss(const LinkLossOptions& options = {}) : options_(options) {}

  /// Starts over with these trials; `links` is the number of links, including the background.
  void begin(std::vector<PrefixNode> nodes, std::size_t links);
  /// Does one bounded piece; true if there is more to do.
  bool advance();
  /// Result of the last finished judgement.
  const LinkLossResult& result() const { return result_; }
  /// Nodes visited since begin().
  std::size_t cost() const { return cost_; }

  const std::vector<PrefixNode>& nodes() const { return nodes_; }

 private:
  enum class Stage : std::uint8_t { kSweep, kScore, kFit, kDoubt, kShared, kDone };
  struct Candidate {
    std::uint32_t link = 0;
    double score = 0;
    double log_likelihood = 0;
  };

  std::size_t most_links() const;
  void begin_sweep(const std::vector<std::uint32_t>& lossy);
  void finish_sweep();
  void score_links();
  void score(std::uint32_t link);
  void fit_candidates();
  void finish_candidates();
  void choose_or_doubt();
  void doubt_candidates();
  void doubt_rates(std::uint32_t candidate);
  void review_next();
  ConfidenceInterval interval(std::span<const PrefixNode> groups, const LossFit& fit,
                              std::uint32_t number);
  void name(std::uint32_t link);
  bool all_links_alike();
  double fit_alike(const std::vector<PrefixNode>& by_length, std::size_t common);
  void keep_as_best();
  void note_shared(std::uint32_t link);
  void judge_shared();
  std::vector<std::uint32_t> without(std::size_t index) const;
  void drop(std::size_t index);

  LinkLossOptions options_;
  std::vector<PrefixNode> nodes_;
  std::size_t links_ = 0;
  std::size_t cost_ = 0;

  Stage stage_ = Stage::kDone;
  LossEvidence evidence_;
  LossFit base_;                       ///< Fit of the groups in `evidence_`.
  std::vector<double> survival_;       ///< By group, under `base_`.
  std::vector<Candidate> candidates_;  ///< By descending score.
  std::size_t next_ = 0;               ///< Next link, candidate or node of this stage.

  std::vector<std::uint32_t> chosen_;
  /// By chosen link: its interval with one more link, where that changes its rate.
  std::vector<std::optional<ConfidenceInterval>> doubts_;
  LossFit best_;  ///< Fit with all chosen links.
  std::vector<PrefixNode> best_groups_;
  std::vector<PrefixNode> best_by_length_;
  std::optional<double> best_alike_;  ///< Log likelihood with an equal loss on every link.
  /// Empty during selection; during the review, the index in `chosen_` of the omitted link.
  std::optional<std::size_t> omitted_;

  std::vector<std::uint32_t> shared_links_;
  SharedTrials shared_trials_;
  LinkLossResult pending_;
  LinkLossResult result_;
};

/// Runs one judgement to its end.
LinkLossResult judge_link_loss(std::vector<PrefixNode> nodes, std::size_t links,
                               const LinkLossOptions& options = {});

}  // namespace etr::model
