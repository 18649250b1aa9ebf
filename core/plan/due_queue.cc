#include "plan/due_queue.h"

namespace etr::plan {

void DueQueue::set(FlowId flow, std::optional<base::Instant> at) {
  if (flow >= places_.size()) places_.resize(flow + 1U);
  Place& place = places_[flow];
  if (place.at == at) return;
  remove(flow);
  place.at = at;
  place.due = false;
  if (at) waiting_.emplace(*at, place.turn, flow);
}

void DueQueue::remove(FlowId flow) {
  const Place& place = places_[flow];
  if (!place.at) return;
  if (place.due) {
    due_.erase({place.turn, flow});
  } else {
    waiting_.erase({*place.at, place.turn, flow});
  }
}

void DueQueue::end_turn(FlowId flow) {
  set(flow, std::nullopt);
  places_[flow].turn = ++last_turn_;
}

std::optional<DueQueue::Due> DueQueue::first(base::Instant now) {
  for (int left = kMostMoved; left > 0 && !waiting_.empty(); --left) {
    if (std::get<base::Instant>(*waiting_.begin()) > now) break;
    const auto [at, turn, flow] = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    places_[flow].due = true;
    due_.emplace(turn, flow);
  }
  if (!due_.empty()) return Due{*places_[due_.begin()->second].at, due_.begin()->second};
  if (waiting_.empty()) return std::nullopt;
  const auto& [at, turn, flow] = *waiting_.begin();
  return Due{at, flow};
}

std::optional<base::Instant> DueQueue::deadline() const {
  if (!due_.empty()) return places_[due_.begin()->second].at;
  if (waiting_.empty()) return std::nullopt;
  return std::get<base::Instant>(*waiting_.begin());
}

}  // namespace etr::plan
