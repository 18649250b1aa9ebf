// The view: shows a run to its user.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "etr/time.h"

namespace etr {

/// A command of the user to the run.
struct Command {
  enum class Kind : std::uint8_t {
    kNone,
    kRedraw,  ///< Only the view's own state changed: render again.
    kQuit,
    kPause,  ///< Toggles.
    kResetStatistics,
    kSetRoundInterval,  ///< To `interval`.
    kSuspend,           ///< ^Z: the host restores the terminal and stops the process.
  };
  Kind kind = Kind::kNone;
  Duration interval{};
};

/// Calls come on the view's thread and never overlap: open first, close last. The view owns the
/// terminal between them. It may throw what derives from std::exception: it is then closed and
/// reported, and the trace goes on.
class View {
 public:
  virtual ~View() = default;
  /// True if this view cannot work without a terminal; `plain` is then used instead.
  virtual bool needs_terminal() const { return false; }
  /// `names` stays valid until close.
  virtual void open(const RunInfo& run, Names& names) = 0;
  /// A newer state of the run; also called without one when next_refresh() is over.
  virtual void render(const std::shared_ptr<const Snapshot>& snapshot) = 0;
  virtual void on_path(const Path& /*path*/) {}
  virtual void on_event(const Event& /*event*/) {}
  /// Descriptor to watch for input, or -1.
  virtual int input_fd() const { return -1; }
  /// Called when there is input, and again at once until it returns kNone.
  virtual Command on_input() { return {}; }
  virtual void on_resize() {}
  /// Before the process stops (^Z), and after it continues.
  virtual void suspend() {}
  virtual void resume() {}
  /// Time until render() is wanted even without a newer snapshot; empty: never.
  virtual std::optional<Duration> next_refresh() const { return std::nullopt; }
  /// Bytes that the host writes to the terminal if the program crashes.
  virtual std::string terminal_reset() const { return {}; }
  /// Leaves the terminal as it was and prints the final table on the normal screen.
  virtual void close(const Summary& /*summary*/) {}
};

}  // namespace etr
