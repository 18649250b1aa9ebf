#include "trace/snapshot_maker.h"

#include <utility>

namespace etr::trace {

bool SnapshotMaker::advance() {
  if (!begun_) {
    begun_ = true;
    pending_.clear();
    next_ = 0;
    for (const auto& trace : flows_.traces()) {
      pending_.insert(pending_.end(), trace->flows.begin(), trace->flows.end());
    }
    made_.reserve(pending_.size());
  }
  std::size_t changed = 0;
  for (std::size_t looked = 0; next_ < pending_.size() && looked < kFlowsPerTurn; ++looked) {
    FlowState* flow = flows_.find(pending_[next_]);
    if (flow != nullptr) {
      const model::PathGraphBuilder& graph = flows_.trace_of(*flow).graph;
      if (!flow->snapshot || flow->snapshot_classes != graph.class_generation()) {
        if (changed++ == kChangedPerTurn) return false;
        flow->snapshot = make_snapshot(*flow, graph);
        flow->snapshot_classes = graph.class_generation();
      }
    }
    if (flow != nullptr) made_.push_back(flow->snapshot);
    ++next_;
  }
  return next_ == pending_.size();
}

std::vector<std::shared_ptr<const FlowSnapshot>> SnapshotMaker::take() {
  begun_ = false;
  return std::exchange(made_, {});
}

std::vector<std::shared_ptr<const FlowSnapshot>> SnapshotMaker::make_all() {
  take();
  while (!advance()) {
  }
  return take();
}

}  // namespace etr::trace
