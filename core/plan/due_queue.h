// The due queue: which flow has something to send, and when. Flows that are due take turns, however
// late each of them is.
#pragma once

#include <cstdint>
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

  /// The flow is due at `at`, or not at all.
  void set(FlowId flow, std::optional<base::Instant> at);
  /// The flow goes behind all others.
  void end_turn(FlowId flow);
  /// Of the flows that are due at `now`, the one with the lowest turn; else the one that is due
  /// next. `now` never goes back.
  std::optional<Due> first(base::Instant now);
  /// When a flow is due.
  std::optional<base::Instant> deadline();

 private:
  struct Place {
    std::optional<base::Instant> at;
    std::uint64_t turn = 0;
    std::uint64_t version = 0;  ///< Of its entry in a heap.
  };
  struct Entry {
    base::Instant at;
    std::uint64_t turn;
    FlowId flow;
    std::uint64_t version;
  };
  struct LaterDue {
    bool operator()(const Entry& a, const Entry& b) const {
      return std::tie(a.at, a.turn, a.flow) > std::tie(b.at, b.turn, b.flow);
    }
  };
  struct LaterTurn {
    bool operator()(const Entry& a, const Entry& b) const {
      return std::tie(a.turn, a.flow) > std::tie(b.turn, b.flow);
    }
  };
  template <class Heap>
  void drop_outdated(Heap& heap);

  std::vector<Place> places_;
  // Entries whose version is no longer the flow's are dropped when they come up.
  std::priority_queue<Entry, std::vector<Entry>, LaterDue> waiting_;
  std::priority_queue<Entry, std::vector<Entry>, LaterTurn> due_;
  std::uint64_t last_turn_ = 0;
};

}  // namespace etr::plan
