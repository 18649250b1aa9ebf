// The engine: decides what is due, sends it, matches what comes back, and reports paths, events and
// statistics. Knows interfaces only; runs on one thread, the probing thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "etr/path_hasher.h"
#include "etr/prober.h"
#include "etr/run_info.h"
#include "etr/time.h"
#include "etr/view.h"
#include "trace/observer.h"
#include "trace/run_key.h"
#include "transport/transport.h"

namespace etr::trace {

/// One target of the run.
struct Target {
  std::string name;  ///< As the user wrote it.
  IpAddress destination;
};

struct EngineOptions {
  RunKey key;  ///< Without a default, so that no run can do without a random one by mistake.
  std::uint32_t flows = 5;                ///< Per target.
  std::uint16_t first_source_port = 50000;
  std::uint16_t destination_port = 0;     ///< 0: the prober's default.
  std::uint64_t rounds = 0;               ///< 0: until stopped.
  std::uint8_t max_ttl = 30;
  Duration ttl_delay = std::chrono::milliseconds(10);      ///< -i
  Duration round_interval = std::chrono::seconds(2);       ///< -d
  Duration timeout = std::chrono::seconds(1);              ///< -t
  double rate = 300;                      ///< Probes per second over all flows; 0: no limit.
  std::uint32_t burst = 10;
  IpAddress source{};                     ///< Unspecified: by route.
};

class Engine {
 public:
  /// Borrows everything; all must outlive the engine.
  Engine(EngineOptions options, std::vector<Target> targets, const Prober& prober,
         const PathHasher& hasher, transport::Transport& transport);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Looks up routes, reserves ports, starts the capture. An error is the user's to read.
  absl::Status start();

  /// Probes until all rounds are done or stop() is called; closes every record before it returns.
  /// An error (a prober that threw in encode) ends the run; records so far are out. Once.
  absl::Status run(Observer& observer);

  /// What start() found out, for sinks and views.
  const std::vector<TraceInfo>& traces() const;

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
