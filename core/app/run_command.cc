#include "app/run_command.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "app/crash_guard.h"
#include "app/run_log.h"
#include "app/version.h"
#include "base/allocator.h"
#include "base/signal_stack.h"
#include "pipeline/pipeline.h"

namespace etr::app {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// After a signal, for the probing thread to end.
constexpr Duration kStopTime = std::chrono::milliseconds(800);
/// The same after `q`. The view has the keys meanwhile, so ^C is no signal.
constexpr Duration kQuitTime = std::chrono::seconds(3);
/// After a signal, for sinks and view to end: they have been writing before.
constexpr Duration kDrainTime = std::chrono::milliseconds(500);
/// For both, so that Signals need not end the process.
constexpr Duration kTimeToLeave = std::chrono::milliseconds(900);
/// How often sinks that do not return are looked for.
constexpr std::chrono::duration<int, std::milli> kWatchInterval{500};
/// How often signals are checked while sinks write what is queued.
constexpr Duration kGlance = std::chrono::milliseconds(20);

/// Who ends a run.
enum class EndedBy { kItself, kUser, kSignal };

/// Waits for the end of the engine, or for the first who asks for it.
EndedBy wait_for_end(pipeline::Pipeline& pipeline, Signals& signals) {
  std::array<pollfd, 3> watched{{{pipeline.done_fd(), POLLIN, 0},
                                 {signals.fd(), POLLIN, 0},
                                 {pipeline.quit_fd(), POLLIN, 0}}};
  while (true) {
    const int ready = ::poll(watched.data(), watched.size(), kWatchInterval.count());
    pipeline.watch();
    if (ready <= 0) continue;
    while (const auto signal = signals.take()) {
      if (signals.ends_run(*signal)) return EndedBy::kSignal;
      if (*signal == SIGHUP) pipeline.reopen();
      if (*signal == SIGWINCH) pipeline.resize();
      if (*signal == SIGTSTP) pipeline.suspend();
    }
    if ((watched[0].revents & POLLIN) != 0) return EndedBy::kItself;
    if ((watched[2].revents & POLLIN) != 0) return EndedBy::kUser;
  }
}

/// Waits for sinks and view, until `deadline`, half a second after a signal, or until only sinks
/// are left that do not return.
void wait_for_output(pipeline::Pipeline& pipeline, Signals& signals,
                     std::optional<SteadyTime> deadline) {
  while (!pipeline.wait_until_written(kGlance)) {
    while (const auto signal = signals.take()) {
      if (!deadline && signals.ends_run(*signal)) {
        deadline = std::chrono::steady_clock::now() + kDrainTime;
      }
    }
    if (deadline && std::chrono::steady_clock::now() >= *deadline) break;
    pipeline.watch();
    if (pipeline.only_hanging()) break;
  }
  pipeline.give_up();
}

/// From the start of probing until everything is written.
void see_to_the_end(pipeline::Pipeline& pipeline, Signals& signals) {
  const EndedBy ended_by = wait_for_end(pipeline, signals);
  const SteadyTime asked = std::chrono::steady_clock::now();
  const bool interrupted = ended_by == EndedBy::kSignal;
  if (interrupted) pipeline.stop(StopReason::kSignal);
  if (ended_by != EndedBy::kItself) {
    const Duration limit = interrupted ? kStopTime : kQuitTime;
    if (!pipeline.wait_for_probing(limit)) pipeline.give_up_probing();
  }
  pipeline.finish();
  std::optional<SteadyTime> deadline;
  if (interrupted) {
    deadline = std::min(std::chrono::steady_clock::now() + kDrainTime, asked + kTimeToLeave);
  }
  wait_for_output(pipeline, signals, deadline);
}

pipeline::PipelineParts parts_of(MessageLog& log) {
  pipeline::PipelineParts parts;
  parts.version = std::string(version());
  parts.report = [&log](const std::string& text) { log.error(text); };
  parts.stop_process = [] { Signals::stop_process(); };
  parts.terminal_reset = [](const std::string& bytes) { reset_terminal_on_crash(bytes); };
  parts.log_sink = [&log](bool headless) -> std::unique_ptr<Sink> {
    if (!headless && !log.has_file()) return nullptr;
    return std::make_unique<RunLog>(log, headless);
  };
  return parts;
}

int report_failure(const absl::Status& status, MessageLog& log) {
  log.error(std::string(status.message()));
  return EXIT_FAILURE;
}

}  // namespace

int run_pipeline(pipeline::PipelineConfig config, std::vector<std::string> hosts,
                 std::unique_ptr<pipeline::Backend> backend, plugin::Catalog& catalog, bool json,
                 MessageLog& log, Signals& signals) {
  pipeline::PipelineParts parts = parts_of(log);
  parts.config = std::move(config);
  parts.hosts = std::move(hosts);
  parts.backend = std::move(backend);
  auto pipeline = pipeline::Pipeline::build(std::move(parts), catalog);
  if (!pipeline.ok()) return report_failure(pipeline.status(), log);
  base::release_memory_in_background();
  const base::SignalStack signal_stack;
  remember_terminal_modes();
  if (const absl::Status status = (*pipeline)->start(); !status.ok()) {
    return report_failure(status, log);
  }
  signals.run_begins((*pipeline)->headless());
  if (json) log.print_json();
  if ((*pipeline)->uses_terminal()) log.hold();
  see_to_the_end(**pipeline, signals);
  log.release();
  int status = (*pipeline)->exit_status();
  if (status == EXIT_SUCCESS && log.failed()) status = EXIT_FAILURE;
  signals.run_ended(status);
  if ((*pipeline)->stuck()) leave_at_once(status);
  return status;
}

}  // namespace etr::app
