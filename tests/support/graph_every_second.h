// An observer that keeps the path graph of every second of a run.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {

struct GraphEverySecond final : RecordingObserver {
  explicit GraphEverySecond(EngineRun& of)
      : run(of), due(of.transport.clock().now() + std::chrono::seconds(1)) {}
  bool wants_snapshot() const override { return run.transport.clock().now() >= due; }
  void on_snapshot(std::shared_ptr<const Snapshot> taken) override {
    due += std::chrono::seconds(1);
    graphs.push_back(taken->graphs.at(0));
  }
  EngineRun& run;
  base::Instant due;
  std::vector<std::shared_ptr<const PathGraph>> graphs;
};

inline int count(const PathGraph& graph, BranchState state) {
  return static_cast<int>(
      std::count_if(graph.branch_points.begin(), graph.branch_points.end(),
                    [state](const BranchPoint& point) { return point.state == state; }));
}

}  // namespace etr::testing
