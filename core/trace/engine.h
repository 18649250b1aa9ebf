// The engine: sends what the planner asks for, matches what comes back, and reports paths, events
// and statistics. Knows interfaces only; runs on one thread, the probing thread.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "etr/path_hasher.h"
#include "etr/prober.h"
#include "etr/run_info.h"
#include "etr/view.h"
#include "model/observer.h"
#include "plan/planner.h"
#include "trace/options.h"
#include "transport/transport.h"

namespace etr::trace {

class Engine {
 public:
  /// Borrows prober, hasher and transport; they must outlive the engine.
  Engine(EngineOptions options, std::vector<Target> targets, std::unique_ptr<plan::Planner> planner,
         const Prober& prober, const PathHasher& hasher, transport::Transport& transport);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Has the planner open its first flows, and starts the capture. The error names the first trace
  /// for which no flow could be opened, and the reason.
  absl::Status start();

  /// Probes until the planner has finished or stop() is called; closes every record before it
  /// returns. An error (a prober that threw in encode) ends the run; records so far are out. Once.
  absl::Status run(model::Observer& observer);

  /// What start() found out, for sinks and views.
  std::vector<TraceInfo> traces() const;

  /// Valid after run().
  Summary summary() const;

  /// Ends run() soon. Any thread; async-signal-safe.
  void stop(StopReason reason);

  /// Pause, reset statistics, change the round interval. Any thread.
  void post(const Command& command);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace etr::trace
