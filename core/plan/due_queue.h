// The due queue: which flow has a probe to send next, and when.
//
// A flow waits in order of time until its time has come, and in order of turn from then on. So
// flows that are due take turns however late each of them is. Where very many become due at once,
// as all flows do in round 0, those that come first in order of time do so first.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
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
  /// must never decrease. Takes bounded time: of flows that have become due since the last call,
  /// the first kMostMoved begin to take turns.
  std::optional<Due> first(base::Instant now);
  /// When the first flow is due; empty: none is waiting.
  std::optional<base::Instant> deadline() const;

 private:
  /// Moving a flow takes 0.2 µs, so moving 10 000 at once would take 2 ms.
  static constexpr int kMostMoved = 64;

  struct Place {
    std::optional<base::Instant> at;
    std::uint64_t turn = 0;
    bool due = false;  ///< In `due_`, not in `waiting_`.
  };
  void remove(FlowId flow);

  std::vector<Place> places_;
  absl::btree_set<std::tuple<base::Instant, std::uint64_t, FlowId>> waiting_;  ///< Time, turn.
  absl::btree_set<std::pair<std::uint64_t, FlowId>> due_;                      ///< By turn.
  std::uint64_t last_turn_ = 0;
};

}  // namespace etr::plan
