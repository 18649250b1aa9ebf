#include "model/path_registry.h"

#include <algorithm>
#include <utility>

namespace etr::model {

namespace {

const std::set<IpAddress>* known_at(const KnownPath& path, std::size_t index) {
  if (index >= path.hops.size() || path.hops[index].empty()) return nullptr;
  return &path.hops[index];
}

bool intersect(const std::set<IpAddress>& a, const std::set<IpAddress>& b) {
  return std::any_of(a.begin(), a.end(), [&](const IpAddress& one) { return b.contains(one); });
}

bool known_beyond_end(const KnownPath& path, const std::optional<std::uint8_t>& end) {
  if (!end) return false;
  for (std::size_t index = *end; index < path.hops.size(); ++index) {
    if (!path.hops[index].empty()) return true;
  }
  return false;
}

}  // namespace

bool KnownPath::complete() const {
  return end && hops.size() == *end &&
         std::none_of(hops.begin(), hops.end(), [](const auto& hop) { return hop.empty(); });
}

bool KnownPath::knows_nothing() const {
  return std::all_of(hops.begin(), hops.end(), [](const auto& hop) { return hop.empty(); });
}

std::string KnownPath::canonical() const {
  std::string text;
  for (const std::set<IpAddress>& hop : hops) {
    if (hop.empty()) continue;
    text += hop.begin()->to_string();
    text += '|';
  }
  return text;
}

Relation relate(const KnownPath& path, const KnownPath& other) {
  // Different ends, or a known hop past the other's end, are a contradiction.
  if (path.end && other.end && *path.end != *other.end) return Relation::kContradicts;
  if (known_beyond_end(path, other.end) || known_beyond_end(other, path.end)) {
    return Relation::kContradicts;
  }
  bool more = path.end && !other.end;
  bool less = !path.end && other.end;
  const std::size_t length = std::max(path.hops.size(), other.hops.size());
  for (std::size_t index = 0; index < length; ++index) {
    const std::set<IpAddress>* own = known_at(path, index);
    const std::set<IpAddress>* others = known_at(other, index);
    if (own != nullptr && others != nullptr) {
      if (!intersect(*own, *others)) return Relation::kContradicts;
      more = more || (own->size() > 1 && others->size() == 1);
      less = less || (own->size() == 1 && others->size() > 1);
    } else {
      more = more || own != nullptr;
      less = less || others != nullptr;
    }
  }
  if (more) return less ? Relation::kOverlaps : Relation::kContains;
  return less ? Relation::kWithin : Relation::kEqual;
}

std::vector<HopChange> differing_hops(const KnownPath& before, const KnownPath& after) {
  std::vector<HopChange> changes;
  const std::size_t length = std::max(before.hops.size(), after.hops.size());
  for (std::size_t index = 0; index < length; ++index) {
    const std::set<IpAddress>* old_hop = known_at(before, index);
    const std::set<IpAddress>* new_hop = known_at(after, index);
    if (old_hop == nullptr && new_hop == nullptr) continue;
    if (old_hop != nullptr && new_hop != nullptr && intersect(*old_hop, *new_hop)) continue;
    HopChange& change = changes.emplace_back();
    change.ttl = static_cast<std::uint8_t>(index + 1);
    if (old_hop != nullptr) change.old_address = *old_hop->begin();
    if (new_hop != nullptr) change.new_address = *new_hop->begin();
  }
  return changes;
}

/// The distinct paths that do not contradict a path.
struct PathRegistry::Fits {
  std::vector<Entry*> holding;  ///< They know every hop that the path knows.
  std::vector<Entry*> others;
};

PathRegistry::Fits PathRegistry::fits(const KnownPath& path) {
  Fits result;
  for (auto& [id, entry] : paths_) {
    if (!entry.distinct) continue;
    switch (relate(path, entry.path)) {
      case Relation::kContradicts: break;
      case Relation::kEqual:
      case Relation::kWithin: result.holding.push_back(&entry); break;
      case Relation::kContains:
      case Relation::kOverlaps: result.others.push_back(&entry); break;
    }
  }
  return result;
}

PathRegistry::Match PathRegistry::resolve(const KnownPath& path,
                                          std::optional<std::uint32_t> former) {
  if (path.knows_nothing()) return ambiguous(path, former);
  note_branching(path);
  const PathKnowledge knowledge = path.complete() ? PathKnowledge::kWhole : PathKnowledge::kGaps;
  const Fits found = fits(path);
  if (found.holding.size() > 1) return ambiguous(path, former);
  if (found.holding.size() == 1) {
    Entry& entry = *found.holding.front();
    // The routers of a hop balanced per packet are united.
    for (std::size_t i = 0; i < path.hops.size(); ++i) {
      if (path.hops[i].size() > 1)
        entry.path.hops[i].insert(path.hops[i].begin(), path.hops[i].end());
    }
    return {entry.path.id, knowledge};
  }
  const auto as_well_known = [&](const Entry* entry) {
    return relate(path, entry->path) == Relation::kOverlaps && score(entry->path) >= score(path);
  };
  if (std::any_of(found.others.begin(), found.others.end(), as_well_known)) {
    return ambiguous(path, former);
  }
  // The path is better known than all distinct paths it may be: it replaces them, and takes the
  // number of the one that it contains.
  Entry* grown = nullptr;
  for (Entry* entry : found.others) {
    if (grown == nullptr && relate(path, entry->path) == Relation::kContains) {
      grown = entry;
    } else {
      entry->distinct = false;
    }
  }
  ++version_;
  if (grown == nullptr) return {distinct(path, former).path.id, knowledge};
  grown->path = KnownPath{grown->path.id, path.hops, path.end};
  return {grown->path.id, knowledge};
}

/// Records the TTLs at which different routers were seen.
void PathRegistry::note_branching(const KnownPath& path) {
  if (fans_.size() < path.hops.size()) fans_.resize(path.hops.size());
  for (std::size_t index = 0; index < path.hops.size(); ++index) {
    const std::set<IpAddress>& hop = path.hops[index];
    Fan& fan = fans_[index];
    if (hop.empty() || fan.branches) continue;
    if (fan.first.empty()) fan.first = hop;
    fan.branches = !intersect(fan.first, hop);
    if (fan.branches) ++version_;
  }
}

/// How well a path is distinguished from others: by its known hops where paths branch, then by all
/// known hops.
std::size_t PathRegistry::score(const KnownPath& path) const {
  constexpr std::size_t kMaxHops = 256;
  std::size_t score = path.end ? 1 : 0;
  for (std::size_t index = 0; index < path.hops.size(); ++index) {
    if (path.hops[index].empty()) continue;
    score += index < fans_.size() && fans_[index].branches ? 2 * kMaxHops : 1;
  }
  return score;
}

PathRegistry::Entry& PathRegistry::distinct(const KnownPath& path,
                                            std::optional<std::uint32_t> former) {
  Entry* entry = find_equal(path);
  if (entry == nullptr) entry = &add(path, former);
  entry->distinct = true;
  return *entry;
}

PathRegistry::Match PathRegistry::ambiguous(const KnownPath& path,
                                            std::optional<std::uint32_t> former) {
  Entry* entry = find_equal(path);
  if (entry == nullptr) entry = &add(path, former);
  return {entry->path.id, PathKnowledge::kAmbiguous};
}

PathRegistry::Entry* PathRegistry::find_equal(const KnownPath& path) {
  for (auto& [id, entry] : paths_) {
    if (!entry.distinct && relate(path, entry.path) == Relation::kEqual) return &entry;
  }
  return nullptr;
}

PathRegistry::Entry& PathRegistry::add(const KnownPath& path, std::optional<std::uint32_t> former) {
  const std::uint32_t id = former && !paths_.contains(*former) ? *former : next_id_++;
  Entry& entry = paths_[id];
  entry.path = KnownPath{id, path.hops, path.end};
  entry.used = ++clock_;
  ++unused_;
  return entry;
}

void PathRegistry::refine(std::uint32_t id, const KnownPath& before, const KnownPath& path) {
  const auto found = paths_.find(id);
  if (found == paths_.end() || found->second.flows > 1) return;
  if (relate(before, found->second.path) != Relation::kEqual) return;
  if (found->second.distinct && relate(path, before) != Relation::kContradicts) return;
  found->second.path = KnownPath{id, path.hops, path.end};
  found->second.distinct = false;
  ++version_;
}

void PathRegistry::enter(std::uint32_t id) {
  Entry& entry = paths_.at(id);
  if (entry.flows++ == 0) --unused_;
  forget();
}

void PathRegistry::leave(std::uint32_t id) {
  const auto found = paths_.find(id);
  if (found == paths_.end()) return;
  found->second.used = ++clock_;
  if (--found->second.flows == 0) ++unused_;
  forget();
}

/// Drops paths without flows beyond kMaxUnused, longest unused first.
void PathRegistry::forget() {
  while (unused_ > kMaxUnused) {
    auto oldest = paths_.end();
    for (auto it = paths_.begin(); it != paths_.end(); ++it) {
      if (it->second.flows > 0) continue;
      if (oldest == paths_.end() || it->second.used < oldest->second.used) oldest = it;
    }
    if (oldest->second.distinct) ++version_;
    paths_.erase(oldest);
    --unused_;
  }
}

bool PathRegistry::is_distinct(std::uint32_t id) const {
  const auto found = paths_.find(id);
  return found != paths_.end() && found->second.distinct;
}

const KnownPath* PathRegistry::find(std::uint32_t id) const {
  const auto found = paths_.find(id);
  return found == paths_.end() ? nullptr : &found->second.path;
}

}  // namespace etr::model
