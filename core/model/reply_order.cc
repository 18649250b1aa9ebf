#include "model/reply_order.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace etr::model {

namespace {

using Movement = ReplyOrder::Movement;

/// The flows of both replies move between the same two routers.
bool comparable(const ReplyOrder::Reply& one, const ReplyOrder::Reply& next) {
  return std::minmax(one.address, one.other) == std::minmax(next.address, next.other);
}

/// Pairs of neighbours in the order whose probes left within `most_apart` of each other.
struct Pairs {
  Duration most_apart{};
  int count = 0;
  int different = 0;  ///< Met different routers.
  int greater = 0;    ///< Replies, two per pair, from the router with the greater address.

  void add(const ReplyOrder::Reply& one, const ReplyOrder::Reply& next) {
    if (next.sent_at - one.sent_at > most_apart) return;
    ++count;
    different += one.address != next.address ? 1 : 0;
    greater += (one.address > one.other ? 1 : 0) + (next.address > next.other ? 1 : 0);
  }

  /// The share of pairs that would differ if each packet were balanced by itself, with these shares
  /// of the routers. A route that stays long has met one router only: none counts as below 1 in 9.
  double share_by_chance() const {
    constexpr double kLeastDifferent = 0.2;
    const double share = count == 0 ? 0.5 : greater / (2.0 * count);
    return std::max(kLeastDifferent, 2 * share * (1 - share));
  }
  double by_chance() const { return count * share_by_chance(); }
};

/// Flapping routes stay several times longer.
constexpr auto kNearlySameTime = std::chrono::milliseconds(100);
/// A balancer over two equal links has half as many different pairs as by chance among 32 with
/// probability 0.0035, among 127 with 10^-8.
constexpr double kFewestTogether = 16;  ///< Different by chance.
constexpr double kMostDifferent = 0.5;  ///< Of those different by chance.
/// A route that flaps every 0.3 s has at most a sixth of such pairs at different routers, and three
/// eighths of 64 with probability 10^-5.
constexpr auto kSameTime = std::chrono::milliseconds(50);
constexpr double kFewestApart = 32;
constexpr double kFewestDifferent = 0.75;

Movement movement_of(const Pairs& near, const Pairs& nearest) {
  const double together = near.by_chance();
  if (together >= kFewestTogether && near.different <= kMostDifferent * together) {
    return Movement::kTogether;
  }
  const double apart = nearest.by_chance();
  const bool differ = apart >= kFewestApart && nearest.different >= kFewestDifferent * apart;
  return differ ? Movement::kApart : Movement::kUnknown;
}

}  // namespace

void ReplyOrder::Ttl::judge() {
  Pairs near{kNearlySameTime};
  Pairs nearest{kSameTime};
  for (std::size_t i = 1; i < replies.size(); ++i) {
    if (!comparable(replies[i - 1], replies[i])) continue;
    near.add(replies[i - 1], replies[i]);
    nearest.add(replies[i - 1], replies[i]);
  }
  movement = movement_of(near, nearest);
  different_by_chance = near.share_by_chance();
}

void ReplyOrder::add(std::uint8_t ttl, const Reply& reply) {
  if (by_ttl_.size() < ttl) by_ttl_.resize(ttl);
  Ttl& at = by_ttl_[ttl - 1U];
  auto place = at.replies.end();
  while (place != at.replies.begin() && std::prev(place)->sent_at > reply.sent_at) --place;
  at.replies.insert(place, reply);
  if (at.replies.size() > kKept) at.replies.pop_front();
  if (++at.since_look < kRepliesPerLook) return;
  at.since_look = 0;
  at.judge();
}

Movement ReplyOrder::movement(std::uint8_t ttl) const {
  return ttl <= by_ttl_.size() ? by_ttl_[ttl - 1U].movement : Movement::kUnknown;
}

double ReplyOrder::different_by_chance(std::uint8_t ttl) const {
  return ttl <= by_ttl_.size() ? by_ttl_[ttl - 1U].different_by_chance : kTwoEqualShares;
}

}  // namespace etr::model
