// The expected end of one flow's path, where its own replies do not show it:
//   - Right behind a router that blocks the path itself, at whatever TTL its rejection was heard.
//   - Where the host that ends the paths behind the same router answers this flow or others, if it
//     limits its replies and chance explains its silence to this flow. It may answer this flow
//     beyond that TTL, when it happens to have a reply left. If that happens in kMaxBeyond rounds,
//     and never at the expected TTL, the path is taken to be longer.
//   - Else where it answered this flow the last two times, while chance explains its silence there.
// Silence that chance does not explain is that of a longer path, or of one on which packets do not
// arrive.
#pragma once

#include <cstdint>
#include <optional>

#include "model/round.h"
#include "model/shared_ends.h"

namespace etr::model {

/// Not thread-safe; belongs to the probing thread.
class ExpectedEnd {
 public:
  /// `ends`: of the flow's trace.
  explicit ExpectedEnd(SharedEnds& ends) : ends_(&ends) {}

  /// A round was closed. `router`: the last one that the flow shows; empty: none.
  void round_closed(const Round& round, const std::optional<LastRouter>& router);
  /// Empty: nothing is expected; the path ends where its own rounds show it.
  std::optional<std::uint8_t> ttl() const { return ttl_; }
  /// The host that answers other flows behind the same router has never answered this one, more
  /// often than chance explains.
  bool silent() const { return silent_; }

 private:
  static constexpr std::uint8_t kMaxBeyond = 4;

  void forget();
  void count(SharedEnd& end, const Round& round);
  void count_own(std::optional<std::uint8_t> heard_at);

  SharedEnds* ends_;
  std::optional<LastRouter> router_;
  std::optional<std::uint8_t> ttl_;
  bool silent_ = false;
  bool rejects_ = false;  ///< That router itself blocks the path.
  // Of rounds that probed the TTL of the shared end.
  std::uint8_t counted_at_ = 0;      ///< That TTL.
  bool answered_ = false;            ///< The host has answered this flow there.
  std::uint32_t unanswered_ = 0;     ///< Rounds since then, or since the first.
  std::uint8_t beyond_ = 0;          ///< Rounds in which it answered only beyond.
  std::optional<std::uint8_t> own_;  ///< Where a host last ended a round of this flow.
  std::uint32_t own_answers_ = 0;    ///< In a row there, apart from silent rounds.
  std::uint32_t own_silence_ = 0;    ///< Rounds since then.
};

}  // namespace etr::model
