// One run: builds and owns every long-lived object, in the order in which they need each other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/wake_fd.h"
#include "output/output.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline_config.h"
#include "plugin/catalog.h"
#include "trace/engine.h"

namespace etr::pipeline {

/// What a run is made of.
struct PipelineParts {
  PipelineConfig config;           ///< As resolve_plugins() leaves it.
  std::vector<std::string> hosts;  ///< Empty: all targets that the backend knows.
  std::unique_ptr<Backend> backend;
  std::string version;
  /// Receives one line at a time, from any thread of the output side or the probing thread.
  std::function<void(const std::string&)> report;
  /// Stops this process (^Z) and returns when it continues.
  std::function<void()> stop_process;
  /// Receives the bytes that the view wants written to the terminal if it cannot do so itself,
  /// before it opens; not called if there are none.
  std::function<void(const std::string&)> terminal_reset = [](const std::string&) {};
  /// Makes the sink of the log file; null: there is none. The argument: the run has no view.
  std::function<std::unique_ptr<Sink>(bool headless)> log_sink = [](bool) { return nullptr; };
};

/// Methods belong to the main thread. The probing thread runs from start() to the engine's end.
class Pipeline {
 public:
  /// Builds all but sinks and view, and looks up hosts and routes: whatever is wrong with the
  /// command line or this host's network is found here, before any file is touched. `catalog` must
  /// outlive the pipeline.
  static absl::StatusOr<std::unique_ptr<Pipeline>> build(PipelineParts parts,
                                                         plugin::Catalog& catalog);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Makes and opens sinks and view, then starts probing.
  absl::Status start();

  /// Readable once the engine has ended.
  int done_fd() const { return done_.fd(); }

  /// Readable once the user of the view has asked for the end.
  int quit_fd() const { return quit_.fd(); }

  /// Ends probing soon.
  void stop(StopReason reason);
  bool headless() const { return !has_view_; }
  void reopen() { output_->reopen(); }
  void resize() { output_->resize(); }
  void suspend() { output_->suspend(); }

  /// True once the engine has ended; waits at most that long.
  bool wait_for_probing(Duration limit) const;
  /// The prober or the hasher does not return: finish() will not wait for the engine.
  void give_up_probing();
  /// Waits for the engine, then marks the end of the run for sinks and view.
  void finish();
  /// True once everything is written and closed; waits at most that long.
  bool wait_until_written(Duration limit) { return output_->wait_until_done(limit); }
  /// Once all is written, or shall no longer be waited for: reports what is lost.
  void give_up() { output_->give_up(); }
  /// Nothing is waited for but sinks that do not return.
  bool only_hanging() { return output_->only_hanging(); }
  /// Records stop waiting for sinks that do not return; to be called now and then.
  void watch() { output_->watch(); }

  /// After finish() and one of the above.
  int exit_status() const;
  /// Threads of plugins still run: the process can only be left by _exit().
  bool stuck() const { return probing_stuck_ || output_->stuck(); }
  /// The view has taken the terminal.
  bool uses_terminal() const { return !terminal_reset_.empty(); }

 private:
  Pipeline(PipelineParts parts, plugin::Catalog& catalog);
  absl::Status build();
  absl::Status make_engine();
  absl::Status make_output();
  std::shared_ptr<output::NameSource> make_names() const;
  RunInfo run_info() const;
  void obey(const Command& command);

  PipelineParts parts_;
  plugin::Catalog& catalog_;
  std::unique_ptr<transport::Transport> transport_;
  std::unique_ptr<Prober> prober_;
  std::unique_ptr<PathHasher> hasher_;
  std::unique_ptr<trace::Engine> engine_;
  std::shared_ptr<output::NameSource> names_;
  std::unique_ptr<output::Output> output_;
  bool has_view_ = false;
  std::string terminal_reset_;
  base::WakeFd done_;
  base::WakeFd quit_;
  absl::Status engine_status_;  ///< Written by the probing thread, read once that is joined.
  Timestamp started_{};
  bool nothing_sent_ = false;   ///< Every probe failed to be sent.
  bool probing_stuck_ = false;  ///< give_up_probing() left the thread running.
  std::thread probing_;
};

}  // namespace etr::pipeline
