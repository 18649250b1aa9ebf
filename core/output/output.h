// The output side of a run: everything that the engine reports goes through here to the sinks and
// the view, each on a thread of its own, so that neither can delay probing.
//
// A round starts only with room for its record in the queue of every sink (reserve()), so that no
// sink loses any; but a sink that has failed, or that does not return for long, costs no other sink
// a record: what it misses is counted. A newer snapshot replaces an older one. Events, and paths
// for the view, are queued up to a bound, and counted beyond it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "etr/run_info.h"
#include "etr/time.h"
#include "etr/view.h"
#include "model/observer.h"
#include "output/names.h"
#include "output/sink_runner.h"
#include "output/view_runner.h"

namespace etr::output {

struct OutputOptions {
  std::size_t capacity = 1024;  ///< Records that may be queued for each sink, and for the view.
  Duration longest_call = SinkLimits{}.longest_call;  ///< Of a sink, see SinkLimits.
  /// On a virtual clock only reserve() waits for real time, and the view drops nothing.
  bool virtual_clock = false;
  Duration snapshot_interval = std::chrono::milliseconds(100);
};

/// Requests to the owner of the output side. Called on its threads.
struct OutputCallbacks {
  /// A problem to show, one line: "sink 'csv': cannot write 'x.csv': no space left on device".
  std::function<void(const std::string&)> report = [](const std::string&) {};
  /// There is room again after reserve() failed: Transport::wake().
  std::function<void()> room = [] {};
  /// From the user of the view: quit, pause, reset, change the interval.
  std::function<void(const Command&)> command = [](const Command&) {};
  /// Stops this process (^Z) and returns when it continues.
  std::function<void()> stop_process = [] {};
  /// The reader of standard output is gone: the run is to end quietly, with status 141.
  std::function<void()> closed_pipe = [] {};
};

class Output final : public model::Observer {
 public:
  Output(OutputOptions options, std::vector<NamedSink> sinks, std::optional<NamedView> view,
         std::shared_ptr<NameSource> names, OutputCallbacks callbacks);
  ~Output() override;

  /// Opens sinks and view, before any probe is sent. An error is meant for the user and ends the
  /// run; finish() still closes what was opened.
  absl::Status start(const RunInfo& run);

  bool reserve() override;
  void on_path(Path path) override;
  void on_event(Event event) override;
  void on_responder(const IpAddress& address) override;
  bool wants_snapshot() const override;
  void on_snapshot(std::shared_ptr<const Snapshot> snapshot) override;

  // Signals, from any thread.
  void reopen();   ///< SIGHUP in a headless run.
  void resize();   ///< SIGWINCH.
  void suspend();  ///< SIGTSTP.
  /// The run is to end: a reserve() that waits on a virtual clock returns false.
  void stop_waiting();

  /// Records stop waiting for sinks that do not return; call it now and then, on any thread.
  void watch();

  /// The engine is done: what is queued is written and shown, then sinks and view are closed.
  void finish(const Summary& summary);
  /// True once all is closed; waits at most that long.
  bool wait_until_done(Duration limit);
  /// Nothing is waited for but sinks that do not return, as watch() last found.
  bool only_hanging();
  /// Once all is closed or shall no longer be waited for: abandons plugins that are stuck, and
  /// reports what every sink has lost ("sink 'x': 12 records not written"). If a plugin is stuck,
  /// leave the process by _exit(): its thread still runs.
  void give_up();

  /// A sink or view failed, or records were lost: the exit status is not 0.
  bool failed() const;
  bool closed_pipe() const { return closed_pipe_; }
  /// give_up() left a thread running.
  bool stuck() const { return stuck_; }

 private:
  void report_sink(const std::string& text);

  const OutputOptions options_;
  const std::shared_ptr<NameSource> names_;
  const OutputCallbacks callbacks_;
  std::atomic<bool> closed_pipe_{false};
  bool stuck_ = false;
  std::size_t promised_ = 0;  ///< Records of open rounds. Used by the probing thread only.
  std::optional<ViewRunner> view_;
  /// They end before the view does, which shows their faults.
  std::vector<std::unique_ptr<SinkRunner>> sinks_;
};

}  // namespace etr::output
