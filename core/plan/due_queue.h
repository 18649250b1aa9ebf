// The due queue: which flow has a probe to send next, and when.
//
// A flow waits in one heap until its time has come, and in a second one, by turn, from then on. So
// flows that are due take turns however late each of them is.
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

  /// The flow is due at `at`; empty: not at all.
  void set(FlowId flow, std::optional<base::Instant> at);
  /// Ends the turn of a flow: it is no longer due, and will be last among those that are.
  void end_turn(FlowId flow);
  /// The flow with the lowest turn of those due at `now`; if none is due, the one due next. `now`
  /// must never decrease.
  std::optional<Due> first(base::Instant now);
  /// When the first flow is due; empty: none is waiting.
  std::optional<base::Instant> deadline();

 private:
  struct Place {
    std::optional<base::Instant> at;
    std::uint64_t turn = 0;
    std::uint64_t version = 0;  ///< Of its valid heap entry.
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
  // Lazy deletion: an entry with an outdated version is dropped when it reaches the top.
  std::priority_queue<Entry, std::vector<Entry>, LaterDue> waiting_;
  std::priority_queue<Entry, std::vector<Entry>, LaterTurn> due_;
  std::uint64_t last_turn_ = 0;
};

}  // namespace etr::plan
