#include "trace/snapshot_maker.h"

#include <utility>

namespace etr::trace {

bool SnapshotMaker::advance() {
  if (!begun_) {
    begun_ = true;
    pending_.clear();
    next_ = 0;
    next_graph_ = 0;
    for (const auto& trace : flows_.traces()) {
      pending_.insert(pending_.end(), trace->flows.begin(), trace->flows.end());
    }
    made_.reserve(pending_.size());
  }
  if (next_ < pending_.size()) advance_flows();
  return next_ == pending_.size() && advance_graphs();
}

void SnapshotMaker::advance_flows() {
  std::size_t changed = 0;
  for (std::size_t looked = 0; next_ < pending_.size() && looked < kFlowsPerTurn; ++looked) {
    FlowState* flow = flows_.find(pending_[next_]);
    if (flow != nullptr) {
      const model::PathGraphBuilder& graph = flows_.trace_of(*flow).graph;
      if (!flow->snapshot || flow->snapshot_classes != graph.class_generation()) {
        if (changed++ == kChangedPerTurn) return;
        flow->snapshot = make_snapshot(*flow, graph);
        flow->snapshot_classes = graph.class_generation();
      }
    }
    if (flow != nullptr) made_.push_back(flow->snapshot);
    ++next_;
  }
}

bool SnapshotMaker::advance_graphs() {
  const auto& traces = flows_.traces();
  if (next_graph_ < traces.size() && traces[next_graph_]->graph.advance_snapshot()) ++next_graph_;
  return next_graph_ >= traces.size();
}

void SnapshotMaker::take(Snapshot& snapshot) {
  begun_ = false;
  snapshot.flows = std::exchange(made_, {});
  for (const auto& trace : flows_.traces()) {
    snapshot.graphs.push_back(trace->graph.last_snapshot());
  }
}

void SnapshotMaker::make_all(Snapshot& snapshot) {
  begun_ = false;
  made_.clear();
  while (!advance()) {
  }
  take(snapshot);
  snapshot.graphs.clear();
  for (const auto& trace : flows_.traces()) snapshot.graphs.push_back(trace->graph.snapshot());
}

}  // namespace etr::trace
