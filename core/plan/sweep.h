// A sweep: which TTL of the running round of a flow is sent next, and when.
//
// TTLs are sent in ascending order: a SYN that follows one with a higher sequence number draws a
// challenge ACK from an open port (RFC 5961 §4), which does not identify its probe. A TTL may be
// sent once all of these hold:
//   1. Its time has come: TTL t is due (t - 1) times the TTL delay after the start of the round.
//   2. The end of the path is known, or the TTL is at most kWindow above the highest router that
//      answered, or every TTL below has been answered, is lost, or has been in flight for longer
//      than the patience.
//   3. If it is above the routers that answered, it may reach the destination: the service gate
//      must be open, and while the gate is narrow no TTL below may be in flight.
//   4. No other probe is in flight to the end of the path, if replies from there cannot be
//      attributed.
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

  /// The next probe of the running round, and when it may be sent. Empty: none, or none until a
  /// probe in flight has its verdict. `srtt`: smoothed RTT of the flow, if known.
  std::optional<Candidate> next(const model::KnownFlow& known, base::Instant round_start,
                                std::optional<Duration> srtt) const;
  /// The running round has a TTL to send, or one to send again because the end of the path is
  /// uncertain.
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
