#include "model/path_table.h"

#include <algorithm>

namespace etr::model {

PathRecord& PathTable::join(const GraphFlow& flow, std::uint32_t id) {
  if (places_.size() <= flow.flow) places_.resize(flow.flow + std::size_t{1});
  const auto [place, added] = by_id_.try_emplace(id, 0);
  if (added) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(records_.size()));
      records_.emplace_back();
    }
    place->second = free_.back();
    free_.pop_back();
    records_[place->second].used = true;
    records_[place->second].id = id;
  }
  PathRecord& record = records_[place->second];
  if (record.members.empty() && record.left != 0) {
    left_.erase(record.left);
    record.left = 0;
  }
  if (record.members.empty()) {
    record.representative = flow.flow;
    record.known_hops = 0;
    record.former.clear();
  }
  places_[flow.flow] = {place->second, static_cast<std::uint32_t>(record.members.size())};
  record.members.push_back(flow);
  record.listed.reset();
  return record;
}

void PathTable::leave(std::uint32_t flow, const std::vector<std::uint32_t>& vertices, bool taken) {
  PathRecord* record = of_flow(flow);
  if (record == nullptr) return;
  const Place place = places_[flow];
  places_[flow] = {};
  record->members[place.member] = record->members.back();
  record->members.pop_back();
  record->listed.reset();
  record->taken = record->taken || taken;
  if (record->members.empty() && !record->taken) return forget(place.record);
  if (record->members.empty()) {
    record->former = vertices;
    record->left = ++last_left_;
    left_.emplace(record->left, place.record);
    if (left_.size() > kMostLeft) {
      const std::uint32_t oldest = left_.begin()->second;
      left_.erase(left_.begin());
      forget(oldest);
    }
    return;
  }
  if (place.member < record->members.size()) {
    places_[record->members[place.member].flow].member = place.member;
  }
  if (record->representative == flow) {
    record->representative = record->members.back().flow;
    record->known_hops = 0;
  }
}

void PathTable::forget_guess(std::uint32_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const std::uint32_t place = found->second;
  records_[place].taken = false;
  if (!records_[place].members.empty()) return;
  left_.erase(records_[place].left);
  forget(place);
}

PathRecord* PathTable::at_or_after(std::uint32_t id) {
  const auto found = by_id_.lower_bound(id);
  return found == by_id_.end() ? nullptr : &records_[found->second];
}

PathRecord* PathTable::of_flow(std::uint32_t flow) {
  return flow < places_.size() && places_[flow].record != kNone ? &records_[places_[flow].record]
                                                                : nullptr;
}

const PathRecord* PathTable::of_flow(std::uint32_t flow) const {
  return flow < places_.size() && places_[flow].record != kNone ? &records_[places_[flow].record]
                                                                : nullptr;
}

void PathTable::forget(std::uint32_t record) {
  by_id_.erase(records_[record].id);
  records_[record] = {};
  free_.push_back(record);
}

void PathTable::clear_statistics() {
  for (PathRecord& record : records_) record.at_end = {};
}

std::size_t PathTable::memory() const {
  std::size_t octets = records_.size() * sizeof(PathRecord) + places_.capacity() * sizeof(Place);
  for (const PathRecord& record : records_) octets += record.members.capacity() * sizeof(GraphFlow);
  return octets;
}

}  // namespace etr::model
