// A bounded queue between two threads whose producer never blocks and never fails: it reserves room
// before it starts the work that will fill it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace etr::output {

/// All methods are thread-safe. Queued items and reservations together never exceed the capacity,
/// except those of push_extra(), which have a bound of their own.
template <class Item>
class Channel {
 public:
  Channel(std::size_t capacity, std::size_t extra_capacity)
      : capacity_(capacity), extra_capacity_(extra_capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Reserves room for one push(); false if there is none now. pop() then reports when to ask
  /// again.
  bool reserve() {
    const base::MutexLock lock(mutex_);
    return take_room();
  }

  /// Waits for room. False once stop_waiting() was called and there is none.
  bool wait_and_reserve() {
    const base::MutexLock lock(mutex_);
    while (used_ >= capacity_ && may_wait_) room_.wait(mutex_);
    return take_room();
  }

  /// Queues an item; REQUIRES a reservation, which it uses up. Dropped after close().
  void push(Item item) {
    const base::MutexLock lock(mutex_);
    if (closed_) {
      --used_;
      return;
    }
    items_.push_back({std::move(item), true});
    ready_.notify_one();
  }

  /// Queues an item without reservation; false, and dropped, if too many of these are queued.
  bool push_extra(Item item) {
    const base::MutexLock lock(mutex_);
    if (closed_ || extra_used_ >= extra_capacity_) return false;
    ++extra_used_;
    items_.push_back({std::move(item), false});
    ready_.notify_one();
    return true;
  }

  /// The result of pop().
  struct Popped {
    std::optional<Item> item;
    bool room_wanted = false;  ///< A reserve() failed before, and there is room again.
  };

  /// The oldest item; nothing if the channel is empty.
  Popped try_pop() {
    const base::MutexLock lock(mutex_);
    return take_front();
  }

  /// Waits for an item; nothing once the channel is closed and empty.
  Popped pop() {
    const base::MutexLock lock(mutex_);
    while (items_.empty() && !closed_) ready_.wait(mutex_);
    return take_front();
  }

  /// Accepts no more items; those queued can still be popped.
  void close() {
    const base::MutexLock lock(mutex_);
    closed_ = true;
    may_wait_ = false;
    ready_.notify_all();
    room_.notify_all();
  }

  /// Ends all waits for room, now and later.
  void stop_waiting() {
    const base::MutexLock lock(mutex_);
    may_wait_ = false;
    room_.notify_all();
  }

  /// Queued items that had a reservation.
  std::size_t size() const {
    const base::MutexLock lock(mutex_);
    return items_.size() - extra_used_;
  }

 private:
  struct Entry {
    Item item;
    bool reserved;
  };

  bool take_room() ETR_REQUIRES(mutex_) {
    if (used_ >= capacity_) {
      room_wanted_ = true;
      return false;
    }
    ++used_;
    return true;
  }

  Popped take_front() ETR_REQUIRES(mutex_) {
    if (items_.empty()) return {};
    Popped popped{std::move(items_.front().item), false};
    if (items_.front().reserved) {
      --used_;
      popped.room_wanted = std::exchange(room_wanted_, false);
      room_.notify_one();
    } else {
      --extra_used_;
    }
    items_.pop_front();
    return popped;
  }

  const std::size_t capacity_;
  const std::size_t extra_capacity_;

  mutable base::Mutex mutex_;
  base::Condition ready_;
  base::Condition room_;
  std::deque<Entry> items_ ETR_GUARDED_BY(mutex_);
  /// Reserved items queued, and reservations.
  std::size_t used_ ETR_GUARDED_BY(mutex_) = 0;
  std::size_t extra_used_ ETR_GUARDED_BY(mutex_) = 0;
  bool room_wanted_ ETR_GUARDED_BY(mutex_) = false;
  bool may_wait_ ETR_GUARDED_BY(mutex_) = true;
  bool closed_ ETR_GUARDED_BY(mutex_) = false;
};

}  // namespace etr::output
