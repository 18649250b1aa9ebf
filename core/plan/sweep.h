// A sweep: which TTL of a flow's running round is sent next, and when.
//
// TTLs go in ascending order: a SYN that follows one with a higher sequence number draws a
// challenge ACK from an open port (RFC 5961 §4), which names no probe. A TTL may go once all of
// this holds:
//   1. its time has come: TTL t at (t - 1) times the TTL delay after the start of the round;
//   2. it is at most kWindow above the highest router that answered, or the end of the path is
//   known, or
//      every TTL below has been answered, is lost, or has been waited for with patience;
//   3. if it is beyond the routers that answered, it may reach the destination, so the service gate
//   must
//      be open; and while the gate is narrow, no TTL below may be waiting;
//   4. no other probe waits at the end of the path, if the replies there cannot be attributed.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "model/known_flow.h"

namespace etr::plan {

class Sweep {
 public:
  struct Candidate {
    std::uint8_t ttl = 0;
    base::Instant at{};
  };

  Sweep(Duration ttl_delay, Duration timeout) : ttl_delay_(ttl_delay), timeout_(timeout) {}

  /// The probe to send next in the running round, and when it may go. Empty: none, or none before
  /// one in flight is answered or lost. `srtt`: the flow's smoothed RTT, if known.
  std::optional<Candidate> next(const model::KnownFlow& known, base::Instant round_start,
                                std::optional<Duration> srtt) const;
  /// True while the running round has a TTL to send, or one to send again since the end of the path
  /// is uncertain.
  static bool unfinished(const model::KnownFlow& known);

 private:
  std::optional<Candidate> ascending(const model::KnownFlow& known, base::Instant round_start,
                                     Duration patience) const;
  std::optional<Candidate> repeated(const model::KnownFlow& known, base::Instant round_start,
                                    Duration patience) const;
  Duration patience(std::optional<Duration> srtt) const;

  Duration ttl_delay_;
  Duration timeout_;
};

}  // namespace etr::plan
