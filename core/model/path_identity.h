// Path identity: which path a flow is on, derived from the hops that each round saw.
//
// A round fits a path if no TTL known to both has different addresses; an unheard hop fits
// anything. So loss never changes a path. A round that differs at two or more TTLs is a change. A
// difference at a single TTL must be seen twice, by another probe of the same round or in the next
// round. So must a round that mixes hops of two known paths, as one does that was in progress when
// the route changed. A flow that returns to a former path gets that path's number again.
//
// A path that grows by silent routers is a change once kMissedEnds rounds have shown it, with no
// reply at the former end: fewer may have lost their probes there.
//
// The first rounds of a flow may hear the destination only beyond TTLs whose replies were lost. So
// if a known path ends within the unheard TTLs right before the end, the flow counts as on that
// path until it has shown the same end in kSureRounds rounds. A flow of which nothing is heard
// beyond some TTL counts as on the one known path that it fits, until it has been silent there for
// kQuietRounds rounds: then packets of that path may come through where this flow's do not. One
// silent hop at the end of that path is enough only where chance does not explain the silence.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "model/alternations.h"
#include "model/observation.h"
#include "model/path_registry.h"

namespace etr::model {

/// A path change found by a closed round.
struct IdentityChange {
  KnownPath before;            ///< With the number it had then.
  std::uint8_t first_ttl = 0;  ///< The first and the last TTL that differ.
  std::uint8_t last_ttl = 0;
};

/// Not thread-safe; belongs to the probing thread.
class PathIdentity {
 public:
  explicit PathIdentity(PathRegistry& registry)
      : registry_(&registry), alternations_(registry.reply_order()) {}
  ~PathIdentity();
  PathIdentity(const PathIdentity&) = delete;
  PathIdentity& operator=(const PathIdentity&) = delete;

  /// The TTL to probe again before observe(), because it differs from the path or has alternated
  /// recently. Empty: none.
  std::optional<std::uint8_t> doubtful(const Observation& observation) const;

  /// The TTL to probe twice in the next round because it has alternated recently; empty: none.
  std::optional<std::uint8_t> under_test() const { return alternations_.under_test(); }

  /// Takes the observation of a closed round. Returns a confirmed change.
  std::optional<IdentityChange> observe(const Observation& observation);

  /// Checks whether other flows have shown which path this is. True if number or hash may have
  /// changed.
  bool resolve();

  /// Increases whenever the path, its number or its hash may have changed.
  std::uint64_t revision() const { return revision_; }

  /// The path as last confirmed by this flow; empty before the first observation.
  const std::optional<KnownPath>& path() const { return path_; }
  PathKnowledge knowledge() const { return knowledge_; }
  bool balanced_per_packet(std::uint8_t ttl) const { return alternations_.balanced(ttl); }
  double balancing_evidence(std::uint8_t ttl) const { return alternations_.evidence(ttl); }

  /// The confirmed address of a hop; the smallest of a set. Empty if unknown.
  std::optional<IpAddress> address(std::uint8_t ttl) const;

  /// Where the path ends; while that is in doubt, where the known path ends that it is taken for.
  std::optional<std::uint8_t> end() const;

  /// The text to hash, see KnownPath::canonical(); includes hops that only other flows have heard.
  std::string canonical() const;

 private:
  static constexpr std::uint8_t kSureRounds = 3;
  static constexpr std::uint8_t kQuietRounds = 5;
  static constexpr std::uint8_t kMissedEnds = 6;

  bool end_in_doubt() const;
  void note_end(const Observation& observation, std::optional<std::uint8_t> before);
  void drop_silent_end(const Observation& observation);
  bool note_missed_end(const Observation& observation);
  bool note_quiet(const Observation& observation);
  bool stops_before_end_of(std::uint32_t id) const;
  bool note_alternations(const Observation& observation);
  bool mixes_known_paths(const Observation& observation) const;
  std::optional<IdentityChange> change_to(const Observation& observation, bool as_seen = false);
  void remember(KnownPath path);
  void settle(std::optional<std::uint32_t> former);

  PathRegistry* registry_;
  std::optional<KnownPath> path_;
  PathKnowledge knowledge_ = PathKnowledge::kWhole;
  std::uint8_t end_seen_ = 0;  ///< Rounds that showed the present end, up to kSureRounds.
  /// Rounds in a row that heard nothing beyond the known hops, up to kQuietRounds; 0 while the end
  /// is known.
  std::uint8_t quiet_rounds_ = 0;
  std::uint8_t missed_ends_ = 0;     ///< Rounds that heard the end only beyond it.
  bool silent_end_ = false;          ///< Of the latest observation.
  std::optional<std::uint32_t> on_;  ///< Number of the path entered in the registry.
  std::uint64_t resolved_at_ = 0;    ///< Version of the registry.
  std::uint64_t revision_ = 0;
  std::optional<Observation> candidate_;  ///< A difference seen once.
  Alternations alternations_;
  std::list<KnownPath> former_;  ///< Most recent first.
};

}  // namespace etr::model
