// Which links lose, judged over all flows at once.
//
// Forward selection by likelihood ratio: beginning with no lossy link, the one that raises the log
// likelihood of all trials most is added, as long as twice the gain exceeds a threshold; all rates
// are refitted together. At the end, links are dropped that later ones explain as well, and links
// that fit within two units of log likelihood in the place of a chosen one are named together with
// it: the trials do not tell them apart. A link is not named where the same loss on every link
// explains as much. Candidates are ranked by the score test (the slope of the likelihood at no
// loss, adjusted for the background); only the best are fitted.
//
// Loss that all trials share cannot be told from the background by comparison. It is judged from
// the trials that end where all others have passed, against the loss that any network may have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "etr/path_graph.h"
#include "model/loss_evidence.h"
#include "model/loss_fit.h"

namespace etr::model {

struct LinkLossOptions {
  /// Of twice the gain in log likelihood: chi square with one degree of freedom, corrected for the
  /// number of links and for judging again and again.
  double threshold = 20;
  /// Candidates fitted per step. From 3 on nothing changed over 720 runs of 18 networks; classes
  /// are larger where many hops in a row are silent.
  std::size_t candidates = 32;
  /// Links chosen at most; bounds the cost where everything loses.
  std::size_t most_links = 16;
  /// Loss that any link may have: links are named where the interval lies above it, shared loss
  /// where the likelihood ratio against it exceeds the threshold.
  double tolerated_loss = 0.01;
};

/// Loss that begins at one link, or at one of several that cannot be told apart.
struct LinkLossClass {
  std::vector<std::uint32_t> links;  ///< The most likely first.
  double rate = 0;
  ConfidenceInterval interval;
  Trials crossing;  ///< Trials sent across the most likely link.
};

struct LinkLossResult {
  std::vector<LinkLossClass> classes;   ///< In the order of choice.
  std::optional<LinkLossClass> shared;  ///< Its links are those that all trials cross, in order.
  double background = 0;
};

class LinkLoss {
 public:
  /// Nodes looked at by one advance(), at most.
  static constexpr std::size_t kPiece = 4096;

  explicit LinkLoss(const LinkLossOptions& options = {}) : options_(options) {}

  /// Takes the trials; `links` is the number of links, the background included.
  void begin(std::vector<PrefixNode> nodes, std::size_t links);
  /// Does one bounded piece; true if there is more to do.
  bool advance();
  /// Of the last judgement that was finished.
  const LinkLossResult& result() const { return result_; }
  /// Nodes looked at since begin().
  std::size_t cost() const { return cost_; }

  const std::vector<PrefixNode>& nodes() const { return nodes_; }

 private:
  enum class Stage : std::uint8_t { kSweep, kScore, kFit, kShared, kDone };
  struct Candidate {
    std::uint32_t link = 0;
    double score = 0;
    double log_likelihood = 0;
  };

  void ask(const std::vector<std::uint32_t>& lossy);
  void swept();
  void score_links();
  void score(std::uint32_t link);
  void fit_candidates();
  void answered();
  void choose_or_review();
  void review_next();
  void name(std::uint32_t link);
  bool all_links_alike();
  double fit_alike(const std::vector<PrefixNode>& by_length, std::size_t common);
  void keep_as_best();
  void note_shared(std::uint32_t link);
  void count_shared();
  void judge_shared();
  std::vector<std::uint32_t> without(std::size_t index) const;

  LinkLossOptions options_;
  std::vector<PrefixNode> nodes_;
  std::size_t links_ = 0;
  std::size_t cost_ = 0;

  Stage stage_ = Stage::kDone;
  LossEvidence evidence_;
  LossFit base_;                       ///< Of the evidence's groups.
  std::vector<double> survival_;       ///< By group, under `base_`.
  std::vector<Candidate> candidates_;  ///< By falling score.
  std::size_t next_ = 0;               ///< Link, candidate or node that comes next in this stage.

  std::vector<std::uint32_t> chosen_;
  LossFit best_;  ///< Of the chosen links.
  std::vector<PrefixNode> best_groups_;
  std::vector<PrefixNode> best_by_length_;
  std::optional<double> best_alike_;  ///< Log likelihood with loss that all links have in common.
  /// Empty while links are chosen; then the position among them of the one that is left out.
  std::optional<std::size_t> left_out_;

  std::vector<std::uint32_t> shared_links_;
  Trials shared_trials_;
  LinkLossResult pending_;
  LinkLossResult result_;
};

/// Judges to the end.
LinkLossResult judge_link_loss(std::vector<PrefixNode> nodes, std::size_t links,
                               const LinkLossOptions& options = {});

}  // namespace etr::model
