// The path recorder: makes the record of a closed round, with path identity, hash and the classes
// of hops.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "etr/path_hasher.h"
#include "model/observer.h"
#include "trace/event_reporter.h"
#include "trace/flow_table.h"

namespace etr::trace {

class PathRecorder {
 public:
  /// Borrows all arguments.
  PathRecorder(const PathHasher& hasher, const base::Clock& clock, model::Observer& observer,
               EventReporter& events)
      : hasher_(hasher), clock_(clock), observer_(observer), events_(events) {}

  /// Reports the record of a round that was taken out of the flow and, if the path has changed, the
  /// event. `complete` is false if the end of the run cut the round.
  void close(Trace& trace, FlowState& flow, model::Round round, bool complete);

  /// Checks whether other flows have shown meanwhile which path this flow is on.
  void resolve(Trace& trace, FlowState& flow);

  std::uint64_t records() const { return records_; }

 private:
  static void update_graph(Trace& trace, FlowState& flow, Timestamp at,
                           std::optional<std::uint8_t> changed);
  void report_change(const FlowState& flow, std::uint64_t round,
                     const model::IdentityChange& change, std::string old_hash);
  void report_marks(FlowState& flow, const Path& path);
  std::string hash(const std::string& canonical) const;

  const PathHasher& hasher_;
  const base::Clock& clock_;
  model::Observer& observer_;
  EventReporter& events_;
  std::uint64_t records_ = 0;
};

}  // namespace etr::trace
