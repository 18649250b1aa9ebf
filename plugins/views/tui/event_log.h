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
    if (is_sink_fault(event)) ++sink_faults_;
    if (events_.size() > kMost) events_.pop_front();
  }
  const std::deque<etr::Event>& events() const { return events_; }
  /// All events of the run, including those no longer kept.
  std::uint64_t total() const { return total_; }

  /// Sinks that have failed since the start of the run.
  std::uint64_t sink_faults() const { return sink_faults_; }

 private:
  /// The host reports it in these words.
  static bool is_sink_fault(const etr::Event& event) {
    return event.kind == etr::EventKind::kNotice && !event.trace &&
           event.text.starts_with("sink '");
  }

  static constexpr std::size_t kMost = 2000;
  std::deque<etr::Event> events_;
  std::uint64_t total_ = 0;
  std::uint64_t sink_faults_ = 0;
};

}  // namespace tui
