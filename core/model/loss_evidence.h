// Sufficient statistics of a trie of trials, given the links that are known to be lossy.
//
// For any rates the likelihood depends only on which lossy links each trial crosses. So trials are
// first pooled by the lossy links crossed: the groups, themselves a small trie. Then, for each
// other link and each group, the trials that cross the link are counted. With these counts a fit
// that adds any one link visits a few groups instead of the whole trie. It takes two passes over
// the trie, and one more for each further group, in bounded pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/loss_fit.h"

namespace etr::model {

struct Trials {
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;
};

/// How much likelier the trials are with the observed loss than with `rate`: difference of log
/// likelihoods. `rate` is above 0 and below 1, or equals the observed loss.
double gain_against(double rate, const Trials& trials);

/// Not thread-safe; belongs to the probing thread.
class LossEvidence {
 public:
  /// Starts over. `nodes` must stay valid until the last advance(); link numbers are below `links`.
  void begin(std::span<const PrefixNode> nodes, std::size_t links,
             std::span<const std::uint32_t> lossy);
  /// Visits up to `budget` nodes; true if there are more.
  bool advance(std::size_t budget);

  /// The trials by lossy links crossed. Link i of this trie is lossy[i - 1].
  std::span<const PrefixNode> groups() const { return groups_; }
  /// Trials of one group that cross a link.
  const Trials& crossing(std::uint32_t link, std::size_t group) const {
    return crossing_[group * links_ + link];
  }
  /// The same over all groups.
  Trials crossing(std::uint32_t link) const;
  /// Trials sent to the far end of a link, not beyond.
  const Trials& ending(std::uint32_t link) const { return ending_[link]; }
  /// All trials of one group.
  Trials of_group(std::size_t group) const { return {groups_[group].sent, groups_[group].lost}; }
  /// groups(), each divided by whether a trial crosses `link`, which becomes link `lossy.size() +
  /// 1`.
  std::vector<PrefixNode> split_by(std::uint32_t link) const;
  /// groups(), each divided by path length. Every link that a trial crosses, lossy or not, counts
  /// as link `lossy.size() + 1` too: a loss that all links have in common.
  std::vector<PrefixNode> split_by_length() const;

 private:
  void assign(std::size_t node);
  void gather(std::size_t node);
  std::uint32_t group_beyond(std::uint32_t group, std::uint32_t number);

  std::span<const PrefixNode> nodes_;
  std::size_t links_ = 0;
  std::vector<std::uint32_t> number_;  ///< By link: its number among the lossy links; 0: none.
  std::uint32_t lossy_count_ = 0;
  std::vector<PrefixNode> groups_;
  std::vector<std::uint32_t> group_of_;         ///< By node.
  std::vector<std::uint32_t> length_of_;        ///< By node: links from the source.
  std::vector<std::vector<Trials>> by_length_;  ///< [group][links crossed].
  std::vector<Trials> crossing_;                ///< [group][link].
  std::vector<Trials> ending_;                  ///< By link.
  std::vector<Trials> beyond_;  ///< By node: trials of the current group in its subtree.
  bool assigning_ = false;      ///< First pass: assign nodes to groups.
  std::size_t next_ = 0;        ///< Nodes visited in this pass.
  std::size_t group_ = 0;       ///< Being gathered.
};

}  // namespace etr::model
