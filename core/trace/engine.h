// The engine: sends what the planner requests, matches replies, and reports paths, events and
// statistics. It depends on interfaces only and runs on one thread, the probing thread.
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
  /// Borrows prober, hasher and transport, which must outlive the engine.
  Engine(EngineOptions options, std::vector<Target> targets, std::unique_ptr<plan::Planner> planner,
         const Prober& prober, const PathHasher& hasher, transport::Transport& transport);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Lets the planner open its first flows, and starts the capture. If a trace has no flow, the
  /// error is the reason of the last flow that could not be opened.
  absl::Status start();

  /// Probes until the planner has finished or stop() is called. Closes every record before it
  /// returns. An error (a prober that threw in encode) ends the run; records up to then have been
  /// delivered. Call once.
  absl::Status run(model::Observer& observer);

  /// The traces as resolved by start(), for sinks and views.
  std::vector<TraceInfo> traces() const;

  /// Valid after run().
  Summary summary() const;

  /// Makes run() return soon. Any thread; async-signal-safe.
  void stop(StopReason reason);

  /// Queues a command: pause, reset statistics, change the round interval. Any thread.
  void post(const Command& command);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace etr::trace
