// The round clock: when each flow begins its next round. Flows share the interval evenly and change
// places in it from round to round, see round_order.h. An interval that the rate does not permit is
// stretched to what all flows' probes take.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "plan/planner.h"

namespace etr::plan {

class RoundClock {
 public:
  /// One flow's times.
  struct Schedule {
    base::Instant next_start{};
    base::Instant interval_start{};  ///< Of the interval in which the next round begins,
    std::uint64_t intervals = 0;     ///< and how many there were before.
    std::uint8_t cells = 0;          ///< Probes that a round of the flow takes, as far as counted.
  };

  /// `rate` in probes per second over all flows; 0: no limit.
  RoundClock(Duration interval, double rate);

  /// A flow takes part, with a first round at once.
  Schedule add_flow(base::Instant now);
  void remove_flow(Schedule& schedule);

  /// A round of the flow has begun: moves on to the next one. Missed intervals are skipped, so that
  /// flows keep their places among each other.
  void begin_round(FlowId flow, Schedule& schedule, base::Instant now) const;
  /// A round of the flow takes this many probes.
  void set_cells(Schedule& schedule, std::uint8_t cells);

  /// From the next rounds on; a flow's next round is moved with move_next().
  void set_interval(Duration interval);
  void move_next(FlowId flow, Schedule& schedule, base::Instant round_start) const;

  /// The interval asked for, and the one in use.
  Duration wanted() const { return wanted_; }
  Duration interval() const { return effective_; }

 private:
  void stretch();
  Duration offset(FlowId flow, const Schedule& schedule) const;

  Duration wanted_;
  Duration effective_;
  double rate_;
  std::uint64_t cells_ = 0;  ///< Probes that one round of all flows takes.
  std::uint32_t flows_ = 0;
};

}  // namespace etr::plan
