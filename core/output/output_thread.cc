#include "output/output_thread.h"

#include <chrono>
#include <utility>

#include "base/signal_stack.h"
#include "base/thread_name.h"

namespace etr::output {

absl::Status OutputThread::start(const char* name, std::function<void()> body) {
  thread_ = std::thread([this, name, body = std::move(body)] {
    base::name_thread(name);
    const base::SignalStack signal_stack;
    body();
    const base::MutexLock lock(mutex_);
    done_ = true;
    changed_.notify_all();
  });
  const base::MutexLock lock(mutex_);
  while (!opened_) changed_.wait(mutex_);
  return open_status_;
}

void OutputThread::opened(absl::Status status) {
  const base::MutexLock lock(mutex_);
  open_status_ = std::move(status);
  opened_ = true;
  changed_.notify_all();
}

bool OutputThread::wait_until_done(Duration limit) {
  if (!thread_.joinable()) return true;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  {
    const base::MutexLock lock(mutex_);
    while (!done_) {
      if (!changed_.wait_until(mutex_, deadline) && !done_) return false;
    }
  }
  thread_.join();
  return true;
}

void OutputThread::wait_until_done() {
  if (thread_.joinable()) thread_.join();
}

void OutputThread::abandon() {
  abandoned_ = true;
  thread_.detach();
}

}  // namespace etr::output
