// The round keeper: opens rounds, and closes each once it takes no more probes and every probe has
// its verdict.
#pragma once

#include "trace/path_recorder.h"
#include "trace/run_context.h"

namespace etr::trace {

class RoundKeeper {
 public:
  /// Borrows both arguments.
  RoundKeeper(RunContext& run, PathRecorder& recorder) : run_(run), recorder_(recorder) {}

  /// Opens the next round of the flow if there is room for its record; false if not. The round
  /// before takes no more probes.
  bool begin(plan::FlowId id, std::uint64_t round);
  /// The running round takes no more probes.
  void end(plan::FlowId id);
  /// Closes finished rounds, oldest first.
  void close_decided(plan::FlowId id);
  /// Closes all rounds of the flow as they are, and voids its probes in flight.
  void cut(FlowState& flow);

  /// No round begins while this is set.
  bool paused = false;

 private:
  void close(FlowState& flow, bool complete);

  RunContext& run_;
  PathRecorder& recorder_;
};

}  // namespace etr::trace
