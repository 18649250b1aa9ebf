// The sinks' thread: takes records and events from a bounded channel, adds names, and calls every
// sink in turn.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/sink.h"
#include "etr/time.h"
#include "output/names.h"

namespace etr::output {

struct NamedSink {
  std::string label;  ///< Of the instance, for messages: "sink 'csv'".
  std::unique_ptr<Sink> sink;
};

class SinkRunner {
 public:
  struct Callbacks {
    /// A problem to show, one line. On the sinks' thread, or that of give_up().
    std::function<void(const std::string&)> report;
    /// There is room again after reserve() failed. On the sinks' thread.
    std::function<void()> room;
    /// The reader of standard output is gone. On the sinks' thread.
    std::function<void()> closed_pipe;
  };

  /// `capacity` records may be queued, and as many events.
  SinkRunner(std::vector<NamedSink> sinks, std::shared_ptr<NameSource> names, std::size_t capacity,
             Callbacks callbacks);
  /// Waits for the thread, unless it was abandoned.
  ~SinkRunner();
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  /// Starts the thread and waits until all sinks are open. An error (the first sink that could not
  /// be opened) is meant for the user; finish() is still to be called.
  absl::Status start(const RunInfo& run);

  // For the probing thread.
  bool reserve();
  bool wait_and_reserve();
  void push(Path path);
  /// Events have no reservation: too many at once are dropped, counted, and reported as one notice.
  void push(const Event& event);

  /// Asks the sinks to open their files again. Any thread.
  void reopen();
  /// Ends wait_and_reserve(), now and later. Any thread.
  void stop_waiting();

  /// No more records follow: what is queued is written, then the sinks are closed.
  void finish(const Summary& summary);
  /// True once the thread has closed every sink; waits at most that long.
  bool wait_until_done(Duration limit);
  /// The thread is stuck in a sink: reports what was not written, and abandons the thread.
  void give_up();

  /// A sink failed or records were not written.
  bool failed() const;

 private:
  class State;
  /// Shared with the thread, which outlives this object if a sink never returns.
  std::shared_ptr<State> state_;
};

}  // namespace etr::output
