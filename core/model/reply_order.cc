#include "model/reply_order.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace etr::model {

namespace {

/// Pairs of neighbours in the order that count, by the time between their probes.
struct Pairs {
  Duration most_apart{};
  int count = 0;
  int different = 0;  ///< Met different routers.

  void add(Duration apart, bool differ) {
    if (apart > most_apart) return;
    ++count;
    different += differ ? 1 : 0;
  }
};

/// Flapping routes stay several times longer.
constexpr auto kNearlySameTime = std::chrono::milliseconds(100);
/// A balancer over two links has at most a quarter of 32 pairs at different routers with
/// probability 0.0035, of 127 pairs with 10^-8.
constexpr int kFewestTogether = 32;
constexpr double kMostDifferent = 0.25;
/// A route that flaps every 0.3 s has at most a sixth of such pairs at different routers, and 40 %
/// of 64 with probability 10^-5.
constexpr auto kSameTime = std::chrono::milliseconds(50);
constexpr int kFewestApart = 64;
constexpr double kFewestDifferent = 0.4;

/// The flows of both replies move between the same two routers.
bool comparable(const ReplyOrder::Reply& one, const ReplyOrder::Reply& next) {
  return std::minmax(one.address, one.other) == std::minmax(next.address, next.other);
}

}  // namespace

void ReplyOrder::add(std::uint8_t ttl, const Reply& reply) {
  if (by_ttl_.size() < ttl) by_ttl_.resize(ttl);
  std::deque<Reply>& replies = by_ttl_[ttl - 1U];
  auto place = replies.end();
  while (place != replies.begin() && std::prev(place)->sent_at > reply.sent_at) --place;
  replies.insert(place, reply);
  if (replies.size() > kKept) replies.pop_front();
}

ReplyOrder::Movement ReplyOrder::movement(std::uint8_t ttl) const {
  if (ttl > by_ttl_.size()) return Movement::kUnknown;
  const std::deque<Reply>& replies = by_ttl_[ttl - 1U];
  Pairs near{kNearlySameTime};
  Pairs nearest{kSameTime};
  for (std::size_t i = 1; i < replies.size(); ++i) {
    const Reply& one = replies[i - 1];
    const Reply& next = replies[i];
    if (!comparable(one, next)) continue;
    near.add(next.sent_at - one.sent_at, one.address != next.address);
    nearest.add(next.sent_at - one.sent_at, one.address != next.address);
  }
  if (near.count >= kFewestTogether && near.different <= kMostDifferent * near.count) {
    return Movement::kTogether;
  }
  const bool apart =
      nearest.count >= kFewestApart && nearest.different >= kFewestDifferent * nearest.count;
  return apart ? Movement::kApart : Movement::kUnknown;
}

}  // namespace etr::model
