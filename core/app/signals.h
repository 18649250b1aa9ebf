// Signals as data for the main thread, and a thread that ends the process when that one is stuck.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "base/file_descriptor.h"
#include "base/mutex.h"
#include "base/wake_fd.h"

namespace etr::app {

/// Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGTSTP in this thread and those that it
/// starts. Call before anything that may start a thread, a plugin library included: a thread that
/// does not block them receives them, and the process dies.
void block_signals();
/// Unblocks them again, for an action that has no run to end: a signal then ends the process.
void unblock_signals();

/// Reads the signals that block_signals() blocks, on a thread of its own: the main thread may be in
/// a plugin that does not return. Before a run has begun, and once it has ended, a signal that ends
/// the run ends the process at once. In between the first one is left to the main thread, which has
/// a second; then, or at the next one, the process ends.
class Signals {
 public:
  /// Starts the thread, which lives as long as the process. From here on SIGPIPE and SIGXFSZ are
  /// ignored. An error if the system refuses a descriptor or the thread.
  static absl::StatusOr<std::shared_ptr<Signals>> start();
  Signals();  ///< Throws std::system_error; for start().
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // For the main thread.
  /// Plugins are open, and probing begins: from here on there are records to be written.
  void run_begins(bool headless);
  /// All is written; whatever still takes time may be interrupted, and does not change the status.
  void run_ended(int status);
  /// Readable while take() may return something.
  int fd() const { return wake_.fd(); }
  /// The next signal during the run, or nothing.
  std::optional<int> take();
  /// SIGHUP makes a headless run open its files again.
  bool ends_run(int signal) const;

  /// Stops the process as ^Z would; returns when it continues.
  static void stop_process();

 private:
  enum class Stage { kBefore, kRunning, kEnded };

  [[noreturn]] void watch();
  void wait() const;
  std::optional<int> read_next() const;
  void handle(int signal);

  base::FileDescriptor signal_fd_;
  base::WakeFd wake_;
  std::atomic<Stage> stage_{Stage::kBefore};
  std::atomic<bool> headless_{false};
  std::atomic<int> status_{0};
  /// Used by the thread only.
  std::optional<std::chrono::steady_clock::time_point> deadline_;

  base::Mutex mutex_;
  std::deque<int> taken_ ETR_GUARDED_BY(mutex_);
};

/// Restores the terminal and ends the process without running destructors or exit handlers: some
/// may belong to a plugin that does not return.
[[noreturn]] void leave_at_once(int status);

}  // namespace etr::app
