// A mutex whose use clang checks: with -Wthread-safety, access to a member marked
// ETR_GUARDED_BY(mutex_) is an error unless the lock is held. For other compilers the marks are
// empty. https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define ETR_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define ETR_THREAD_ATTRIBUTE(x)
#endif

/// A type that can be held, named in messages of the compiler.
#define ETR_CAPABILITY(name) ETR_THREAD_ATTRIBUTE(capability(name))
/// A type that holds a mutex from its constructor to its destructor.
#define ETR_SCOPED_CAPABILITY ETR_THREAD_ATTRIBUTE(scoped_lockable)
/// A member read and written only while the mutex is held.
#define ETR_GUARDED_BY(mutex) ETR_THREAD_ATTRIBUTE(guarded_by(mutex))
/// A function called only while the mutex is held.
#define ETR_REQUIRES(mutex) ETR_THREAD_ATTRIBUTE(requires_capability(mutex))
/// A function that takes the mutex, and must not be called while it is held.
#define ETR_EXCLUDES(mutex) ETR_THREAD_ATTRIBUTE(locks_excluded(mutex))
#define ETR_ACQUIRE(...) ETR_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define ETR_RELEASE(...) ETR_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace etr::base {

class ETR_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ETR_ACQUIRE() { mutex_.lock(); }
  void unlock() ETR_RELEASE() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

/// Holds a mutex while it lives.
class ETR_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ETR_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() ETR_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable. A wait may end without reason, so it is called in a loop that tests what
/// is waited for:
///   while (!done_) changed_.wait(mutex_);
class Condition {
 public:
  /// Releases the mutex while it waits.
  void wait(Mutex& mutex) ETR_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();  // the caller holds it on
  }
  /// False once `deadline` has passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      ETR_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace etr::base
