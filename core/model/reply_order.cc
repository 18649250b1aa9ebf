#include "model/reply_order.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace etr::model {

namespace {

/// Routes stay several times longer.
constexpr auto kNearlySameTime = std::chrono::milliseconds(100);
/// A balancer over two links has at most a quarter of 32 pairs at different routers with
/// probability 0.0035, of 127 pairs with 10^-8.
constexpr int kEnoughPairs = 32;
constexpr int kMostDifferent = 4;  ///< One pair in this number.

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

bool ReplyOrder::moves_together(std::uint8_t ttl) const {
  if (ttl > by_ttl_.size()) return false;
  const std::deque<Reply>& replies = by_ttl_[ttl - 1U];
  int pairs = 0;
  int different = 0;
  for (std::size_t i = 1; i < replies.size(); ++i) {
    const Reply& one = replies[i - 1];
    const Reply& next = replies[i];
    if (next.sent_at - one.sent_at > kNearlySameTime || !comparable(one, next)) continue;
    ++pairs;
    different += one.address != next.address ? 1 : 0;
  }
  return pairs >= kEnoughPairs && kMostDifferent * different <= pairs;
}

}  // namespace etr::model
