// The due queue: which flow has something to send, and when. Flows due at the same time take turns.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "plan/planner.h"

namespace etr::plan {

class DueQueue {
 public:
  struct Due {
    base::Instant at;
    FlowId flow;
  };

  /// The flow is due at `at`, or not at all. Of several due at once the one with the lowest turn
  /// comes first.
  void set(FlowId flow, std::optional<base::Instant> at);
  /// The flow goes behind all others that are due at the same time.
  void end_turn(FlowId flow);
  /// The flow that is due first; it stays so until set().
  std::optional<Due> first() const;

 private:
  struct Place {
    std::optional<base::Instant> at;
    std::uint64_t turn = 0;
    std::uint64_t version = 0;  ///< Of its entry in the heap.
  };
  struct Entry {
    base::Instant at;
    std::uint64_t turn;
    FlowId flow;
    std::uint64_t version;
    friend bool operator>(const Entry& a, const Entry& b) {
      return std::tie(a.at, a.turn, a.flow) > std::tie(b.at, b.turn, b.flow);
    }
  };

  std::vector<Place> places_;
  /// Entries whose version is no longer the flow's are dropped when they come up.
  mutable std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::uint64_t last_turn_ = 0;
};

}  // namespace etr::plan
