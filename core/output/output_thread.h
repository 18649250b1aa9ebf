// A thread that runs plugins and may never come back from one: others wait for it with a limit, and
// can leave it behind. What it uses must then outlive everybody: its owner is shared with it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "etr/time.h"

namespace etr::output {

class OutputThread {
 public:
  /// Runs `body` on a thread of this name (15 characters), and waits until it calls opened(), which
  /// it must. Returns what it said there. `body` owns, with others, what it and this object live
  /// in.
  absl::Status start(const char* name, std::function<void()> body);
  /// From the body: it is ready, or why not.
  void opened(absl::Status status);

  /// Started, and not yet waited for to its end.
  bool is_running() const { return thread_.joinable(); }
  /// True once the body has returned, or was never started; waits for that at most so long.
  bool wait_until_done(Duration limit);
  void wait_until_done();
  /// Nobody waits for it any more. If it comes back it should notice, and touch nothing of others.
  void abandon();
  bool is_abandoned() const { return abandoned_; }

 private:
  std::thread thread_;
  std::atomic<bool> abandoned_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  absl::Status open_status_;
  bool opened_ = false;
  bool done_ = false;
};

}  // namespace etr::output
