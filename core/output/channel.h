// A bounded queue between two threads whose producer never blocks: it asks for room before it
// starts the work that will fill it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace etr::output {

/// All methods are thread-safe. Two sorts of items share the queue and its order: those for which
/// the producer has asked for room, and those of push_extra(), which have a bound of their own.
template <class Item>
class Channel {
 public:
  Channel(std::size_t capacity, std::size_t extra_capacity)
      : capacity_(capacity), extra_capacity_(extra_capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// True if one more item has room beside the `promised` ones that will be pushed anyway. If not,
  /// pop() reports when to ask again.
  bool has_room(std::size_t promised) {
    const base::MutexLock lock(mutex_);
    room_wanted_ = room_wanted_ || !room_for(promised);
    return room_for(promised);
  }

  /// Waits for that; false once stop_waiting() was called and there is no room.
  bool wait_for_room(std::size_t promised) {
    const base::MutexLock lock(mutex_);
    while (!room_for(promised) && may_wait_) room_.wait(mutex_);
    return room_for(promised);
  }

  /// Queues an item, whether or not there is room; false, and dropped, after close().
  bool push(Item item) {
    const base::MutexLock lock(mutex_);
    if (closed_) return false;
    ++used_;
    items_.push_back({std::move(item), false});
    ready_.notify_one();
    return true;
  }

  /// Queues an item if there is room; false, and dropped, if there is none.
  bool push_if_room(Item item) {
    const base::MutexLock lock(mutex_);
    if (closed_ || used_ >= capacity_) return false;
    ++used_;
    items_.push_back({std::move(item), false});
    ready_.notify_one();
    return true;
  }

  /// Queues an item of the other sort; false, and dropped, if too many of these are queued.
  bool push_extra(Item item) {
    const base::MutexLock lock(mutex_);
    if (closed_ || extra_used_ >= extra_capacity_) return false;
    ++extra_used_;
    items_.push_back({std::move(item), true});
    ready_.notify_one();
    return true;
  }

  /// The result of pop().
  struct Popped {
    std::optional<Item> item;
    bool room_wanted = false;  ///< There was no room before, and there is now.
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

  /// Accepts no more items; those queued can still be popped. True if has_room() was false before:
  /// nobody need wait for room any more.
  bool close() {
    const base::MutexLock lock(mutex_);
    closed_ = true;
    may_wait_ = false;
    ready_.notify_all();
    room_.notify_all();
    return std::exchange(room_wanted_, false);
  }

  /// Ends all waits for room, now and later.
  void stop_waiting() {
    const base::MutexLock lock(mutex_);
    may_wait_ = false;
    room_.notify_all();
  }

  /// Queued items, without those of push_extra().
  std::size_t size() const {
    const base::MutexLock lock(mutex_);
    return used_;
  }

 private:
  struct Entry {
    Item item;
    bool extra;
  };

  bool room_for(std::size_t promised) const ETR_REQUIRES(mutex_) {
    return closed_ || used_ + promised < capacity_;
  }

  Popped take_front() ETR_REQUIRES(mutex_) {
    if (items_.empty()) return {};
    Popped popped{std::move(items_.front().item), false};
    if (items_.front().extra) {
      --extra_used_;
    } else {
      --used_;
      popped.room_wanted = std::exchange(room_wanted_, false);
      room_.notify_one();
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
  std::size_t used_ ETR_GUARDED_BY(mutex_) = 0;
  std::size_t extra_used_ ETR_GUARDED_BY(mutex_) = 0;
  bool room_wanted_ ETR_GUARDED_BY(mutex_) = false;
  bool may_wait_ ETR_GUARDED_BY(mutex_) = true;
  bool closed_ ETR_GUARDED_BY(mutex_) = false;
};

}  // namespace etr::output
