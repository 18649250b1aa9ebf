#include "model/loss_evidence.h"

#include <algorithm>
#include <cmath>

namespace etr::model {

double gain_against(double rate, const Trials& trials) {
  const auto lost = static_cast<double>(trials.lost);
  const auto kept = static_cast<double>(trials.sent - trials.lost);
  const double observed = lost / (lost + kept);
  const auto term = [](double count, double share, double expected) {
    return count == 0 ? 0 : count * std::log(share / expected);
  };
  return term(lost, observed, rate) + term(kept, 1 - observed, 1 - rate);
}

void LossEvidence::begin(std::span<const PrefixNode> nodes, std::size_t links,
                         std::span<const std::uint32_t> lossy) {
  nodes_ = nodes;
  links_ = links;
  number_.assign(links, 0);
  lossy_count_ = static_cast<std::uint32_t>(lossy.size());
  for (std::size_t i = 0; i < lossy.size(); ++i) {
    number_[lossy[i]] = static_cast<std::uint32_t>(i + 1);
  }
  groups_.assign(1, PrefixNode{});
  by_length_.assign(1, {});
  // Filled by assign(): to write all at once would take too long for one turn.
  group_of_.clear();
  group_of_.reserve(nodes.size());
  length_of_.clear();
  length_of_.reserve(nodes.size());
  beyond_.clear();
  beyond_.reserve(nodes.size());
  crossing_.clear();
  ending_.assign(links, {});
  assigning_ = true;
  next_ = 0;
  group_ = 0;
}

bool LossEvidence::advance(std::size_t budget) {
  const std::size_t stop = next_ + std::min(budget, nodes_.size() - next_);
  for (; next_ < stop; ++next_) assigning_ ? assign(next_) : gather(nodes_.size() - 1 - next_);
  if (next_ < nodes_.size()) return true;
  next_ = 0;
  if (assigning_) {
    assigning_ = false;
    crossing_.resize(groups_.size() * links_);
    return true;
  }
  return ++group_ < groups_.size();
}

/// A node is in its parent's group, or in a child group if its link is lossy.
void LossEvidence::assign(std::size_t node) {
  const PrefixNode& trial = nodes_[node];
  std::uint32_t group = node == 0 ? 0 : group_of_[trial.parent];
  if (number_[trial.link] != 0) group = group_beyond(group, number_[trial.link]);
  group_of_.push_back(group);
  beyond_.emplace_back();
  groups_[group].sent += trial.sent;
  groups_[group].lost += trial.lost;
  ending_[trial.link].sent += trial.sent;
  ending_[trial.link].lost += trial.lost;
  const std::uint32_t length = node == 0 ? 0 : length_of_[trial.parent] + 1;
  length_of_.push_back(length);
  if (trial.sent == 0) return;
  std::vector<Trials>& lengths = by_length_[group];
  if (lengths.size() <= length) lengths.resize(length + std::size_t{1});
  lengths[length].sent += trial.sent;
  lengths[length].lost += trial.lost;
}

/// The group of trials that cross lossy link `number` after those of `group`.
std::uint32_t LossEvidence::group_beyond(std::uint32_t group, std::uint32_t number) {
  const auto found = std::find_if(groups_.begin() + 1, groups_.end(), [&](const PrefixNode& other) {
    return other.parent == group && other.link == number;
  });
  if (found == groups_.end()) {
    groups_.push_back({group, number, 0, 0});
    by_length_.emplace_back();
    return static_cast<std::uint32_t>(groups_.size() - 1);
  }
  return static_cast<std::uint32_t>(found - groups_.begin());
}

/// Visits children before their parent: each passes its trials up and clears its sum for the next
/// group.
void LossEvidence::gather(std::size_t node) {
  const PrefixNode& trial = nodes_[node];
  Trials& beyond = beyond_[node];
  if (group_of_[node] == group_) {
    beyond.sent += trial.sent;
    beyond.lost += trial.lost;
  }
  Trials& crossing = crossing_[group_ * links_ + trial.link];
  crossing.sent += beyond.sent;
  crossing.lost += beyond.lost;
  if (node != 0) {
    beyond_[trial.parent].sent += beyond.sent;
    beyond_[trial.parent].lost += beyond.lost;
  }
  beyond = {};
}

Trials LossEvidence::crossing(std::uint32_t link) const {
  Trials all;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    all.sent += crossing(link, group).sent;
    all.lost += crossing(link, group).lost;
  }
  return all;
}

std::vector<PrefixNode> LossEvidence::split_by(std::uint32_t link) const {
  std::vector<PrefixNode> split = groups_;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const auto sent = static_cast<std::uint32_t>(crossing(link, group).sent);
    const auto lost = static_cast<std::uint32_t>(crossing(link, group).lost);
    if (sent == 0) continue;
    split[group].sent -= sent;
    split[group].lost -= lost;
    split.push_back({static_cast<std::uint32_t>(group), lossy_count_ + 1, sent, lost});
  }
  return split;
}

std::vector<PrefixNode> LossEvidence::split_by_length() const {
  std::size_t longest = 0;
  for (const auto& lengths : by_length_) longest = std::max(longest, lengths.size());
  std::vector<PrefixNode> split(1);
  std::vector<std::uint32_t> places(groups_.size());  // by group, at the current length
  for (std::size_t length = 0; length < longest; ++length) {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      PrefixNode node{places[groups_[group].parent], groups_[group].link, 0, 0};
      if (group == 0) node = {places[0], lossy_count_ + 1, 0, 0};
      if (length < by_length_[group].size()) {
        node.sent = static_cast<std::uint32_t>(by_length_[group][length].sent);
        node.lost = static_cast<std::uint32_t>(by_length_[group][length].lost);
      }
      if (length == 0 && group == 0) {
        split[0] = {0, kBackground, node.sent, node.lost};
        continue;
      }
      places[group] = static_cast<std::uint32_t>(split.size());
      split.push_back(node);
    }
  }
  return split;
}

}  // namespace etr::model
