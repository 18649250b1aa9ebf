// Alternations: the TTLs at which one flow meets different routers in turn, and whether a balancer
// per packet or a flapping route is the reason.
//
// Two probes of the same round distinguish them: a balancer over two links sends them to different
// routers every other time, a flapping route seldom. So an alternating TTL is probed twice per
// round until a sequential test (Wald, 1945) decides. Where that is impossible, TTLs of a flapping
// route switch together, those of balancers independently. A TTL balanced per packet holds the set
// of its routers.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "model/observation.h"
#include "model/path_registry.h"
#include "model/reply_order.h"

namespace etr::model {

class Alternations {
 public:
  /// `order`: of the flow's trace.
  explicit Alternations(ReplyOrder& order) : order_(&order) {}

  /// Records a closed round. `path` is where the flow was known to be before it.
  void note(const Observation& observation, const KnownPath& path);
  /// The TTL to probe a second time in the round that `observation` shows; empty: none. The choice
  /// does not depend on whether the round differs from the path: right after a route change the
  /// next one is far away, which would bias the test.
  std::optional<std::uint8_t> under_test(const Observation& observation) const;
  /// The same, before the round has replies.
  std::optional<std::uint8_t> under_test() const;

  bool empty() const { return alternating_.empty(); }
  bool balanced(std::uint8_t ttl) const;
  /// What the replies at a TTL tell: log-likelihood ratio of a balancer per packet against a
  /// flapping route; 0 before the first pair.
  double evidence(std::uint8_t ttl) const;
  /// Gives balanced hops of the path all their routers. True if that adds any.
  bool spread(KnownPath& path) const;
  /// Forgets TTLs that stopped alternating; their hops of the path are single routers again. True
  /// if that changes the path.
  bool forget_calm(KnownPath& path);

 private:
  /// A TTL that has recently met more than one router.
  struct Ttl {
    static constexpr std::size_t kMaxRouters = 16;

    std::uint8_t ttl = 0;
    IpAddress last;
    IpAddress other;  ///< The router before the last switch.
    // One bit per round, the last 32 rounds, latest lowest.
    std::uint32_t answered = 0;
    std::uint32_t switched = 0;  ///< By another router than the last time.
    bool tested = false;         ///< Some pair of replies of one round has told something.
    std::uint8_t fruitless = 0;  ///< Rounds that asked for such a pair and got none.
    /// Log-likelihood ratio of pairs of replies: balanced per packet against flapping.
    double evidence = 0;
    bool balanced = false;  ///< Found to be balanced per packet.
    std::array<IpAddress, kMaxRouters> routers{};
    std::uint8_t router_count = 0;

    void add_router(const IpAddress& address);
    void answer(const IpAddress& address, bool same_round);
    /// A pair of replies to probes sent this far apart. `different_by_chance`: the share of such
    /// pairs that differ behind a balancer per packet.
    void weigh(bool contradicted, std::chrono::duration<double> apart, double different_by_chance);
    int recent_switches() const;
    bool is_calm() const;
  };

  Ttl* find(std::uint8_t ttl);
  const Ttl* find(std::uint8_t ttl) const;
  Ttl* begin(const Observation::Confirmation& answer, bool same_round, const KnownPath& path);
  void note_answer(const Observation::Confirmation& answer, bool same_round, const KnownPath& path);
  bool needs_test(const Ttl& one) const;
  bool moves_with_flapping(const Ttl& one) const;
  static bool move_together(const Ttl& one, const Ttl& other);
  bool is_balanced(const Ttl& one) const;
  bool flaps(const Ttl& one) const;

  ReplyOrder* order_;
  std::vector<Ttl> alternating_;  ///< Empty for most flows.
};

}  // namespace etr::model
