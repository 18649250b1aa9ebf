#include "trace/event_limiter.h"

#include <utility>

namespace etr::trace {

namespace {

constexpr Duration kPeriod = std::chrono::seconds(1);
constexpr std::size_t kMaxKinds = 256;

/// The last event, with the number of all that were held back; begins a new period.
Event summary(HeldEvent& held, base::Instant now) {
  Event event = std::move(held.last);
  event.count = held.count;
  held = HeldEvent{now, 0, {}};
  return event;
}

}  // namespace

std::vector<Event> EventLimiter::add(Event event, base::Instant now) {
  const auto key = std::pair(event.kind, event.text);
  const auto found = held_.find(key);
  if (found == held_.end()) {
    if (held_.size() < kMaxKinds) held_[key] = HeldEvent{now, 0, event};
    return {std::move(event)};
  }
  HeldEvent& held = found->second;
  ++held.count;
  held.last = std::move(event);
  if (now - held.since < kPeriod) return {};
  return {summary(held, now)};
}

std::vector<Event> EventLimiter::due(base::Instant now, bool all) {
  return take_due(held_, kPeriod, now, all, [&](HeldEvent& held) { return summary(held, now); });
}

}  // namespace etr::trace
