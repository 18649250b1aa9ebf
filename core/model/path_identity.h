// Path identity: which path a flow is on, told from what each round saw of it.
//
// A round fits a path if no TTL known of both has different addresses; hops not heard fit anything.
// So loss never changes a path. A round that differs at two or more TTLs is a change. A difference
// at a single TTL has to be seen a second time, by another probe of the same round or in the next
// round; so has a round that shows hops of two known paths, as one does that was under way when the
// route changed. A flow that comes back to a path it was on has that path's number again.
//
// A TTL whose address alternates within one flow may be balanced per packet, or the route may flap.
// Two probes of the same round tell them apart: a balancer over two links gives them different
// routers every other time, a flapping route seldom. So a TTL that alternates is asked again within
// the round until the evidence decides. Where that is not possible, TTLs of a flapping route move
// together, and those of balancers each by itself. A TTL balanced per packet holds the set of its
// routers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "model/path_registry.h"

namespace etr::model {

/// What one round saw: hops[i] is TTL i + 1.
struct Observation {
  std::vector<std::optional<IpAddress>> hops;
  /// TTL where the walk ended at the destination or a blocker; empty if neither answered.
  std::optional<std::uint8_t> end;
  /// Who answered another probe of a TTL that had been answered before.
  struct Confirmation {
    std::uint8_t ttl = 0;
    IpAddress address;
  };
  std::vector<Confirmation> confirmations;
};

/// What a closed round changed.
struct IdentityChange {
  KnownPath before;            ///< With its number at that time.
  std::uint8_t first_ttl = 0;  ///< First and last TTL that differ.
  std::uint8_t last_ttl = 0;
};

/// Not thread-safe; belongs to the probing thread.
class PathIdentity {
 public:
  explicit PathIdentity(PathRegistry& registry) : registry_(&registry) {}
  ~PathIdentity();
  PathIdentity(const PathIdentity&) = delete;
  PathIdentity& operator=(const PathIdentity&) = delete;

  /// The TTL to ask again before the observation is taken, since it differs from the path or has
  /// alternated of late.
  std::optional<std::uint8_t> doubtful(const Observation& observation) const;

  /// Takes a closed round's observation. A confirmed change is returned.
  std::optional<IdentityChange> observe(const Observation& observation);

  /// Looks whether other flows have shown which path this is. True if number or hash may be
  /// another.
  bool resolve();

  /// Grows whenever the path, its number or its hash may have changed.
  std::uint64_t revision() const { return revision_; }

  /// What this flow knows of its path, confirmed last; empty before the first observation.
  const std::optional<KnownPath>& path() const { return path_; }
  PathKnowledge knowledge() const { return knowledge_; }
  bool balanced_per_packet(std::uint8_t ttl) const;

  /// The address of a hop that is confirmed; the smallest of a set.
  std::optional<IpAddress> address(std::uint8_t ttl) const;

  /// What is hashed, see KnownPath: of the path, with all that is known of it from other flows.
  std::string canonical() const;

 private:
  /// A TTL at which the flow has met more than one router of late.
  struct Alternation {
    static constexpr std::size_t kMaxRouters = 16;

    std::uint8_t ttl = 0;
    IpAddress last;
    // A bit for each of the last 32 rounds, the latest lowest.
    std::uint32_t answered = 0;
    std::uint32_t switched = 0;  ///< By another router than the time before.
    bool tested = false;         ///< Was asked twice within a round.
    /// How much better balancing explains such pairs of answers than a flapping route does: the
    /// logarithm of the likelihood ratio, as in Wald's sequential test.
    double evidence = 0;
    bool balanced = false;  ///< Per packet.
    std::array<IpAddress, kMaxRouters> routers{};
    std::uint8_t router_count = 0;

    void add_router(const IpAddress& address);
    void answer(const IpAddress& address, bool same_round);
    void weigh(bool contradicted);
    int recent_switches() const;
  };

  Alternation* alternation(std::uint8_t ttl);
  const Alternation* alternation(std::uint8_t ttl) const;
  bool note_alternation(const Observation& observation);
  void note_answer(std::uint8_t ttl, const IpAddress& address, bool same_round);
  std::optional<std::uint8_t> under_test(const Observation& observation) const;
  bool moves_with_flapping(const Alternation& one) const;
  static bool move_together(const Alternation& one, const Alternation& other);
  bool is_balanced(const Alternation& one) const;
  bool spread_balanced();
  bool mixes_known_paths(const Observation& observation) const;
  std::optional<IdentityChange> change_to(const Observation& observation);
  void remember(KnownPath path);
  void settle(std::optional<std::uint32_t> former);

  PathRegistry* registry_;
  std::optional<KnownPath> path_;
  PathKnowledge knowledge_ = PathKnowledge::kWhole;
  std::optional<std::uint32_t> on_;  ///< The path of the registry that the flow is on.
  std::uint64_t resolved_at_ = 0;    ///< The registry's version.
  std::uint64_t revision_ = 0;
  std::optional<Observation> candidate_;
  std::vector<Alternation> alternations_;  ///< Few, and none for most flows.
  std::list<KnownPath> former_;            ///< Most recent first.
};

}  // namespace etr::model
