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

bool ends_before(const KnownPath& path, std::size_t index) {
  return path.end && index >= *path.end;
}

bool known_beyond_end(const KnownPath& path, const std::optional<std::uint8_t>& end) {
  if (!end) return false;
  for (std::size_t index = *end; index < path.hops.size(); ++index) {
    if (!path.hops[index].empty()) return true;
  }
  return false;
}

/// Equal for paths of which the same is known. Of a hop balanced per packet only one router counts.
std::string text_of(const KnownPath& path) {
  std::string text;
  std::size_t known = 0;  // Of the text, up to the last known hop.
  for (const std::set<IpAddress>& hop : path.hops) {
    if (!hop.empty()) text += hop.begin()->to_string();
    text += '|';
    if (!hop.empty()) known = text.size();
  }
  if (path.end) return text + '.';
  text.resize(known);
  return text;
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
    if (old_hop == nullptr && !ends_before(before, index)) continue;
    if (new_hop == nullptr && !ends_before(after, index)) continue;
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

  /// One of which every hop is known, or null. A path of which this is also true is the same.
  Entry* complete() const {
    for (const auto* paths : {&holding, &others}) {
      for (Entry* entry : *paths) {
        if (entry->path.complete()) return entry;
      }
    }
    return nullptr;
  }
};

PathRegistry::Fits PathRegistry::fits(const KnownPath& path) {
  Fits result;
  for (const std::uint32_t id : distinct_.candidates(path.hops)) {
    Entry& entry = paths_.at(id);
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
  if (path.complete()) {
    if (Entry* same = found.complete()) {
      unite_balanced(*same, path.hops);
      return {same->path.id, knowledge};
    }
  }
  if (found.holding.size() > 1) return ambiguous(path, former);
  if (found.holding.size() == 1) {
    Entry& entry = *found.holding.front();
    unite_balanced(entry, path.hops);
    return {entry.path.id, knowledge};
  }
  const auto overlaps_and_ranks_no_lower = [&](const Entry* entry) {
    return relate(path, entry->path) == Relation::kOverlaps && score(entry->path) >= score(path);
  };
  if (std::any_of(found.others.begin(), found.others.end(), overlaps_and_ranks_no_lower)) {
    return ambiguous(path, former);
  }
  // The path is better known than all distinct paths it may be: it replaces them, and takes the
  // number of the one that it contains.
  Entry* grown = nullptr;
  for (Entry* entry : found.others) {
    if (grown == nullptr && relate(path, entry->path) == Relation::kContains) {
      grown = entry;
    } else {
      yield(*entry, path);
    }
  }
  ++version_;
  if (grown == nullptr) return {distinct(path, former).path.id, knowledge};
  set_path(*grown, path);
  return {grown->path.id, knowledge};
}

std::optional<std::uint32_t> PathRegistry::ending_in_gap(const KnownPath& path) const {
  if (!path.end || path.hops.size() != *path.end) return std::nullopt;
  KnownPath before = path;
  before.end.reset();
  before.hops.pop_back();
  while (!before.hops.empty() && before.hops.back().empty()) before.hops.pop_back();
  if (before.hops.empty()) return std::nullopt;
  std::optional<std::uint32_t> found;
  for (const std::uint32_t id : distinct_.candidates(before.hops)) {
    const KnownPath& other = paths_.at(id).path;
    if (!other.end || *other.end >= *path.end || *other.end <= before.hops.size()) continue;
    const std::set<IpAddress>* end = known_at(other, *other.end - 1U);
    if (end == nullptr || *end != path.hops.back()) continue;
    if (relate(before, other) != Relation::kWithin) continue;
    if (found) return std::nullopt;
    found = id;
  }
  return found;
}

/// The entry does not contradict a better known path, so it is no longer distinct. If all its hops
/// are known, it is that path.
void PathRegistry::yield(Entry& entry, const KnownPath& path) {
  set_distinct(entry, false);
  if (entry.path.complete() && path.complete()) united_.push_back(entry.path.id);
}

/// Unites the routers of hops balanced per packet. Paths that differed from this one at such a hop
/// only are the same path.
void PathRegistry::unite_balanced(Entry& entry, const PathHops& hops) {
  KnownPath united = entry.path;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (hops[i].size() > 1) united.hops[i].insert(hops[i].begin(), hops[i].end());
  }
  if (united.hops == entry.path.hops) return;
  set_path(entry, united);
  ++version_;
  const Fits found = fits(united);
  for (const auto* paths : {&found.holding, &found.others}) {
    for (Entry* other : *paths) {
      if (other != &entry) yield(*other, united);
    }
  }
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
  Entry* entry = find_ambiguous(path);
  if (entry == nullptr) entry = &add(path, former);
  set_distinct(*entry, true);
  return *entry;
}

PathRegistry::Match PathRegistry::ambiguous(const KnownPath& path,
                                            std::optional<std::uint32_t> former) {
  Entry* entry = find_ambiguous(path);
  if (entry == nullptr) entry = &add(path, former);
  return {entry->path.id, PathKnowledge::kAmbiguous};
}

PathRegistry::Entry* PathRegistry::find_ambiguous(const KnownPath& path) {
  const auto found = ambiguous_.find(text_of(path));
  return found == ambiguous_.end() ? nullptr : &paths_.at(found->second);
}

PathRegistry::Entry& PathRegistry::add(const KnownPath& path, std::optional<std::uint32_t> former) {
  const std::uint32_t id = former && !paths_.contains(*former) ? *former : next_id_++;
  Entry& entry = paths_[id];
  entry.path = KnownPath{id, path.hops, path.end};
  entry.used = ++clock_;
  unused_.emplace(entry.used, id);
  ambiguous_.emplace(text_of(path), id);
  return entry;
}

void PathRegistry::set_distinct(Entry& entry, bool distinct) {
  if (entry.distinct == distinct) return;
  list(entry, false);
  entry.distinct = distinct;
  list(entry, true);
}

void PathRegistry::set_path(Entry& entry, const KnownPath& path) {
  list(entry, false);
  entry.path = KnownPath{entry.path.id, path.hops, path.end};
  list(entry, true);
}

/// Adds the entry to the index of its kind, or removes it.
void PathRegistry::list(const Entry& entry, bool listed) {
  const std::uint32_t id = entry.path.id;
  if (entry.distinct) {
    listed ? distinct_.add(id, entry.path.hops) : distinct_.remove(id, entry.path.hops);
    return;
  }
  const std::string text = text_of(entry.path);
  const auto found = ambiguous_.find(text);
  if (listed) {
    ambiguous_.emplace(text, id);
  } else if (found != ambiguous_.end() && found->second == id) {
    ambiguous_.erase(found);
  }
}

void PathRegistry::refine(std::uint32_t id, const KnownPath& before, const KnownPath& path) {
  const auto found = paths_.find(id);
  if (found == paths_.end() || found->second.flows > 1) return;
  Entry& entry = found->second;
  if (relate(before, entry.path) != Relation::kEqual) return;
  if (entry.distinct && relate(path, before) != Relation::kContradicts) return;
  set_distinct(entry, false);
  set_path(entry, path);
  ++version_;
}

void PathRegistry::enter(std::uint32_t id) {
  Entry& entry = paths_.at(id);
  if (entry.flows++ == 0) unused_.erase({entry.used, id});
  forget();
}

void PathRegistry::leave(std::uint32_t id) {
  const auto found = paths_.find(id);
  if (found == paths_.end()) return;
  found->second.used = ++clock_;
  if (--found->second.flows == 0) unused_.emplace(found->second.used, id);
  forget();
}

/// Drops paths without flows beyond kMaxUnused, longest unused first.
void PathRegistry::forget() {
  while (unused_.size() > kMaxUnused) {
    const auto oldest = paths_.find(unused_.begin()->second);
    if (oldest->second.distinct) ++version_;
    list(oldest->second, false);
    paths_.erase(oldest);
    unused_.erase(unused_.begin());
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
