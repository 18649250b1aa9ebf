// Signals as data for the main thread.
#pragma once

#include <optional>

#include "base/file_descriptor.h"
#include "etr/time.h"

namespace etr::app {

/// Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGTSTP in this thread and those that it
/// starts. Call before anything that may start a thread, a plugin library included: a thread that
/// does not block them receives them, and the process dies.
void block_signals();
/// Unblocks them again, for an action that has no run to end: a signal then ends the process.
void unblock_signals();

/// Reads the signals that block_signals() blocks; from construction on SIGPIPE and SIGXFSZ are
/// ignored.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_.get(); }
  /// The next pending signal, or nothing.
  std::optional<int> take();

  /// Stops the process as ^Z would; returns when it continues.
  static void stop_process();

 private:
  base::FileDescriptor fd_;
};

}  // namespace etr::app
