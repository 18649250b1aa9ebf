// Shows that clang checks the marks of base/mutex.h: with one of the macros it refuses this file.
#include "base/mutex.h"

namespace etr::base {

class Counter {
 public:
  int value() {
#ifndef ETR_UNGUARDED_READ
    const MutexLock lock(mutex_);
#endif
    return value_;
  }

  void count() {
#ifndef ETR_UNGUARDED_CALL
    const MutexLock lock(mutex_);
#endif
    add();
  }

  void wait_for(int value) {
#ifdef ETR_UNGUARDED_WAIT
    changed_.wait(mutex_);
#endif
    const MutexLock lock(mutex_);
    while (value_ < value) changed_.wait(mutex_);
  }

 private:
  void add() ETR_REQUIRES(mutex_) {
    ++value_;
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  int value_ ETR_GUARDED_BY(mutex_) = 0;
};

void use(Counter& counter);
void use(Counter& counter) {
  counter.count();
  counter.wait_for(counter.value());
}

}  // namespace etr::base
