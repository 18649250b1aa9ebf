// The order of replies: at each TTL that alternates, the latest replies of all flows of a trace in
// the order in which their probes were sent.
//
// Two probes that leave at nearly the same time meet the same router of a flapping route, whichever
// flows they belong to, unless the route moved in between. Behind a balancer per packet they meet
// different ones as often as chance has it. So the order tells the two apart even where a round
// takes as long as the route stays, and one flow's own probes are too far apart. How often chance
// has it follows from the routers' shares of the replies: uneven balancing differs less often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "etr/ip_address.h"
#include "etr/time.h"

namespace etr::model {

/// Not thread-safe; belongs to the probing thread.
class ReplyOrder {
 public:
  struct Reply {
    Timestamp sent_at{};
    IpAddress address;
    IpAddress other;  ///< The router that the flow met at this TTL before its last switch.
  };

  enum class Movement : std::uint8_t {
    kUnknown,   ///< Too few probes left at nearly the same time, or they leave it open.
    kTogether,  ///< The flows that alternate move between the routers together: a flapping route.
    kApart,     ///< Each packet by itself: a balancer per packet.
  };

  void add(std::uint8_t ttl, const Reply& reply);
  Movement movement(std::uint8_t ttl) const;
  /// The share of pairs of replies that would differ behind a balancer per packet, from the
  /// routers' shares of the replies; that of two equal shares before the first judgement.
  double different_by_chance(std::uint8_t ttl) const;

 private:
  static constexpr std::size_t kKept = 256;       ///< Replies per TTL.
  static constexpr unsigned kRepliesPerLook = 8;  ///< Replies between two judgements.

  static constexpr double kTwoEqualShares = 0.5;

  struct Ttl {
    std::deque<Reply> replies;  ///< In order of sending.
    unsigned since_look = 0;    ///< Replies.
    Movement movement = Movement::kUnknown;
    double different_by_chance = kTwoEqualShares;
    void judge();
  };

  std::vector<Ttl> by_ttl_;  ///< By TTL - 1.
};

}  // namespace etr::model
