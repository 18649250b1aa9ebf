// Runs one sink on a thread of its own: takes records and events from a bounded queue and calls the
// sink, so that no other sink waits for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "etr/event.h"
#include "etr/run_info.h"
#include "etr/sink.h"
#include "etr/time.h"
#include "output/names.h"
#include "output/record.h"

namespace etr::output {

struct NamedSink {
  std::string label;  ///< Of the instance, for messages: "sink 'csv'".
  std::unique_ptr<Sink> sink;
};

struct SinkLimits {
  std::size_t capacity = 1024;  ///< Records that may be queued, and as many events.
  /// How long a sink may stay in one call before records stop waiting for it.
  Duration longest_call = std::chrono::seconds(5);
};

class SinkRunner {
 public:
  struct Callbacks {
    /// A problem to show, one line. On the sink's thread, that of watch() or that of give_up().
    std::function<void(const std::string&)> report;
    /// There is room again after has_room() was false. On the sink's thread, or that of watch().
    std::function<void()> room;
    /// The reader of standard output is gone. On the sink's thread.
    std::function<void()> closed_pipe;
  };

  SinkRunner(NamedSink sink, std::shared_ptr<NameSource> names, SinkLimits limits,
             Callbacks callbacks);
  /// Waits for the thread, unless it was abandoned.
  ~SinkRunner();
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  /// Starts the thread and waits until the sink is open. An error is meant for the user; finish()
  /// is still to be called.
  absl::Status start(const RunInfo& run);

  // For the probing thread.
  /// True if one more record has room beside the `promised` ones, or need not wait: the sink has
  /// failed or hangs.
  bool has_room(std::size_t promised);
  /// Waits for that; false once stop_waiting() was called and there is no room.
  bool wait_for_room(std::size_t promised);
  /// What a sink that has failed or hangs does not take is counted.
  void push(const RecordPtr& record);
  /// Nobody asks for room for events: too many at once are dropped, counted, and reported as one
  /// notice.
  void push(const Event& event);

  /// Records stop waiting for a sink that has been in one call for too long; call it now and then.
  void watch();
  /// Asks the sink to open its file again. Any thread.
  void reopen();
  /// Ends wait_for_room(), now and later. Any thread.
  void stop_waiting();

  /// No more records follow: what is queued is written, then the sink is closed.
  void finish(const Summary& summary);
  /// True once the thread has closed the sink; waits at most that long.
  bool wait_until_done(Duration limit);
  /// If the thread is stuck in the sink, abandons it. Then, always, reports what was not written.
  void give_up();
  /// The thread was stuck.
  bool stuck() const;
  /// The sink has been in one call for too long, as watch() last found.
  bool hangs() const;

  /// The sink failed or records were not written.
  bool failed() const;
  /// Records that the sink did not write, or may not have: handed over and not flushed since.
  std::uint64_t not_written() const;

 private:
  class State;
  /// Shared with the thread, which outlives this object if the sink never returns.
  std::shared_ptr<State> state_;
};

}  // namespace etr::output
