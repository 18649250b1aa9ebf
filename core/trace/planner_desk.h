// The implementation of PlannerHost: carries out what the planner requests of the engine.
#pragma once

#include <optional>

#include "plan/planner.h"
#include "trace/event_reporter.h"
#include "trace/flow_table.h"
#include "trace/round_keeper.h"

namespace etr::trace {

class PlannerDesk final : public plan::PlannerHost {
 public:
  /// Borrows both arguments.
  PlannerDesk(FlowTable& flows, EventReporter& events) : flows_(flows), events_(events) {}

  /// Rounds can begin from now on. Borrows `rounds`.
  void begin_run(RoundKeeper& rounds) { rounds_ = &rounds; }
  /// The error of the last flow that could not be opened.
  const absl::Status& refusal() const { return refusal_; }

  std::optional<plan::FlowId> open_flow(std::uint32_t trace) override;
  void close_flow(plan::FlowId flow) override;
  bool begin_round(plan::FlowId flow, std::uint64_t round) override {
    return rounds_->begin(flow, round);
  }
  void end_round(plan::FlowId flow) override { rounds_->end(flow); }
  const model::KnownFlow& known(plan::FlowId flow) const override { return flows_.at(flow).known; }

 private:
  FlowTable& flows_;
  EventReporter& events_;
  RoundKeeper* rounds_ = nullptr;
  absl::Status refusal_;
};

}  // namespace etr::trace
