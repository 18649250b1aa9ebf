// The most recent events of the run, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "etr/event.h"

namespace tui {

class EventLog {
 public:
  void add(const etr::Event& event) {
    events_.push_back(event);
    ++total_;
    if (events_.size() > kMost) events_.pop_front();
  }
  const std::deque<etr::Event>& events() const { return events_; }
  /// All events of the run, including those no longer kept.
  std::uint64_t total() const { return total_; }

 private:
  static constexpr std::size_t kMost = 2000;
  std::deque<etr::Event> events_;
  std::uint64_t total_ = 0;
};

}  // namespace tui
