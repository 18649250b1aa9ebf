// The view's thread: waits for input, new data and the view's own timer, and calls the view.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "etr/event.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "etr/time.h"
#include "etr/view.h"
#include "output/names.h"
#include "output/record.h"

namespace etr::output {

struct NamedView {
  std::string name;  ///< Of the instance, for messages.
  std::unique_ptr<View> view;
};

class ViewRunner {
 public:
  /// All but `report` come on the view's thread.
  struct Callbacks {
    /// A problem to show, one line. On the view's thread, or that of give_up().
    std::function<void(const std::string&)> report;
    /// A command of the user; never kRedraw, kSuspend or kNone.
    std::function<void(const Command&)> command;
    /// Stops this process until SIGCONT; the terminal has been restored.
    std::function<void()> stop_process;
    /// The reader of standard output is gone.
    std::function<void()> closed_pipe;
  };

  /// Paths and events are dropped when more than `capacity` are queued, since a view must not delay
  /// the trace; the view receives their number.
  ViewRunner(NamedView view, std::shared_ptr<NameSource> names, std::size_t capacity,
             Duration snapshot_interval, Callbacks callbacks);
  /// Waits for the thread, unless it was abandoned.
  ~ViewRunner();
  ViewRunner(const ViewRunner&) = delete;
  ViewRunner& operator=(const ViewRunner&) = delete;

  /// Starts the thread and waits until the view is open.
  absl::Status start(const RunInfo& run);

  // For the probing thread.
  /// On a virtual clock only, where nothing may be dropped: waits for room for one record beside
  /// the `promised` ones, which are then pushed always.
  bool wait_for_room(std::size_t promised);
  void push_always(const RecordPtr& record);
  void push(const RecordPtr& record);
  void push(const Event& event);
  bool wants_snapshot() const;
  void push(std::shared_ptr<const Snapshot> snapshot);

  // Any thread.
  void resize();
  void suspend();
  void stop_waiting();

  /// Shows what is queued, then closes the view.
  void finish(const Summary& summary);
  bool wait_until_done(Duration limit);
  void give_up();
  bool failed() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace etr::output
