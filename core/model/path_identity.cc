#include "model/path_identity.h"

#include <algorithm>
#include <set>
#include <utility>

namespace etr::model {

namespace {

constexpr std::size_t kMaxFormerPaths = 64;

/// The TTLs at which an observation contradicts a path.
struct Difference {
  int count = 0;
  std::uint8_t first_ttl = 0;
  std::uint8_t last_ttl = 0;
  void at(std::size_t ttl) {
    if (count++ == 0) first_ttl = static_cast<std::uint8_t>(ttl);
    last_ttl = static_cast<std::uint8_t>(ttl);
  }
};

const std::set<IpAddress>* heard(const KnownPath& path, std::size_t index) {
  if (index >= path.hops.size() || path.hops[index].empty()) return nullptr;
  return &path.hops[index];
}

/// The highest TTL at which a router is known; 0: none.
std::size_t known_length(const KnownPath& path) {
  std::size_t length = path.hops.size();
  while (length > 0 && path.hops[length - 1].empty()) --length;
  return length;
}

/// A path thought to end at `path.end` may really end earlier, at `end`, if the probes that would
/// have shown it were lost. That is a correction, not a change, if nothing was heard in between.
bool end_was_overshot(const KnownPath& path, std::uint8_t end) {
  for (std::size_t index = end - 1U; index + 1 < *path.end; ++index) {
    if (heard(path, index) != nullptr) return false;
  }
  return true;
}

/// The reverse: a round that lost its probes to the end of the path heard the destination only at a
/// higher TTL.
bool end_was_missed(const KnownPath& path, const Observation& seen) {
  if (!path.end || !seen.end || *seen.end <= *path.end || seen.hops.size() < *seen.end)
    return false;
  for (std::size_t index = *path.end - 1U; index + 1U < *seen.end; ++index) {
    if (seen.hops[index]) return false;
  }
  const std::set<IpAddress>* end = heard(path, *path.end - 1U);
  const std::optional<IpAddress>& answered = seen.hops[*seen.end - 1U];
  return end == nullptr || !answered || end->contains(*answered);
}

/// `as_seen`: the path ends where it was seen to.
Difference difference(const KnownPath& path, const Observation& seen, bool as_seen = false) {
  Difference result;
  if (!as_seen && end_was_missed(path, seen)) {
    Observation without_end = seen;
    without_end.hops.resize(*path.end - 1U);
    without_end.end.reset();
    return difference(path, without_end);
  }
  const bool overshot =
      path.end && seen.end && *seen.end < *path.end && end_was_overshot(path, *seen.end);
  const std::size_t length = std::max(path.hops.size(), seen.hops.size());
  for (std::size_t index = 0; index < length; ++index) {
    const std::size_t ttl = index + 1;
    const bool past_path = path.end && ttl > *path.end;
    const bool past_seen = seen.end && ttl > *seen.end;
    const std::set<IpAddress>* known = past_path ? nullptr : heard(path, index);
    const bool answered = !past_seen && index < seen.hops.size() && seen.hops[index].has_value();
    if (known != nullptr && answered) {
      if (!known->contains(*seen.hops[index])) result.at(ttl);
    } else if (past_path && answered) {
      result.at(ttl);  // The path goes on where it used to end.
    } else if (past_seen && known != nullptr && !overshot) {
      result.at(ttl);  // The path ends where it used to go on.
    }
  }
  return result;
}

KnownPath path_of(const Observation& seen) {
  KnownPath path;
  path.end = seen.end;
  const std::size_t length = seen.end ? *seen.end : seen.hops.size();
  path.hops.resize(length);
  for (std::size_t i = 0; i < std::min(length, seen.hops.size()); ++i) {
    if (seen.hops[i]) path.hops[i].insert(*seen.hops[i]);
  }
  return path;
}

/// Adds hops that a compatible observation heard for the first time.
void refine(KnownPath& path, const Observation& seen) {
  if (seen.end && (!path.end || *seen.end < *path.end)) path.end = seen.end;
  if (path.end) {
    path.hops.resize(*path.end);
  } else if (seen.hops.size() > path.hops.size()) {
    path.hops.resize(seen.hops.size());
  }
  for (std::size_t i = 0; i < std::min(path.hops.size(), seen.hops.size()); ++i) {
    if (path.hops[i].empty() && seen.hops[i]) path.hops[i].insert(*seen.hops[i]);
  }
}

/// A second probe of the TTL was answered by the same responder.
bool confirmed(const Observation& seen, std::uint8_t ttl) {
  return std::any_of(seen.confirmations.begin(), seen.confirmations.end(), [&](const auto& one) {
    return one.ttl == ttl && seen.hops[ttl - 1U] == one.address;
  });
}

bool compatible(const KnownPath& path, const Observation& seen) {
  return difference(path, seen).count == 0;
}

}  // namespace

PathIdentity::~PathIdentity() {
  if (on_) registry_->leave(*on_);
}

/// Looks up the number of the path, and moves the flow to that path in the registry.
void PathIdentity::settle(std::optional<std::uint32_t> former) {
  const auto shorter = end_in_doubt() ? registry_->ending_in_gap(*path_) : std::nullopt;
  PathRegistry::Match match = shorter ? PathRegistry::Match{*shorter, PathKnowledge::kGaps}
                                      : registry_->resolve(*path_, former);
  if (quiet_rounds_ == kQuietRounds && stops_before_end_of(match.id)) {
    match = registry_->ambiguous(*path_, former);
  }
  knowledge_ = match.known;
  path_->id = match.id;
  if (on_ != match.id) {
    registry_->enter(match.id);
    if (on_) registry_->leave(*on_);
    on_ = match.id;
  }
  resolved_at_ = registry_->version();
  ++revision_;
}

bool PathIdentity::end_in_doubt() const {
  return path_->end && *path_->end > 1 && end_seen_ < kSureRounds &&
         path_->hops[*path_->end - 2U].empty();
}

void PathIdentity::note_end(const Observation& seen, std::optional<std::uint8_t> before) {
  if (path_->end != before) end_seen_ = 0;
  if (seen.end && seen.end == path_->end && end_seen_ < kSureRounds) ++end_seen_;
}

/// An end that no reply to this flow has shown is none where it is silent against all chance.
void PathIdentity::drop_silent_end(const Observation& seen) {
  if (seen.silent_end && path_->end && heard(*path_, *path_->end - 1U) == nullptr) {
    path_->end.reset();
  }
}

/// True if the path has gone on beyond its end in kMissedEnds rounds, with silence in between: such
/// a run of losses at the end is unlikely.
bool PathIdentity::note_missed_end(const Observation& seen) {
  if (!end_was_missed(*path_, seen)) {
    if (seen.end && seen.end == path_->end) missed_ends_ = 0;
    return false;
  }
  return ++missed_ends_ >= kMissedEnds;
}

/// True if the flow has now been quiet for long enough, or it has changed what that means.
bool PathIdentity::note_quiet(const Observation& seen) {
  const auto heard = [](const auto& hop) { return hop.has_value(); };
  const std::size_t beyond = std::min(known_length(*path_), seen.hops.size());
  if (path_->end || std::any_of(seen.hops.begin() + static_cast<std::ptrdiff_t>(beyond),
                                seen.hops.end(), heard)) {
    quiet_rounds_ = 0;
    return false;
  }
  const bool was_silent = std::exchange(silent_end_, seen.silent_end);
  if (quiet_rounds_ == kQuietRounds) return was_silent != silent_end_;
  return ++quiet_rounds_ == kQuietRounds;
}

/// That path has a known hop more, and this is not one hop that limits its replies.
bool PathIdentity::stops_before_end_of(std::uint32_t id) const {
  const KnownPath* other = registry_->find(id);
  const std::size_t least = known_length(*path_) + (silent_end_ ? 1 : 2);
  return other != nullptr && other->end && known_length(*other) >= least;
}

std::optional<std::uint8_t> PathIdentity::end() const {
  if (!path_) return std::nullopt;
  const KnownPath* known = end_in_doubt() ? registry_->find(path_->id) : nullptr;
  return known != nullptr && known->end ? known->end : path_->end;
}

bool PathIdentity::resolve() {
  if (!path_ || resolved_at_ == registry_->version()) return false;
  resolved_at_ = registry_->version();
  if (knowledge_ == PathKnowledge::kWhole && registry_->is_distinct(path_->id)) return false;
  settle({});
  return true;
}

std::optional<IpAddress> PathIdentity::address(std::uint8_t ttl) const {
  if (!path_ || ttl == 0 || ttl > path_->hops.size() || path_->hops[ttl - 1U].empty()) {
    return std::nullopt;
  }
  return *path_->hops[ttl - 1U].begin();
}

std::string PathIdentity::canonical() const {
  if (!path_) return {};
  const KnownPath* known =
      knowledge_ == PathKnowledge::kAmbiguous ? nullptr : registry_->find(path_->id);
  return (known != nullptr ? *known : *path_).canonical();
}

std::optional<std::uint8_t> PathIdentity::doubtful(const Observation& seen) const {
  if (!path_) return std::nullopt;
  if (const auto ttl = alternations_.under_test(seen)) return ttl;
  const Difference differs = difference(*path_, seen);
  if (differs.count != 1 || (candidate_ && compatible(path_of(*candidate_), seen)))
    return std::nullopt;
  return differs.first_ttl;
}

std::optional<IdentityChange> PathIdentity::observe(const Observation& seen) {
  if (!path_) {
    path_ = path_of(seen);
    note_end(seen, path_->end);
    settle({});
    return std::nullopt;
  }
  const bool balanced = note_alternations(seen);
  drop_silent_end(seen);
  if (note_missed_end(seen)) return change_to(seen, true);
  const Difference differs = difference(*path_, seen);
  if (differs.count == 0) {
    const KnownPath before = *path_;
    const bool doubted = end_in_doubt();
    const bool quiet = note_quiet(seen);
    refine(*path_, seen);
    note_end(seen, before.end);
    if (balanced || quiet || doubted != end_in_doubt() || before.hops != path_->hops ||
        before.end != path_->end) {
      registry_->refine(path_->id, before, *path_);
      settle({});
    } else {
      resolve();
    }
    // A round that lost the hop neither confirms nor contradicts the candidate.
    if (candidate_ && !compatible(path_of(*candidate_), seen)) candidate_.reset();
    return std::nullopt;
  }
  const bool seen_before = candidate_ && compatible(path_of(*candidate_), seen);
  const bool certain = differs.count >= 2 || confirmed(seen, differs.first_ttl);
  if (seen_before || (certain && !mixes_known_paths(seen))) return change_to(seen);
  candidate_ = seen;
  if (balanced) settle({});
  resolve();
  return std::nullopt;
}

/// True if a hop of the path became a set of routers, or a single one again.
bool PathIdentity::note_alternations(const Observation& seen) {
  if (!alternations_.empty()) ++revision_;
  alternations_.note(seen, *path_);
  const bool added = alternations_.spread(*path_);
  return alternations_.forget_calm(*path_) || added;
}

/// True if the round shows hops of the present path and of a former one, and fits neither: it may
/// have been in progress while the route changed.
bool PathIdentity::mixes_known_paths(const Observation& seen) const {
  const auto mixed_with = [&](const KnownPath& other) {
    if (compatible(other, seen)) return false;
    KnownPath both = *path_;
    both.hops.resize(std::max(both.hops.size(), other.hops.size()));
    for (std::size_t i = 0; i < other.hops.size(); ++i) {
      both.hops[i].insert(other.hops[i].begin(), other.hops[i].end());
    }
    if (both.end != other.end) both.end.reset();
    return compatible(both, seen);
  };
  const bool former = std::any_of(former_.begin(), former_.end(),
                                  [&](const KnownPath& path) { return compatible(path, seen); });
  return !former && std::any_of(former_.begin(), former_.end(), mixed_with);
}

std::optional<IdentityChange> PathIdentity::change_to(const Observation& seen, bool as_seen) {
  const Difference differs = difference(*path_, seen, as_seen);
  missed_ends_ = 0;
  candidate_.reset();
  IdentityChange change{*path_, differs.first_ttl, differs.last_ttl};
  const auto known = std::find_if(former_.begin(), former_.end(), [&](const KnownPath& path) {
    return difference(path, seen, as_seen).count == 0;
  });
  KnownPath next = path_of(seen);
  std::optional<std::uint32_t> former;
  if (known != former_.end()) {
    next = std::move(*known);
    former = next.id;
    former_.erase(known);
    refine(next, seen);
  }
  remember(std::move(*path_));
  path_ = std::move(next);
  end_seen_ = kSureRounds;
  quiet_rounds_ = 0;
  alternations_.spread(*path_);
  settle(former);
  // The same path, if that hop is balanced per packet, as other flows or this change show.
  const KnownPath* known_now = registry_->find(path_->id);
  if (known_now != nullptr && relate(change.before, *known_now) != Relation::kContradicts) {
    return std::nullopt;
  }
  return change;
}

void PathIdentity::remember(KnownPath path) {
  former_.push_front(std::move(path));
  if (former_.size() > kMaxFormerPaths) former_.pop_back();
}

}  // namespace etr::model
