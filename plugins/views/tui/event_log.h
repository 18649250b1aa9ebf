// The last events of the run, bounded.
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
  /// Ever seen, forgotten ones included.
  std::uint64_t total() const { return total_; }

 private:
  static constexpr std::size_t kMost = 2000;
  std::deque<etr::Event> events_;
  std::uint64_t total_ = 0;
};

}  // namespace tui
