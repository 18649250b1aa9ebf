// The round keeper: opens rounds, and closes each once it takes no more probes and all of them have
// their verdict.
#pragma once

#include "trace/path_recorder.h"
#include "trace/run_context.h"

namespace etr::trace {

class RoundKeeper {
 public:
  /// Borrows both.
  RoundKeeper(RunContext& run, PathRecorder& recorder) : run_(run), recorder_(recorder) {}

  /// Opens the flow's next round, if there is room for its record. The one before takes no more
  /// probes.
  bool begin(plan::FlowId id, std::uint64_t round);
  /// The running round takes no more probes.
  void end(plan::FlowId id);
  /// Closes what can be closed, oldest first.
  void close_decided(plan::FlowId id);
  /// Closes all rounds of the flow as they are, and gives up its probes in flight.
  void cut(FlowState& flow);

  /// While paused no round begins.
  bool paused = false;

 private:
  void close(FlowState& flow, bool complete);

  RunContext& run_;
  PathRecorder& recorder_;
};

}  // namespace etr::trace
