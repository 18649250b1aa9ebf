#include "model/envelope_rule.h"

#include <algorithm>

#include "model/share_interval.h"

namespace etr::model {

namespace {

/// A vertex with fewer verdicts is not judged.
constexpr std::uint64_t kMinVerdicts = 3;

}  // namespace

void EnvelopeRule::begin(std::span<const CopiedNode> nodes, std::size_t vertices) {
  nodes_ = nodes;
  width_ = nodes.empty() ? 1 : nodes.back().ttl + std::size_t{1};
  rows_.assign(vertices, kNoRow);
  own_ttl_.clear();
  verdicts_.clear();
  finding_ = true;
  next_ = 0;
  cost_ = 0;
}

bool EnvelopeRule::advance(std::size_t budget) {
  std::size_t looked_at = 0;
  for (; next_ < nodes_.size() && looked_at < budget; ++next_) {
    if (finding_) {
      add_row(nodes_[next_]);
      ++looked_at;
    } else {
      looked_at += add_to_rows(nodes_[next_], next_);
    }
  }
  cost_ += looked_at;
  if (next_ < nodes_.size()) return true;
  next_ = 0;
  if (!finding_ || own_ttl_.empty()) return false;
  finding_ = false;
  verdicts_.resize(own_ttl_.size() * width_);
  return true;
}

/// Only a vertex that lost probes can be limited: the others need no row.
void EnvelopeRule::add_row(const CopiedNode& node) {
  if (node.lost == 0 || !node.known || rows_[node.vertex] != kNoRow) return;
  rows_[node.vertex] = static_cast<std::uint32_t>(own_ttl_.size());
  own_ttl_.push_back(node.ttl);
}

/// Adds the node's verdicts to the row of every vertex on its prefix. Returns the steps taken.
std::size_t EnvelopeRule::add_to_rows(const CopiedNode& node, std::size_t position) {
  if (node.judged == 0) return 1;
  std::size_t steps = 0;
  for (std::size_t i = position; i != 0; i = nodes_[i].parent, ++steps) {
    const std::uint32_t row = rows_[nodes_[i].vertex];
    if (row == kNoRow) continue;
    Verdicts& verdicts = verdicts_[row * width_ + node.ttl];
    verdicts.judged += node.judged;
    verdicts.lost += node.lost;
  }
  return steps;
}

bool EnvelopeRule::limited(std::uint32_t vertex) const {
  if (vertex >= rows_.size() || rows_[vertex] == kNoRow) return false;
  const std::size_t row = rows_[vertex];
  const auto at = [&](std::size_t ttl) { return verdicts_[row * width_ + ttl]; };
  const std::size_t own = own_ttl_[row];
  if (at(own).judged < kMinVerdicts) return false;
  const double highest = share_interval(at(own).judged - at(own).lost, at(own).judged).high;
  for (std::size_t ttl = own + 1; ttl < width_; ++ttl) {
    const std::uint64_t answered = at(ttl).judged - at(ttl).lost;
    // The lower bound is below the share itself: most TTLs need no interval.
    if (static_cast<double>(answered) <= highest * static_cast<double>(at(ttl).judged)) continue;
    if (share_interval(answered, at(ttl).judged).low > highest) return true;
  }
  return false;
}

}  // namespace etr::model
