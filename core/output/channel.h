// A bounded queue between two threads whose producer never waits and never fails: it reserves room
// before it starts what will fill it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace etr::output {

/// Any thread may call anything. Items queued and reservations together never exceed the capacity,
/// but for those of push_extra(), which have a bound of their own.
template <class Item>
class Channel {
 public:
  Channel(std::size_t capacity, std::size_t extra_capacity)
      : capacity_(capacity), extra_capacity_(extra_capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Takes room for one push(); false if there is none now. pop() then says when to ask again.
  bool reserve() {
    const std::lock_guard lock(mutex_);
    return take_room();
  }

  /// Waits for room. False once stop_waiting() was called and there is none.
  bool wait_and_reserve() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return used_ < capacity_ || !may_wait_; });
    return take_room();
  }

  /// Gives a reservation back unused.
  void release() {
    const std::lock_guard lock(mutex_);
    --used_;
    room_.notify_one();
  }

  /// Queues an item; REQUIRES a reservation, which it uses up. Dropped after close().
  void push(Item item) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      --used_;
      return;
    }
    items_.push_back({std::move(item), true});
    ready_.notify_one();
  }

  /// Queues an item without reservation; false, and dropped, if too many of these wait already.
  bool push_extra(Item item) {
    const std::lock_guard lock(mutex_);
    if (closed_ || extra_used_ >= extra_capacity_) return false;
    ++extra_used_;
    items_.push_back({std::move(item), false});
    ready_.notify_one();
    return true;
  }

  /// What pop() took.
  struct Popped {
    std::optional<Item> item;
    bool room_wanted = false;  ///< A reserve() failed before, and there is room again.
  };

  /// The oldest item; nothing if none waits.
  Popped try_pop() {
    const std::lock_guard lock(mutex_);
    return take_front();
  }

  /// Waits for an item; nothing once the channel is closed and empty.
  Popped pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return !items_.empty() || closed_; });
    return take_front();
  }

  /// No items are taken any more; those queued can still be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    may_wait_ = false;
    ready_.notify_all();
    room_.notify_all();
  }

  /// Ends waiting for room, now and later.
  void stop_waiting() {
    const std::lock_guard lock(mutex_);
    may_wait_ = false;
    room_.notify_all();
  }

  /// Reserved items that wait.
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size() - extra_used_;
  }

 private:
  struct Entry {
    Item item;
    bool reserved;
  };

  bool take_room() {
    if (used_ >= capacity_) {
      room_wanted_ = true;
      return false;
    }
    ++used_;
    return true;
  }

  Popped take_front() {
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

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable room_;
  // Guarded by mutex_.
  std::deque<Entry> items_;
  std::size_t used_ = 0;  ///< Reserved items queued, and reservations.
  std::size_t extra_used_ = 0;
  bool room_wanted_ = false;
  bool may_wait_ = true;
  bool closed_ = false;
};

}  // namespace etr::output
