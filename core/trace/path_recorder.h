// The path recorder: turns a closed round into a record, with the flow's path identity, hash and
// the classes of its hops.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "etr/path_hasher.h"
#include "model/observer.h"
#include "trace/flow_state.h"

namespace etr::trace {

class PathRecorder {
 public:
  /// `flows` are those of all traces, in the engine's order.
  PathRecorder(const PathHasher& hasher, std::string protocol, const base::Clock& clock,
               std::vector<std::unique_ptr<FlowState>>& flows, model::Observer& observer);

  /// Reports the round's record and, if the flow has moved, the event. `round` has left the flow.
  /// `complete` is false if the end of the run cut it.
  void close(FlowState& flow, model::OpenRound round, bool complete);

  /// Judges all hops of one trace anew, unless that was done a moment ago.
  void classify_trace(std::uint32_t trace, bool at_once);

  std::uint64_t records() const { return records_; }

 private:
  void report_change(const FlowState& flow, std::uint64_t round, const PathChange& change);
  std::string hash(const std::string& canonical) const;

  const PathHasher& hasher_;
  std::string protocol_;
  const base::Clock& clock_;
  std::vector<std::unique_ptr<FlowState>>& flows_;
  model::Observer& observer_;
  std::vector<base::Instant> due_;  ///< By trace: when to classify again.
  std::uint64_t records_ = 0;
};

}  // namespace etr::trace
