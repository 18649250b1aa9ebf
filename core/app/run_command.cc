#include "app/run_command.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "app/crash_guard.h"
#include "app/run_log.h"
#include "app/signals.h"
#include "app/version.h"
#include "base/allocator.h"
#include "base/signal_stack.h"
#include "pipeline/pipeline.h"

namespace etr::app {

namespace {

constexpr Duration kDrainTime = std::chrono::milliseconds(500);
/// How often signals are checked while sinks write what is queued.
constexpr Duration kGlance = std::chrono::milliseconds(20);

bool ends_run(int signal, const pipeline::Pipeline& pipeline) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGQUIT ||
         (signal == SIGHUP && !pipeline.headless());
}

[[noreturn]] void leave_at_once(int status) {
  reset_terminal();
  ::_exit(status);
}

/// Waits for the end of the engine or a signal that asks for it; true if it was a signal.
bool wait_for_end(pipeline::Pipeline& pipeline, Signals& signals) {
  std::array<pollfd, 2> watched{{{pipeline.done_fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    while (const auto signal = signals.take()) {
      if (ends_run(*signal, pipeline)) return true;
      if (*signal == SIGHUP) pipeline.reopen();
      if (*signal == SIGWINCH) pipeline.resize();
      if (*signal == SIGTSTP) pipeline.suspend();
    }
    if ((watched[0].revents & POLLIN) != 0) return false;
  }
}

/// Waits for sinks and view. After a signal they have half a second; another signal ends the wait.
void wait_for_output(pipeline::Pipeline& pipeline, Signals& signals, bool interrupted) {
  Duration left = kDrainTime;
  while (!pipeline.wait_until_written(kGlance)) {
    while (const auto signal = signals.take()) {
      if (!ends_run(*signal, pipeline)) continue;
      if (interrupted) leave_at_once(128 + *signal);
      interrupted = true;
    }
    if (!interrupted) continue;
    left -= kGlance;
    if (left <= Duration::zero()) return pipeline.give_up();
  }
}

}  // namespace

int run_pipeline(pipeline::PipelineConfig config, std::vector<std::string> hosts,
                 std::unique_ptr<pipeline::Backend> backend, plugin::Catalog& catalog, bool json,
                 MessageLog& log) {
  pipeline::PipelineParts parts;
  parts.config = std::move(config);
  parts.hosts = std::move(hosts);
  parts.backend = std::move(backend);
  parts.version = std::string(version());
  parts.report = [&log](const std::string& text) { log.error(text); };
  parts.stop_process = [] { Signals::stop_process(); };
  parts.log_sink = [&log](bool headless) -> std::unique_ptr<Sink> {
    if (!headless && !log.has_file()) return nullptr;
    return std::make_unique<RunLog>(log, headless);
  };
  auto pipeline = pipeline::Pipeline::build(std::move(parts), catalog);
  if (!pipeline.ok()) {
    log.error(std::string(pipeline.status().message()));
    return EXIT_FAILURE;
  }
  Signals signals;
  base::release_memory_in_background();
  const base::SignalStack signal_stack;
  remember_terminal_modes();
  if (const absl::Status status = (*pipeline)->start(); !status.ok()) {
    log.error(std::string(status.message()));
    return EXIT_FAILURE;
  }
  if (json) log.print_json();
  if (!(*pipeline)->terminal_reset().empty()) {
    reset_terminal_on_crash((*pipeline)->terminal_reset());
    log.hold();
  }
  const bool interrupted = wait_for_end(**pipeline, signals);
  if (interrupted) (*pipeline)->stop(StopReason::kSignal);
  (*pipeline)->finish();
  wait_for_output(**pipeline, signals, interrupted);
  log.release();
  int status = (*pipeline)->exit_status();
  if (status == EXIT_SUCCESS && log.failed()) status = EXIT_FAILURE;
  if ((*pipeline)->stuck()) leave_at_once(status);
  return status;
}

}  // namespace etr::app
