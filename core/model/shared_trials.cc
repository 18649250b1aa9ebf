#include "model/shared_trials.h"

#include <algorithm>

namespace etr::model {

void SharedTrials::begin(std::span<const PrefixNode> nodes, std::span<const std::uint32_t> shared) {
  nodes_ = nodes;
  shared_ = shared;
  next_ = shared.empty() ? nodes.size() : 0;
  trials_ = {};
}

bool SharedTrials::advance(std::size_t budget) {
  const std::size_t stop = next_ + std::min(budget, nodes_.size() - next_);
  for (; next_ < stop; ++next_) {
    const PrefixNode& node = nodes_[next_];
    if (std::find(shared_.begin(), shared_.end(), node.link) == shared_.end()) continue;
    trials_.sent += node.sent;
    trials_.lost += node.lost;
  }
  return next_ < nodes_.size();
}

}  // namespace etr::model
