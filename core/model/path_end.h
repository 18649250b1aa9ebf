// The end of a flow's path: at which TTL the destination answers or another host blocks the path,
// how far up the path is known, and how far a round has to look.
//
// An end is certain once the TTL below it has answered as a router. Otherwise the probe to the TTL
// below may have been lost on its way to the destination, and that TTL is asked again: up to
// kMaxRepeats times in a round, or in three rounds. A destination that was silent for kSilentRounds
// rounds is searched for again, each time kWindow TTLs beyond the last search.
#pragma once

#include <cstdint>
#include <optional>

#include "model/round.h"

namespace etr::model {

/// How far above the highest answer a flow may look at once.
inline constexpr std::uint8_t kWindow = 3;

/// Not thread-safe; belongs to the probing thread.
class PathEnd {
 public:
  explicit PathEnd(std::uint8_t max_ttl) : max_ttl_(max_ttl) {}

  /// The TTL of the destination or of the host that blocks; empty while unknown.
  std::optional<std::uint8_t> ttl() const { return end_; }
  /// The same, kept while the end is searched for again.
  std::optional<std::uint8_t> last_known() const { return last_known_; }
  /// The highest TTL at which a router answered on this path; 0: none.
  std::uint8_t highest_router() const { return highest_router_; }
  /// The highest TTL that the running round has to send.
  std::uint8_t limit() const;
  std::uint8_t max_ttl() const { return max_ttl_; }

  /// A round begins: decides how far it looks if the end is unknown or has been silent.
  void begin_round();
  void router_answered(std::uint8_t ttl);
  void end_answered(std::uint8_t ttl);
  void lost(std::uint8_t ttl);
  /// The destination answered a probe of this TTL or a higher one, and which is not known: nothing
  /// from here on is a router for certain.
  void doubt_from(std::uint8_t ttl);

  /// The running round has changed: decides whether the end is certain now, and moves it down where
  /// the TTL below turns out to be one, too.
  void settle(const Round& round);
  /// The TTL that has to be asked again in the running round, since the end is uncertain without
  /// its answer.
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
  bool certain_ = false;
  std::uint8_t highest_router_ = 0;
  std::uint8_t reach_ = 0;          ///< The highest TTL that was ever answered.
  std::uint8_t silent_below_ = 0;   ///< Losses at the TTL below this end.
  std::uint8_t silent_rounds_ = 0;  ///< Rounds since the end last answered.
  std::uint8_t searches_ = 0;
  std::uint8_t search_limit_ = 0;  ///< Of the running round; 0: no search.
};

}  // namespace etr::model
