#include "plan/round_clock.h"

#include <algorithm>
#include <chrono>

#include "plan/round_order.h"

namespace etr::plan {

using base::Instant;

RoundClock::RoundClock(Duration interval, double rate)
    : wanted_(interval), effective_(interval), rate_(rate) {}

RoundClock::Schedule RoundClock::add_flow(Instant now) {
  ++flows_;
  Schedule schedule;
  schedule.interval_start = schedule.next_start = now;
  return schedule;
}

void RoundClock::remove_flow(Schedule& schedule) {
  --flows_;
  set_cells(schedule, 0);
}

void RoundClock::begin_round(FlowId flow, Schedule& schedule, Instant now) const {
  do {
    schedule.interval_start += std::max(effective_, Duration(1));
    ++schedule.intervals;
    schedule.next_start = schedule.interval_start + offset(flow, schedule);
  } while (schedule.next_start <= now && effective_ > Duration::zero());
}

void RoundClock::set_cells(Schedule& schedule, std::uint8_t cells) {
  if (schedule.cells == cells) return;
  cells_ += cells;
  cells_ -= schedule.cells;
  schedule.cells = cells;
  stretch();
}

void RoundClock::set_interval(Duration interval) {
  wanted_ = interval;
  stretch();
}

void RoundClock::move_next(FlowId flow, Schedule& schedule, Instant round_start) const {
  schedule.next_start = std::min(schedule.next_start, round_start + effective_);
  schedule.interval_start = schedule.next_start - offset(flow, schedule);
}

/// The interval must hold the probes of all flows at the configured rate.
void RoundClock::stretch() {
  effective_ = wanted_;
  if (rate_ <= 0) return;
  const std::chrono::duration<double> needed(static_cast<double>(cells_) / rate_);
  effective_ = std::max(effective_, std::chrono::duration_cast<Duration>(needed));
}

/// Start of the round of a flow within its next interval.
Duration RoundClock::offset(FlowId flow, const Schedule& schedule) const {
  return effective_ / flows_ * place_in_round(flow % flows_, schedule.intervals, flows_);
}

}  // namespace etr::plan
