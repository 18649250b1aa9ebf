// The sink: writes records somewhere.
#pragma once

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"

namespace etr {

/// Calls come on the sink's own thread and never overlap: open, then write/on_event/flush/reopen in
/// any order, then close. A slow sink delays the start of new rounds, never probes already in
/// flight nor other sinks. What it was handed and has not flushed when it fails is reported as not
/// written. A sink may throw what derives from std::exception: it is then closed for good, and the
/// text is reported.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void open(const RunInfo& /*run*/) {}
  virtual void write(const Path& path) = 0;
  virtual void on_event(const Event& /*event*/) {}
  /// Called when no record is queued, and before the end: write what is buffered, whole records.
  virtual void flush() {}
  /// SIGHUP in a headless run (log rotation): close the file and open it again by its name.
  virtual void reopen() {}
  virtual void close(const Summary& /*summary*/) {}
  /// True for a sink that writes to standard output: a run has at most one, and then no view.
  virtual bool uses_standard_output() const { return false; }
};

}  // namespace etr
