#include "plan/due_queue.h"

namespace etr::plan {

void DueQueue::set(FlowId flow, std::optional<base::Instant> at) {
  if (flow >= places_.size()) places_.resize(flow + 1U);
  Place& place = places_[flow];
  if (place.at == at) return;
  ++place.version;
  place.at = at;
  if (at) waiting_.push({*at, place.turn, flow, place.version});
}

void DueQueue::end_turn(FlowId flow) {
  set(flow, std::nullopt);
  places_[flow].turn = ++last_turn_;
}

template <class Heap>
void DueQueue::drop_outdated(Heap& heap) {
  while (!heap.empty() && heap.top().version != places_[heap.top().flow].version) heap.pop();
}

std::optional<DueQueue::Due> DueQueue::first(base::Instant now) {
  for (drop_outdated(waiting_); !waiting_.empty() && waiting_.top().at <= now;
       drop_outdated(waiting_)) {
    due_.push(waiting_.top());
    waiting_.pop();
  }
  drop_outdated(due_);
  if (!due_.empty()) return Due{due_.top().at, due_.top().flow};
  if (!waiting_.empty()) return Due{waiting_.top().at, waiting_.top().flow};
  return std::nullopt;
}

std::optional<base::Instant> DueQueue::deadline() {
  drop_outdated(due_);
  if (!due_.empty()) return due_.top().at;
  drop_outdated(waiting_);
  if (!waiting_.empty()) return waiting_.top().at;
  return std::nullopt;
}

}  // namespace etr::plan
