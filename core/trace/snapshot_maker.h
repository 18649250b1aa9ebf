// The snapshot maker: puts the statistics of all flows together, a few flows at a time, so that no
// turn of the engine is held up by it. Flows that have not changed share their part with the last
// snapshot.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "etr/snapshot.h"
#include "trace/flow_table.h"

namespace etr::trace {

class SnapshotMaker {
 public:
  /// Borrows `flows`.
  explicit SnapshotMaker(FlowTable& flows) : flows_(flows) {}

  /// Works on the snapshot under way, or begins one. True once it holds every flow that was open
  /// when it began; take() then gives its flows and the next call begins anew.
  bool advance();
  bool under_way() const { return begun_; }
  std::vector<std::shared_ptr<const FlowSnapshot>> take();
  /// All flows at once.
  std::vector<std::shared_ptr<const FlowSnapshot>> make_all();

 private:
  /// Summing up a flow of 30 hops takes up to 20 µs, looking at one that has not changed 10 ns.
  static constexpr std::size_t kFlowsPerTurn = 2000;
  static constexpr std::size_t kChangedPerTurn = 16;

  FlowTable& flows_;
  bool begun_ = false;
  std::vector<plan::FlowId> pending_;
  std::size_t next_ = 0;
  std::vector<std::shared_ptr<const FlowSnapshot>> made_;
};

}  // namespace etr::trace
