// The expected end of one flow's path, where its own replies do not show it:
//   - Right behind a router that blocks the path itself, at whatever TTL its rejection was heard.
//   - Where other flows of the trace were answered behind the same router, if the host there limits
//     its replies and this flow has shown nothing else. The host may answer this flow beyond that
//     TTL, when it happens to have a reply left. Only if that happens in kMaxBeyond rounds, and
//     never at the expected TTL, is the path taken to be longer.
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
  /// The host that answers other flows behind the same router reliably has never answered this one.
  bool silent() const { return silent_; }

 private:
  static constexpr std::uint8_t kMaxBeyond = 4;

  void forget();
  void count(SharedEnd& end, const Round& round);

  SharedEnds* ends_;
  std::optional<LastRouter> router_;
  std::optional<std::uint8_t> ttl_;
  bool silent_ = false;
  bool rejects_ = false;         ///< That router itself blocks the path.
  std::uint8_t counted_at_ = 0;  ///< The TTL of the shared end that the following count for.
  std::uint64_t answers_ = 0;    ///< The host answered this flow at that TTL so often.
  std::uint8_t beyond_ = 0;      ///< Rounds in which it answered only beyond.
};

}  // namespace etr::model
