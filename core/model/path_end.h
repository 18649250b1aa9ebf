// The end of a flow's path: the TTL at which the destination answers or another host blocks the
// path, and how far a round has to probe.
//
// An end is certain once the TTL below it has answered as a router. Until then the probe to the TTL
// below may have been lost on its way to the destination, so that TTL is probed again: up to
// kMaxRepeats times in a round, or over three rounds. A destination that was silent for
// kSilentRounds rounds is searched for again, each time kWindow TTLs beyond the last search. It is
// not searched for where it is expected (expected_end.h).
#pragma once

#include <cstdint>
#include <optional>

#include "model/round.h"

namespace etr::model {

/// How many TTLs above the highest reply a flow may probe at once.
inline constexpr std::uint8_t kWindow = 3;

/// Not thread-safe; belongs to the probing thread.
class PathEnd {
 public:
  explicit PathEnd(std::uint8_t max_ttl) : max_ttl_(max_ttl) {}

  /// The TTL of the destination or of the blocking host; empty while unknown.
  std::optional<std::uint8_t> ttl() const { return end_; }
  /// The same, kept during a new search for the end.
  std::optional<std::uint8_t> last_known() const { return last_known_; }
  /// The highest TTL at which a router answered on this path; 0: none.
  std::uint8_t highest_router() const { return highest_router_; }
  /// The highest TTL to probe in the running round.
  std::uint8_t limit() const;
  std::uint8_t max_ttl() const { return max_ttl_; }

  /// From the next round on: where the path ends, though silent; empty: only replies count.
  void expect(std::optional<std::uint8_t> ttl) { expected_ = ttl; }
  /// A round begins: sets how far it probes while the end is unknown or silent.
  void begin_round();
  /// Verdicts of probes: a time exceeded, any other reply, a loss.
  void router_answered(std::uint8_t ttl);
  void end_answered(std::uint8_t ttl);
  void lost(std::uint8_t ttl);
  /// A reply of the destination may be for this TTL or any higher one: from here on no TTL is
  /// certainly a router.
  void doubt_from(std::uint8_t ttl);

  /// Call when the running round has changed: decides whether the end is certain, and moves it down
  /// while the TTL below proves to be an end, too.
  void settle(const Round& round);
  /// The TTL to probe again in the running round: without its reply the end is uncertain.
  std::optional<std::uint8_t> to_repeat(const Round& round) const;

 private:
  static constexpr std::uint8_t kMaxRepeats = 2;
  static constexpr std::uint8_t kSilentRounds = 3;

  void set(std::optional<std::uint8_t> end);
  void note_alive();

  std::uint8_t max_ttl_;
  bool first_round_ = true;
  bool started_ = false;
  std::optional<std::uint8_t> end_;
  std::optional<std::uint8_t> last_known_;
  std::optional<std::uint8_t> expected_;
  bool certain_ = false;
  std::uint8_t highest_router_ = 0;
  std::uint8_t reach_ = 0;          ///< Highest TTL ever answered.
  std::uint8_t silent_below_ = 0;   ///< Losses at the TTL below the end.
  std::uint8_t silent_rounds_ = 0;  ///< Rounds since the last reply from the end.
  std::uint8_t searches_ = 0;       ///< Since the last reply from the end.
  std::uint8_t search_limit_ = 0;   ///< Of the running round; 0: no search.
};

}  // namespace etr::model
