#include "trace/event_limiter.h"

#include <utility>

namespace etr::trace {

namespace {

constexpr Duration kPeriod = std::chrono::seconds(1);
constexpr std::size_t kMaxKinds = 256;

}  // namespace

std::vector<Event> EventLimiter::add(Event event, base::Instant now) {
  const auto key = std::pair(event.kind, event.text);
  const auto found = held_.find(key);
  if (found == held_.end()) {
    if (held_.size() < kMaxKinds) held_[key] = Held{now, 0, event};
    return {std::move(event)};
  }
  Held& held = found->second;
  ++held.count;
  if (now - held.since >= kPeriod) {
    event.count = held.count;
    held = Held{now, 0, {}};
    return {std::move(event)};
  }
  held.last = std::move(event);
  return {};
}

std::vector<Event> EventLimiter::due(base::Instant now, bool all) {
  std::vector<Event> events;
  for (auto it = held_.begin(); it != held_.end();) {
    Held& held = it->second;
    if (!all && now - held.since < kPeriod) {
      ++it;
    } else if (held.count == 0) {
      it = held_.erase(it);
    } else {
      held.last.count = held.count;
      events.push_back(std::move(held.last));
      held = Held{now, 0, {}};
      ++it;
    }
  }
  return events;
}

}  // namespace etr::trace
