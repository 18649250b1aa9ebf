// The round clock: when each flow starts its next round. Flows share the interval evenly and change
// their start slots from round to round, see round_order.h. If the rate does not allow the
// interval, it is stretched to the time that the probes of all flows take.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "plan/planner.h"

namespace etr::plan {

class RoundClock {
 public:
  /// The schedule of one flow.
  struct Schedule {
    base::Instant next_start{};
    base::Instant interval_start{};  ///< Start of the interval of the next round.
    std::uint64_t intervals = 0;     ///< Number of intervals before it.
    std::uint8_t cells = 0;          ///< Probes per round of the flow; 0: not known yet.
  };

  /// `rate` in probes per second over all flows; 0: no limit.
  RoundClock(Duration interval, double rate);

  /// Adds a flow; its first round starts at once.
  Schedule add_flow(base::Instant now);
  void remove_flow(Schedule& schedule);

  /// A round of the flow has begun: advances to the next one. Missed intervals are skipped, so that
  /// flows keep their slots relative to each other.
  void begin_round(FlowId flow, Schedule& schedule, base::Instant now) const;
  /// Sets the number of probes per round of the flow.
  void set_cells(Schedule& schedule, std::uint8_t cells);

  /// Applies from the next rounds on; move_next() moves a round that is already scheduled.
  void set_interval(Duration interval);
  void move_next(FlowId flow, Schedule& schedule, base::Instant round_start) const;

  /// The interval requested, and the one in use.
  Duration wanted() const { return wanted_; }
  Duration interval() const { return effective_; }

 private:
  void stretch();
  Duration offset(FlowId flow, const Schedule& schedule) const;

  Duration wanted_;
  Duration effective_;
  double rate_;
  std::uint64_t cells_ = 0;  ///< Probes per round, over all flows.
  std::uint32_t flows_ = 0;
};

}  // namespace etr::plan
