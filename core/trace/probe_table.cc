#include "trace/probe_table.h"

#include <algorithm>

namespace etr::trace {

namespace {

/// Ids are 1..65535 and wrap around.
constexpr std::uint32_t kIds = 65535;
/// Far below kIds, so that an id identifies one probe only.
constexpr std::size_t kMaxRemembered = 32768;

}  // namespace

Probe* ProbeTable::add(std::uint8_t ttl, std::uint64_t round) {
  if (ttl >= cells_.size()) cells_.resize(ttl + 1U);
  std::vector<std::uint16_t>& cell = cells_[ttl];
  if (cell.empty()) cell.resize(slots_);
  const std::optional<std::uint16_t> slot = slot_for(ttl, round);
  if (!slot) return nullptr;
  if (probes_.size() >= kMaxRemembered) {
    if (probes_.front().state == ProbeState::kInFlight) return nullptr;
    forget_oldest();
  }
  Probe probe;
  probe.id = next_id_;
  probe.ttl = ttl;
  probe.slot = *slot;
  probe.round = round;
  next_id_ = next_id_ == kIds ? std::uint16_t{1} : static_cast<std::uint16_t>(next_id_ + 1);
  cell[*slot] = probe.id;
  return &probes_.emplace_back(probe);
}

/// The first slot without a remembered probe, else the one used longest ago: a probe that was
/// withdrawn or lost may still be answered, and its reply must not be taken for that of a new one.
std::optional<std::uint16_t> ProbeTable::slot_for(std::uint8_t ttl, std::uint64_t round) {
  std::optional<std::uint16_t> oldest;
  std::uint32_t age_of_oldest = 0;
  for (std::uint32_t step = 0; step < slots_; ++step) {
    const auto slot = static_cast<std::uint16_t>((round + step) % slots_);
    const Probe* user = by_cell({ttl, slot});
    if (user == nullptr) return slot;
    const std::uint32_t age = (next_id_ + kIds - user->id) % kIds;
    if (user->state == ProbeState::kInFlight || age <= age_of_oldest) continue;
    oldest = slot;
    age_of_oldest = age;
  }
  return oldest;
}

Probe* ProbeTable::by_cell(ProbeId id) {
  if (id.ttl >= cells_.size() || id.slot >= cells_[id.ttl].size()) return nullptr;
  Probe* probe = by_id(cells_[id.ttl][id.slot]);
  // The id may have wrapped around to another probe since the slot was used.
  if (probe == nullptr || probe->ttl != id.ttl || probe->slot != id.slot) return nullptr;
  return probe;
}

Probe* ProbeTable::by_id(std::uint16_t id) {
  if (id == 0 || probes_.empty()) return nullptr;
  const std::uint32_t offset = (id + kIds - probes_.front().id) % kIds;
  if (offset >= probes_.size()) return nullptr;
  return &probes_[offset];
}

Probe* ProbeTable::last_from(std::uint8_t ttl) {
  const auto found = std::find_if(probes_.rbegin(), probes_.rend(),
                                  [=](const Probe& probe) { return probe.ttl >= ttl; });
  return found == probes_.rend() ? nullptr : &*found;
}

void ProbeTable::forget(base::Instant before) {
  while (!probes_.empty() && probes_.front().state != ProbeState::kInFlight &&
         probes_.front().sent < before) {
    forget_oldest();
  }
}

void ProbeTable::forget_oldest() {
  probes_.pop_front();
  if (decided_ > 0) --decided_;
}

}  // namespace etr::trace
