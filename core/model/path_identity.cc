#include "model/path_identity.h"

#include <algorithm>

namespace etr::model {

namespace {

constexpr std::size_t kMaxFormer = 64;
/// n_1 of the MDA at 95 %: six probes of one flow miss a 50:50 per-packet split with 3 %.
constexpr std::size_t kAlternationWindow = 6;
constexpr int kMinSwitches = 3;

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

/// A path that was taken to end at `end` may really end earlier: the probes that would have shown
/// it were lost. That is a correction, not a change, if nothing was heard in between.
bool end_was_overshot(const KnownPath& path, std::uint8_t end) {
  for (std::size_t index = end - 1U; index + 1 < *path.end; ++index) {
    if (heard(path, index) != nullptr) return false;
  }
  return true;
}

/// The other way round: a round that lost its probes to the path's end heard the destination only
/// further on.
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

Difference difference(const KnownPath& path, const Observation& seen) {
  Difference result;
  if (end_was_missed(path, seen)) {
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
      result.at(ttl);  // It goes on where it used to end.
    } else if (past_seen && known != nullptr && !overshot) {
      result.at(ttl);  // It ends where it used to go on.
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

/// Adds what a compatible observation heard for the first time.
/// True if it heard anything new.
bool refine(KnownPath& path, const Observation& seen) {
  const auto end_before = path.end;
  bool heard_more = false;
  if (seen.end && (!path.end || *seen.end < *path.end)) path.end = seen.end;
  if (path.end) {
    path.hops.resize(*path.end);
  } else if (seen.hops.size() > path.hops.size()) {
    path.hops.resize(seen.hops.size());
  }
  for (std::size_t i = 0; i < std::min(path.hops.size(), seen.hops.size()); ++i) {
    if (!path.hops[i].empty() || !seen.hops[i]) continue;
    path.hops[i].insert(*seen.hops[i]);
    heard_more = true;
  }
  return heard_more || path.end != end_before;
}

/// Another probe of the TTL was answered by the same responder.
bool confirmed(const Observation& seen, std::uint8_t ttl) {
  return std::any_of(seen.confirmations.begin(), seen.confirmations.end(), [&](const auto& one) {
    return one.ttl == ttl && seen.hops[ttl - 1U] == one.address;
  });
}

bool compatible(const KnownPath& path, const Observation& seen) {
  return difference(path, seen).count == 0;
}

}  // namespace

bool KnownPath::complete() const {
  return end && hops.size() == *end &&
         std::none_of(hops.begin(), hops.end(), [](const auto& hop) { return hop.empty(); });
}

std::uint32_t PathRegistry::id_for(const KnownPath& path) {
  if (path.complete()) {
    const auto found = complete_.find(path.hops);
    if (found != complete_.end()) return found->second;
  }
  return next_id_++;
}

void PathRegistry::note_complete(const KnownPath& path) {
  if (path.complete()) complete_.emplace(path.hops, path.id);
}

std::optional<std::uint8_t> PathIdentity::doubtful(const Observation& seen) const {
  if (!path_) return std::nullopt;
  const Difference differs = difference(*path_, seen);
  if (differs.count != 1 || (candidate_ && compatible(path_of(*candidate_), seen)))
    return std::nullopt;
  return differs.first_ttl;
}

std::optional<PathChange> PathIdentity::observe(const Observation& seen) {
  if (!path_) {
    path_ = path_of(seen);
    path_->id = registry_->id_for(*path_);
    ++revision_;
    registry_->note_complete(*path_);
    return std::nullopt;
  }
  note_alternation(seen);
  const Difference differs = difference(*path_, seen);
  if (differs.count == 0) {
    const bool was_complete = path_->complete();
    if (refine(*path_, seen)) ++revision_;
    if (!was_complete) registry_->note_complete(*path_);
    // Only a round that contradicts the candidate clears it; one that lost the hop says nothing.
    if (candidate_ && !compatible(path_of(*candidate_), seen)) candidate_.reset();
    return std::nullopt;
  }
  const bool seen_before = candidate_ && compatible(path_of(*candidate_), seen);
  if (differs.count >= 2 || seen_before || confirmed(seen, differs.first_ttl))
    return change_to(seen);
  candidate_ = seen;
  return std::nullopt;
}

void PathIdentity::note_alternation(const Observation& seen) {
  if (alternations_.size() < seen.hops.size()) alternations_.resize(seen.hops.size());
  for (std::size_t i = 0; i < seen.hops.size(); ++i) {
    if (seen.hops[i]) note_alternation(i, *seen.hops[i]);
  }
  for (const Observation::Confirmation& one : seen.confirmations) {
    note_alternation(one.ttl - 1U, one.address);
  }
}

void PathIdentity::note_alternation(std::size_t index, const IpAddress& answered) {
  std::deque<IpAddress>& last = alternations_[index].last;
  last.push_back(answered);
  if (last.size() > kAlternationWindow) last.pop_front();
  int switches = 0;
  for (std::size_t k = 1; k < last.size(); ++k) switches += last[k] != last[k - 1] ? 1 : 0;
  if (switches >= kMinSwitches && index < path_->hops.size() && !path_->hops[index].empty()) {
    const std::size_t known = path_->hops[index].size();
    path_->hops[index].insert(last.begin(), last.end());
    if (path_->hops[index].size() != known) ++revision_;
  }
}

std::optional<PathChange> PathIdentity::change_to(const Observation& seen) {
  const Difference differs = difference(*path_, seen);
  candidate_.reset();
  const KnownPath old = *path_;
  remember(old);
  const auto known = std::find_if(former_.begin(), former_.end(),
                                  [&](const KnownPath& path) { return compatible(path, seen); });
  if (known != former_.end()) {
    path_ = *known;
    former_.erase(known);
    refine(*path_, seen);
  } else {
    path_ = path_of(seen);
    path_->id = registry_->id_for(*path_);
  }
  registry_->note_complete(*path_);
  ++revision_;
  return PathChange{old.id, path_->id, differs.first_ttl, differs.last_ttl};
}

void PathIdentity::remember(KnownPath path) {
  former_.push_front(std::move(path));
  if (former_.size() > kMaxFormer) former_.pop_back();
}

std::optional<IpAddress> PathIdentity::address(std::uint8_t ttl) const {
  if (!path_ || ttl == 0 || ttl > path_->hops.size() || path_->hops[ttl - 1U].empty()) {
    return std::nullopt;
  }
  return *path_->hops[ttl - 1U].begin();
}

std::string PathIdentity::canonical() const {
  std::string text;
  if (!path_) return text;
  for (const std::set<IpAddress>& hop : path_->hops) {
    if (hop.empty()) continue;
    text += hop.begin()->to_string();
    text += '|';
  }
  return text;
}

}  // namespace etr::model
