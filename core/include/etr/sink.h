// The sink: writes records somewhere.
#pragma once

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"

namespace etr {

/// Calls come on the sinks' thread and never overlap: open, then write/on_event/flush/reopen in any
/// order, then close. A sink may be slow: probing is never delayed by it, the rounds are. It may
/// throw what derives from std::exception: it is then closed for good and reported with the text.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void open(const RunInfo& /*run*/) {}
  virtual void write(const Path& path) = 0;
  virtual void on_event(const Event& /*event*/) {}
  /// Called when no record is waiting, and before the end: pass on what is buffered, whole records.
  virtual void flush() {}
  /// SIGHUP in a headless run (log rotation): close the file and open it again by its name.
  virtual void reopen() {}
  virtual void close(const Summary& /*summary*/) {}
  /// True for a sink that writes to standard output: there can be one, and no view beside it.
  virtual bool uses_standard_output() const { return false; }
};

}  // namespace etr
