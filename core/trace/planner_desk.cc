#include "trace/planner_desk.h"

#include <string>
#include <utility>

namespace etr::trace {

std::optional<plan::FlowId> PlannerDesk::open_flow(std::uint32_t trace) {
  const auto opened = flows_.open(trace);
  if (opened.ok()) return *opened;
  refusal_ = opened.status();
  if (rounds_ == nullptr)
    return std::nullopt;  // Before the run: Engine::start() reports it if no flow could be opened.
  Event event;
  event.kind = EventKind::kFlowSkipped;
  event.trace = trace;
  event.text = "cannot open another flow: " + std::string(refusal_.message());
  events_.report(std::move(event));
  return std::nullopt;
}

void PlannerDesk::close_flow(plan::FlowId flow) {
  if (rounds_ != nullptr) rounds_->cut(flows_.at(flow));
  flows_.close(flow);
}

}  // namespace etr::trace
