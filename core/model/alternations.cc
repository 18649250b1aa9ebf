#include "model/alternations.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

namespace etr::model {

namespace {

using Movement = ReplyOrder::Movement;

// A hop alternates if its address switched three times within 8 rounds; a route that changed and
// changed back is only two switches.
constexpr std::uint32_t kRecentRounds = 0xFF;
constexpr int kMinSwitches = 3;
/// If the only TTL that alternates was probed twice in this number of rounds without a pair of
/// replies that tells, no pair will.
constexpr int kUntested = 16;
/// From this number of switches on the TTL is probed twice per round, until the evidence decides.
constexpr int kSuspicious = 2;
/// Probability that the two replies of a round come from different routers behind a route that
/// flaps, at least.
constexpr double kFlappingPairs = 0.12;
/// Where a balancer has pairs that differ less than this many times as often, pairs tell nothing.
constexpr double kMinContrast = 1.5;
/// How long a flapping route is assumed to stay, on average.
constexpr auto kStay = std::chrono::milliseconds(700);
/// Two probes sent further apart tell nothing: a route that stays equally long each time has moved
/// in between more often than by chance.
constexpr auto kTelling = std::chrono::milliseconds(400);
/// The log-likelihood ratios that decide for a balancer and for a flapping route. The ratio fades
/// from round to round, so that the TTL is tested again now and then: a balancer may take the
/// flapping route's place.
constexpr double kBalances = 8;
constexpr double kFlaps = -4;
constexpr double kFading = 0.99;
/// A balancer over two links sends 16 probes over the same one with probability 2^-15.
constexpr int kCalmAnswers = 16;

/// Of a list of TTLs that may be constant; null: not in the list.
template <typename Ttls>
auto find_in(Ttls& ttls, std::uint8_t ttl) {
  const auto found =
      std::find_if(ttls.begin(), ttls.end(), [&](const auto& one) { return one.ttl == ttl; });
  return found == ttls.end() ? nullptr : &*found;
}

/// Probability that two probes sent this far apart meet different routers of a flapping route,
/// which moves at random times (a random telegraph signal).
double flapping_pairs(std::chrono::duration<double> apart) {
  return std::max(kFlappingPairs, (1 - std::exp(-2 * apart / kStay)) / 2);
}

}  // namespace

int Alternations::Ttl::recent_switches() const { return std::popcount(switched & kRecentRounds); }

void Alternations::Ttl::add_router(const IpAddress& address) {
  const auto end = routers.begin() + router_count;
  if (router_count == kMaxRouters || std::find(routers.begin(), end, address) != end) return;
  routers[router_count++] = address;
}

/// Second replies of a round do not count as switches: TTLs that move together would differ.
void Alternations::Ttl::answer(const IpAddress& address, bool same_round) {
  add_router(address);
  if (same_round) return;
  answered |= 1U;
  if (address == last) return;
  switched |= 1U;
  other = std::exchange(last, address);
}

void Alternations::Ttl::weigh(bool contradicted, std::chrono::duration<double> apart,
                              double different_by_chance) {
  const double flapping = flapping_pairs(apart);
  if (apart > kTelling || different_by_chance < kMinContrast * flapping) return;
  tested = true;
  evidence += contradicted ? std::log(different_by_chance / flapping)
                           : std::log((1 - different_by_chance) / (1 - flapping));
}

/// A hop that stopped alternating.
bool Alternations::Ttl::is_calm() const {
  return switched == 0 && std::popcount(answered) >= kCalmAnswers;
}

const Alternations::Ttl* Alternations::find(std::uint8_t ttl) const {
  return find_in(alternating_, ttl);
}

Alternations::Ttl* Alternations::find(std::uint8_t ttl) { return find_in(alternating_, ttl); }

bool Alternations::balanced(std::uint8_t ttl) const {
  const Ttl* known = find(ttl);
  return known != nullptr && known->balanced;
}

double Alternations::evidence(std::uint8_t ttl) const {
  const Ttl* known = find(ttl);
  if (known == nullptr) return 0;
  switch (order_->movement(ttl)) {
    case Movement::kTogether: return std::min(known->evidence, kFlaps);
    case Movement::kApart: return std::max(known->evidence, kBalances);
    case Movement::kUnknown: break;
  }
  return known->evidence;
}

bool Alternations::flaps(const Ttl& one) const { return evidence(one.ttl) <= kFlaps; }

bool Alternations::needs_test(const Ttl& one) const {
  if (one.balanced || one.recent_switches() < kSuspicious) return false;
  return !flaps(one) && !moves_with_flapping(one);
}

std::optional<std::uint8_t> Alternations::under_test(const Observation& seen) const {
  for (const Ttl& one : alternating_) {
    const bool answered = one.ttl <= seen.hops.size() && seen.hops[one.ttl - 1U];
    if (answered && needs_test(one)) return one.ttl;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> Alternations::under_test() const {
  for (const Ttl& one : alternating_) {
    if (needs_test(one)) return one.ttl;
  }
  return std::nullopt;
}

/// The TTL switches together with one that is known to flap.
bool Alternations::moves_with_flapping(const Ttl& one) const {
  return std::any_of(alternating_.begin(), alternating_.end(), [&](const Ttl& other) {
    return &other != &one && flaps(other) && move_together(one, other);
  });
}

/// Fewer than two fifths of the switches happen at one of the two only.
bool Alternations::move_together(const Ttl& one, const Ttl& other) {
  const std::uint32_t both = one.answered & other.answered;
  const int together = std::popcount(one.switched & other.switched & both);
  const int alone = std::popcount((one.switched ^ other.switched) & both);
  return alone < kMinSwitches || 5 * alone < 2 * (alone + together);
}

void Alternations::note(const Observation& seen, const KnownPath& path) {
  const auto tested = under_test(seen);
  for (Ttl& one : alternating_) {
    one.answered <<= 1U;
    one.switched <<= 1U;
    one.evidence *= kFading;
  }
  for (std::size_t i = 0; i < seen.hops.size(); ++i) {
    if (!seen.hops[i]) continue;
    const auto sent_at = seen.sent_at.empty() ? std::nullopt : std::optional(seen.sent_at[i]);
    note_answer({static_cast<std::uint8_t>(i + 1), *seen.hops[i], sent_at}, false, path);
  }
  for (const Observation::Confirmation& one : seen.confirmations) {
    if (one.ttl == tested) {
      const std::size_t index = one.ttl - 1U;
      const bool timed = one.sent_at && !seen.sent_at.empty();
      find(one.ttl)->weigh(one.address != *seen.hops[index],
                           timed ? *one.sent_at - seen.sent_at[index] : Duration(0),
                           order_->different_by_chance(one.ttl));
    }
    note_answer(one, true, path);
  }
  if (Ttl* asked = tested ? find(*tested) : nullptr; asked != nullptr && !asked->tested) {
    if (asked->fruitless < kUntested) ++asked->fruitless;
  }
  for (Ttl& one : alternating_) one.balanced = one.balanced || is_balanced(one);
}

void Alternations::note_answer(const Observation::Confirmation& answer, bool same_round,
                               const KnownPath& path) {
  Ttl* known = find(answer.ttl);
  if (known == nullptr) known = begin(answer, same_round, path);
  if (known == nullptr) return;
  known->answer(answer.address, same_round);
  if (!answer.sent_at) return;
  const IpAddress& other = answer.address == known->last ? known->other : known->last;
  order_->add(answer.ttl, {*answer.sent_at, answer.address, other});
}

/// The TTL alternates from this reply on; null: it does not.
Alternations::Ttl* Alternations::begin(const Observation::Confirmation& answer, bool same_round,
                                       const KnownPath& path) {
  if (answer.ttl > path.hops.size() || path.hops[answer.ttl - 1U].empty()) return nullptr;
  const IpAddress& expected = *path.hops[answer.ttl - 1U].begin();
  if (expected == answer.address) return nullptr;
  Ttl& begun = alternating_.emplace_back();
  begun.ttl = answer.ttl;
  begun.last = expected;
  begun.answered = same_round ? 3 : 2;  // Answered in the round before, and in this one.
  begun.add_router(expected);
  return &begun;
}

/// By the order of all replies; by the test of pairs; or, where none could be made, if it switches
/// often and on its own.
bool Alternations::is_balanced(const Ttl& one) const {
  const Movement movement = order_->movement(one.ttl);
  if (movement == Movement::kTogether) return false;
  const bool switches = one.recent_switches() >= kMinSwitches;
  if (movement == Movement::kApart && switches) return true;
  if (one.tested) return one.evidence >= kBalances;
  if (!switches) return false;
  bool alone = true;
  for (const Ttl& other : alternating_) {
    if (&other == &one || other.balanced) continue;
    if (move_together(one, other)) return false;
    alone = false;
  }
  return !alone || one.fruitless >= kUntested;
}

bool Alternations::spread(KnownPath& path) const {
  bool added = false;
  for (const Ttl& one : alternating_) {
    if (!one.balanced || one.ttl > path.hops.size()) continue;
    std::set<IpAddress>& hop = path.hops[one.ttl - 1U];
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

bool Alternations::forget_calm(KnownPath& path) {
  bool changed = false;
  std::erase_if(alternating_, [&](const Ttl& one) {
    if (!one.is_calm()) return one.switched == 0 && one.answered == 0;
    if (one.balanced && one.ttl <= path.hops.size() && path.hops[one.ttl - 1U].contains(one.last)) {
      path.hops[one.ttl - 1U] = {one.last};
      changed = true;
    }
    return true;
  });
  return changed;
}

}  // namespace etr::model
