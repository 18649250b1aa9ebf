#include "trace/change_limiter.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace etr::trace {

namespace {

constexpr Duration kSummaryPeriod = std::chrono::seconds(5);
constexpr std::size_t kMaxPairs = 256;
constexpr std::size_t kHashColumns = 8;

std::string name(const std::string& hash, std::uint32_t id) {
  return hash.empty() ? absl::StrCat("number ", id) : hash.substr(0, kHashColumns);
}

}  // namespace

std::string text_of(const PathChange& change) {
  const std::string before = name(change.old_path_hash, change.old_path_id);
  const std::string after = name(change.new_path_hash, change.new_path_id);
  const std::string flows = absl::StrCat(change.flows, change.flows == 1 ? " flow" : " flows");
  if (change.per_second > 0) {
    const bool ascending = change.old_path_id < change.new_path_id;
    return absl::StrFormat("flows move between path %s and path %s, %.1f changes a second, %s",
                           ascending ? before : after, ascending ? after : before,
                           change.per_second, flows);
  }
  std::string text =
      change.flows == 1 ? "path changed" : absl::StrCat("path of ", flows, " changed");
  absl::StrAppend(&text, " from ", before, " to ", after, " at TTL ", int{change.first_ttl});
  if (change.last_ttl != change.first_ttl) absl::StrAppend(&text, "-", int{change.last_ttl});
  return text;
}

std::vector<Event> ChangeLimiter::add(Event event, base::Instant now) {
  const PathChange& change = *event.change;
  const auto [low, high] = std::minmax(change.old_path_id, change.new_path_id);
  const Pair pair{event.trace.value_or(0), low, high};
  event.text = text_of(change);
  const auto found = held_.find(pair);
  if (found == held_.end()) {
    if (held_.size() < kMaxPairs) {
      Held& held = held_[pair];
      held.since = now;
      held.last = event;
    }
    return {std::move(event)};
  }
  Held& held = found->second;
  held.both_ways = held.both_ways || held.last.change->old_path_id != change.old_path_id;
  if (held.count++ == 0) held.first = now;
  if (event.flow) held.flows.insert(*event.flow);
  held.last = std::move(event);
  if (now - held.since < kSummaryPeriod) return {};
  return {summary(held, now)};
}

/// Combines the events held back into one, and begins a new period.
Event ChangeLimiter::summary(Held& held, base::Instant now) {
  Event event = held.last;
  PathChange& change = *event.change;
  const double period = std::chrono::duration<double>(now - held.since).count();
  event.count = held.count;
  change.flows = static_cast<std::uint32_t>(std::max<std::size_t>(held.flows.size(), 1));
  if (held.both_ways && period > 0) {
    change.per_second = static_cast<double>(held.count) / change.flows / period;
  }
  if (change.flows > 1) {
    event.flow.reset();
    event.round.reset();
  }
  event.text = text_of(change);
  if (now > held.first) {
    const double seconds = std::chrono::duration<double>(now - held.first).count();
    absl::StrAppendFormat(&event.text, ", within the last %.1f s", seconds);
  }
  held.since = now;
  held.count = 0;
  held.flows.clear();
  held.both_ways = false;
  return event;
}

std::vector<Event> ChangeLimiter::due(base::Instant now, bool all) {
  return take_due(held_, kSummaryPeriod, now, all, [&](Held& held) { return summary(held, now); });
}

}  // namespace etr::trace
