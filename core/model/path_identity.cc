#include "model/path_identity.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <utility>

namespace etr::model {

namespace {

constexpr std::size_t kMaxFormer = 64;

// A hop alternates if its address switched three times within 8 rounds; a route that changed and
// changed back is only two switches.
constexpr std::uint32_t kRecentRounds = 0xFF;
constexpr int kMinSwitches = 3;
/// From this number of switches on the TTL is probed twice per round, until the evidence decides.
constexpr int kSuspicious = 2;
/// Probability that the two replies of a round come from different routers: behind a balancer over
/// two links, and behind a route that flaps less than once a second.
constexpr double kBalancedPairs = 0.5;
constexpr double kFlappingPairs = 0.12;
/// The log-likelihood ratios that decide for a balancer and for a flapping route. The ratio fades
/// from round to round, so that the TTL is tested again now and then: a balancer may take the
/// flapping route's place.
constexpr double kBalances = 6;
constexpr double kFlaps = -4;
constexpr double kFading = 0.98;
/// A balancer over two links sends 16 probes over the same one with probability 2^-15.
constexpr int kCalmAnswers = 16;

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

int PathIdentity::Alternation::recent_switches() const {
  return std::popcount(switched & kRecentRounds);
}

void PathIdentity::Alternation::add_router(const IpAddress& address) {
  const auto end = routers.begin() + router_count;
  if (router_count == kMaxRouters || std::find(routers.begin(), end, address) != end) return;
  routers[router_count++] = address;
}

void PathIdentity::Alternation::answer(const IpAddress& address, bool same_round) {
  const bool other = address != last;
  add_router(address);
  last = address;
  if (same_round) return;
  answered |= 1U;
  switched |= other ? 1U : 0U;
}

void PathIdentity::Alternation::weigh(bool contradicted) {
  tested = true;
  evidence += contradicted ? std::log(kBalancedPairs / kFlappingPairs)
                           : std::log((1 - kBalancedPairs) / (1 - kFlappingPairs));
}

PathIdentity::~PathIdentity() {
  if (on_) registry_->leave(*on_);
}

/// Looks up the number of the path, and moves the flow to that path in the registry.
void PathIdentity::settle(std::optional<std::uint32_t> former) {
  const PathRegistry::Match match = registry_->resolve(*path_, former);
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

bool PathIdentity::resolve() {
  if (!path_ || resolved_at_ == registry_->version()) return false;
  resolved_at_ = registry_->version();
  if (knowledge_ == PathKnowledge::kWhole && registry_->is_distinct(path_->id)) return false;
  settle({});
  return true;
}

bool PathIdentity::balanced_per_packet(std::uint8_t ttl) const {
  const Alternation* known = alternation(ttl);
  return known != nullptr && known->balanced;
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
  if (const auto ttl = under_test(seen)) return ttl;
  const Difference differs = difference(*path_, seen);
  if (differs.count != 1 || (candidate_ && compatible(path_of(*candidate_), seen)))
    return std::nullopt;
  return differs.first_ttl;
}

/// The TTL to probe a second time. The choice must not depend on whether the round differs from the
/// path: right after a route change the next one is far away, which would bias the test.
std::optional<std::uint8_t> PathIdentity::under_test(const Observation& seen) const {
  for (const Alternation& one : alternations_) {
    const bool answered = one.ttl <= seen.hops.size() && seen.hops[one.ttl - 1U];
    if (one.balanced || !answered || one.recent_switches() < kSuspicious) continue;
    if (one.evidence > kFlaps && !moves_with_flapping(one)) return one.ttl;
  }
  return std::nullopt;
}

/// The TTL switches together with one that is known to flap.
bool PathIdentity::moves_with_flapping(const Alternation& one) const {
  return std::any_of(alternations_.begin(), alternations_.end(), [&](const Alternation& other) {
    return &other != &one && other.evidence <= kFlaps && move_together(one, other);
  });
}

bool PathIdentity::move_together(const Alternation& one, const Alternation& other) {
  const std::uint32_t both = one.answered & other.answered;
  const int together = std::popcount(one.switched & other.switched & both);
  const int alone = std::popcount((one.switched ^ other.switched) & both);
  return alone < kMinSwitches || 5 * alone < 2 * (alone + together);
}

std::optional<IdentityChange> PathIdentity::observe(const Observation& seen) {
  if (!path_) {
    path_ = path_of(seen);
    settle({});
    return std::nullopt;
  }
  const bool balanced = note_alternation(seen);
  const Difference differs = difference(*path_, seen);
  if (differs.count == 0) {
    const KnownPath before = *path_;
    refine(*path_, seen);
    if (balanced || before.hops != path_->hops || before.end != path_->end) {
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

PathIdentity::Alternation* PathIdentity::alternation(std::uint8_t ttl) {
  const auto found = std::find_if(alternations_.begin(), alternations_.end(),
                                  [&](const Alternation& one) { return one.ttl == ttl; });
  return found == alternations_.end() ? nullptr : &*found;
}

const PathIdentity::Alternation* PathIdentity::alternation(std::uint8_t ttl) const {
  const auto found = std::find_if(alternations_.begin(), alternations_.end(),
                                  [&](const Alternation& one) { return one.ttl == ttl; });
  return found == alternations_.end() ? nullptr : &*found;
}

/// Records which TTLs alternate. True if a hop of the path became a set of routers, or a single one
/// again.
bool PathIdentity::note_alternation(const Observation& seen) {
  if (!alternations_.empty()) ++revision_;
  const auto tested = under_test(seen);
  for (Alternation& one : alternations_) {
    one.answered <<= 1U;
    one.switched <<= 1U;
    one.evidence *= kFading;
  }
  for (std::size_t i = 0; i < seen.hops.size(); ++i) {
    if (seen.hops[i]) note_answer(static_cast<std::uint8_t>(i + 1), *seen.hops[i], false);
  }
  for (const Observation::Confirmation& one : seen.confirmations) {
    if (one.ttl == tested) alternation(one.ttl)->weigh(one.address != *seen.hops[one.ttl - 1U]);
    note_answer(one.ttl, one.address, true);
  }
  for (Alternation& one : alternations_) one.balanced = one.balanced || is_balanced(one);
  bool changed = spread_balanced();
  std::erase_if(alternations_, [&](const Alternation& one) {
    // A hop that stopped alternating is a single router again.
    const bool calm = one.switched == 0 && std::popcount(one.answered) >= kCalmAnswers;
    if (calm && one.balanced && one.ttl <= path_->hops.size() &&
        path_->hops[one.ttl - 1U].contains(one.last)) {
      path_->hops[one.ttl - 1U] = {one.last};
      changed = true;
    }
    return calm || (one.switched == 0 && one.answered == 0);
  });
  return changed;
}

void PathIdentity::note_answer(std::uint8_t ttl, const IpAddress& address, bool same_round) {
  if (Alternation* known = alternation(ttl)) return known->answer(address, same_round);
  const auto expected = this->address(ttl);
  if (!expected || *expected == address) return;
  Alternation& begun = alternations_.emplace_back();
  begun.ttl = ttl;
  begun.last = *expected;
  begun.answered = same_round ? 3 : 2;  // Answered in the round before, and in this one.
  begun.add_router(*expected);
  begun.answer(address, same_round);
}

/// By the test of pairs, or, where none could be made, if it switches often and on its own.
bool PathIdentity::is_balanced(const Alternation& one) const {
  if (one.tested) return one.evidence >= kBalances;
  if (one.recent_switches() < kMinSwitches) return false;
  return std::none_of(alternations_.begin(), alternations_.end(), [&](const Alternation& other) {
    return &other != &one && !other.balanced && move_together(one, other);
  });
}

/// Adds all routers of balanced hops to the path. True if that adds any.
bool PathIdentity::spread_balanced() {
  bool added = false;
  for (const Alternation& one : alternations_) {
    if (!one.balanced || one.ttl > path_->hops.size()) continue;
    std::set<IpAddress>& hop = path_->hops[one.ttl - 1U];
    const auto end = one.routers.begin() + one.router_count;
    const bool here = std::any_of(one.routers.begin(), end,
                                  [&](const IpAddress& router) { return hop.contains(router); });
    if (!here) continue;
    const std::size_t before = hop.size();
    hop.insert(one.routers.begin(), end);
    added = added || hop.size() != before;
  }
  return added;
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

std::optional<IdentityChange> PathIdentity::change_to(const Observation& seen) {
  const Difference differs = difference(*path_, seen);
  candidate_.reset();
  IdentityChange change{*path_, differs.first_ttl, differs.last_ttl};
  const auto known = std::find_if(former_.begin(), former_.end(),
                                  [&](const KnownPath& path) { return compatible(path, seen); });
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
  spread_balanced();
  settle(former);
  if (path_->id == change.before.id)
    return std::nullopt;  // The same path, as other flows show: that hop is balanced per packet.
  return change;
}

void PathIdentity::remember(KnownPath path) {
  former_.push_front(std::move(path));
  if (former_.size() > kMaxFormer) former_.pop_back();
}

}  // namespace etr::model
