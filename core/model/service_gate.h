// The service gate: keeps apart the replies of a service that do not say which probe they answer.
//
// An open UDP port answers with data of its own, and a challenge ACK (RFC 5961 §4) acknowledges
// some older SYN. Such a reply can only be attributed if one probe alone may have drawn it. So
// while the gate is narrow, one probe at a time goes where it may reach the destination; while the
// gate is closed, none does, because replies to earlier ones may still be on their way.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "model/round.h"

namespace etr::model {

/// Of one flow. Not thread-safe; belongs to the probing thread.
class ServiceGate {
 public:
  /// The service's replies cannot be attributed by what they contain.
  bool unattributable() const { return unattributable_; }
  /// The service answers a probe again after a while, as services do that await an acknowledgment:
  /// when a reply comes says nothing of when its probe left.
  bool repeats() const { return repeats_; }

  // What the planner asks.

  /// Only one probe that may reach the destination may be in flight.
  bool narrow() const { return unattributable_ || one_at_a_time_; }
  /// No probe that may reach the destination leaves before.
  base::Instant opens_at() const { return opens_at_; }
  /// A probe to the end of the path waits for its reply, and another must not join it.
  bool end_occupied() const { return unattributable_ && end_probe_; }

  // What the engine reports.

  void begin_round(bool end_known) { one_at_a_time_ = one_at_a_time_ && !end_known; }
  void sent_to_end(std::uint64_t round) { end_probe_ = round; }
  /// A probe to the end has its verdict.
  void end_decided(std::uint64_t round);
  /// The end of the path has moved: no probe is known to be on its way to the new one.
  void end_moved() { end_probe_.reset(); }
  /// A reply without a probe of its own was attributed.
  void attributed(Timestamp received_at);
  void close_until(base::Instant until) { opens_at_ = until; }

  /// `replies` more to probes that were withdrawn may come until the timeout is over: the gate is
  /// closed until they have come, or can come no more.
  void await_withdrawn(std::uint32_t replies, base::Instant now, Duration timeout);
  /// A reply that no probe waits for: true if it is one of those. `opened` says that it was the
  /// last, and the gate is open again.
  bool take_withdrawn(base::Instant now, bool& opened);

  /// A reply may be for any of several probes, or for none of them: those were withdrawn, and
  /// `round` asks again, one at a time. `last_end`: where the path was known to end.
  void doubt(std::uint64_t round, std::optional<std::uint8_t> last_end, bool unattributable);
  /// In a round that asks again: below the known end, a reply is only believed once this holds.
  bool trusts(std::uint64_t round) const;
  /// A reply came when no probe had waited for one for a while.
  void surplus(Timestamp received_at);
  /// A round is over. If its path ends where it was thought to, the reply that raised the doubt was
  /// sent again by the service.
  void round_closed(const Round& round);

 private:
  bool unattributable_ = false;
  bool repeats_ = false;
  bool one_at_a_time_ = false;
  base::Instant opens_at_{};
  std::optional<std::uint64_t> end_probe_;  ///< Round of the probe that waits at the end.
  Timestamp attributed_at_{};
  std::uint32_t awaited_ = 0;      ///< Replies to withdrawn probes,
  base::Instant awaited_until_{};  ///< and until when.
  // The round that asks again, how often it has begun to, and where the path was thought to end.
  std::optional<std::uint64_t> asks_again_;
  int times_asked_ = 0;
  std::optional<std::uint8_t> doubted_end_;
};

}  // namespace etr::model
