#include "plan/due_queue.h"

namespace etr::plan {

void DueQueue::set(FlowId flow, std::optional<base::Instant> at) {
  if (flow >= places_.size()) places_.resize(flow + 1U);
  Place& place = places_[flow];
  if (place.at == at) return;
  ++place.version;
  place.at = at;
  if (at) heap_.push({*at, place.turn, flow, place.version});
}

void DueQueue::end_turn(FlowId flow) {
  set(flow, std::nullopt);
  places_[flow].turn = ++last_turn_;
}

std::optional<DueQueue::Due> DueQueue::first() const {
  while (!heap_.empty() && heap_.top().version != places_[heap_.top().flow].version) heap_.pop();
  if (heap_.empty()) return std::nullopt;
  return Due{heap_.top().at, heap_.top().flow};
}

}  // namespace etr::plan
