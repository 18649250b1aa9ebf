// All that a trie of trials says of its links, given which links are already known to lose.
//
// How likely the trials are depends, for any rates, only on which of the lossy links each trial
// crosses. So trials are first put together by the lossy links crossed (groups, themselves a small
// trie), and then, for each other link and group, those that cross the link are counted. With these
// counts a fit that adds any one link costs a few groups, not the whole trie. Two passes over the
// trie and one more per further group, done in pieces.
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

class LossEvidence {
 public:
  /// `nodes` must stay until the last advance(). Links are numbered below `links`.
  void begin(std::span<const PrefixNode> nodes, std::size_t links,
             std::span<const std::uint32_t> lossy);
  /// Looks at up to `budget` nodes; true if there are more.
  bool advance(std::size_t budget);

  /// Trials by lossy links crossed. Link i of this trie is lossy[i - 1].
  std::span<const PrefixNode> groups() const { return groups_; }
  /// Those of one group that cross a link.
  const Trials& crossing(std::uint32_t link, std::size_t group) const {
    return crossing_[group * links_ + link];
  }
  /// Over all groups.
  Trials crossing(std::uint32_t link) const;
  /// Trials of a group.
  Trials of_group(std::size_t group) const { return {groups_[group].sent, groups_[group].lost}; }
  /// groups(), with those trials apart that cross `link`: it becomes link `lossy.size() + 1`.
  std::vector<PrefixNode> split_by(std::uint32_t link) const;
  /// groups(), with trials of different length apart: each link that a trial crosses, lossy or not,
  /// is link `lossy.size() + 1` as well, as if all links had that loss in common.
  std::vector<PrefixNode> split_by_length() const;

 private:
  void assign(std::size_t node);
  void gather(std::size_t node);
  std::uint32_t group_beyond(std::uint32_t group, std::uint32_t number);

  std::span<const PrefixNode> nodes_;
  std::size_t links_ = 0;
  std::vector<std::uint32_t> number_;  ///< By link: its number among the lossy ones; 0: not lossy.
  std::uint32_t lossy_count_ = 0;
  std::vector<PrefixNode> groups_;
  std::vector<std::uint32_t> group_of_;         ///< By node.
  std::vector<std::uint32_t> length_of_;        ///< By node: links from the source.
  std::vector<std::vector<Trials>> by_length_;  ///< Of each group's trials, by links crossed.
  std::vector<Trials> crossing_;                ///< By group, then link.
  std::vector<Trials> beyond_;  ///< By node: trials of the present group in its subtree.
  bool assigning_ = false;
  std::size_t next_ = 0;   ///< Nodes done in this pass.
  std::size_t group_ = 0;  ///< That is being gathered.
};

}  // namespace etr::model
