// The service gate: controls probing of a service whose replies do not identify their probe.
//
// An open UDP port answers with its own data, and a challenge ACK (RFC 5961 §4) acknowledges an
// older SYN. Such a reply can be attributed only if a single probe may have caused it. So while the
// gate is narrow, only one probe at a time is sent to where it may reach the destination; while the
// gate is closed, none is, because replies to earlier probes may still arrive.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "model/round.h"

namespace etr::model {

/// Of one flow. Not thread-safe; belongs to the probing thread.
class ServiceGate {
 public:
  /// The content of replies of the service does not identify their probe.
  bool unattributable() const { return unattributable_; }
  /// The service repeats replies after a while, as services do that wait for an acknowledgment: the
  /// arrival of a reply does not tell when its probe was sent.
  bool repeats() const { return repeats_; }
  /// Its replies arrive after the timeout: one that identifies no probe belongs to none in flight.
  bool late() const { return late_; }

  // For the planner.

  /// At most one probe in flight may reach the destination.
  bool narrow() const { return unattributable_ || one_at_a_time_; }
  /// Earliest time for a probe that may reach the destination.
  base::Instant opens_at() const { return opens_at_; }
  /// A probe to the end of the path awaits its reply, and no other may be in flight there.
  bool end_occupied() const { return unattributable_ && end_probe_; }

  // For the engine.

  void begin_round(bool end_known) { one_at_a_time_ = one_at_a_time_ && !end_known; }
  void sent_to_end(std::uint64_t round) { end_probe_ = round; }
  /// A probe to the end has its verdict.
  void end_decided(std::uint64_t round);
  /// The end of the path has moved: no probe to the new end is known to be in flight.
  void end_moved() { end_probe_.reset(); }
  /// A reply that identifies no probe was attributed by elimination.
  void attributed(Timestamp received_at);
  /// A reply that identifies its probe arrived, within the timeout or after it.
  void identified(bool in_time) { late_ = !in_time; }
  void close_until(base::Instant until) { opens_at_ = until; }

  /// Up to `replies` replies to withdrawn probes may arrive within the timeout. The gate stays
  /// closed until they have arrived or the timeout is over.
  void await_withdrawn(std::uint32_t replies, base::Instant now, Duration timeout);
  /// A reply for which no probe is waiting: true if it is one of those awaited. `opened`: it was
  /// the last one, and the gate is open again.
  bool take_withdrawn(base::Instant now, bool& opened);

  /// A reply may be for several probes, or for none of them: these were withdrawn, and `round`
  /// probes again, one at a time. `last_end`: where the path was known to end.
  void doubt(std::uint64_t round, std::optional<std::uint8_t> last_end, bool unattributable);
  /// In a round that probes again, a reply below the known end is accepted only if this is true.
  bool trusts(std::uint64_t round) const;
  /// A reply arrived that no probe was waiting for.
  void surplus(Timestamp received_at);
  /// A round was closed. If its path ends where it was known to end, the service had repeated the
  /// reply that raised the doubt.
  void round_closed(const Round& round);

 private:
  bool unattributable_ = false;
  bool repeats_ = false;
  bool late_ = false;
  bool one_at_a_time_ = false;
  base::Instant opens_at_{};
  std::optional<std::uint64_t> end_probe_;  ///< Round of the probe in flight to the end.
  Timestamp attributed_at_{};
  std::uint32_t awaited_ = 0;      ///< Replies to withdrawn probes that may still arrive.
  base::Instant awaited_until_{};  ///< Until when they may.
  // The round that probes again, how often it started over, and the end that is in doubt.
  std::optional<std::uint64_t> asks_again_;
  int times_asked_ = 0;
  std::optional<std::uint8_t> doubted_end_;
};

}  // namespace etr::model
