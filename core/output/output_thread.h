// A thread that runs plugins and may never return from one: others wait for it with a limit, and
// can abandon it. What it uses must outlive it, so it shares ownership of its owner.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "etr/time.h"

namespace etr::output {

class OutputThread {
 public:
  /// Runs `body` on a thread of this name (15 characters), waits until it calls opened(), which it
  /// must, and returns the status given there. `body` shares ownership of what it and this object
  /// live in.
  absl::Status start(const char* name, std::function<void()> body);
  /// Called by the body: it is ready, or why not.
  void opened(absl::Status status);

  /// Started, and its end not yet awaited.
  bool is_running() const { return thread_.joinable(); }
  /// True once the body has returned, or was never started; waits at most that long.
  bool wait_until_done(Duration limit);
  void wait_until_done();
  /// No caller waits for the thread any more. If it returns from the plugin it should check this,
  /// and use nothing that is not its own.
  void abandon();
  bool is_abandoned() const { return abandoned_; }

 private:
  std::thread thread_;
  std::atomic<bool> abandoned_{false};
  base::Mutex mutex_;
  base::Condition changed_;
  absl::Status open_status_ ETR_GUARDED_BY(mutex_);
  bool opened_ ETR_GUARDED_BY(mutex_) = false;
  bool done_ ETR_GUARDED_BY(mutex_) = false;
};

}  // namespace etr::output
