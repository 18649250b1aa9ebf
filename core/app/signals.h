// Signals as data for the main thread.
#pragma once

#include <optional>

#include "base/file_descriptor.h"
#include "etr/time.h"

namespace etr::app {

/// From construction on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP and SIGCONT are blocked
/// in this thread and those it starts, and are read here; SIGPIPE and SIGXFSZ are ignored.
/// Construct before starting any thread.
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
