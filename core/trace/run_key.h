// The key of a run: everything that the network must not guess is SipHash-2-4 of it (Aumasson and
// Bernstein, "SipHash: a fast short-input PRF", 2012). So what a router sees of one probe predicts
// nothing of any other probe, flow or run.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"

namespace etr::trace {

/// A 128-bit key and the values derived from it. Flows are identified by the engine's ids, which
/// are never reused within a run. The key never leaves the process; derived values appear in
/// packets only, never in a record or a log. Immutable: any thread.
class RunKey {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  explicit RunKey(const Bytes& bytes) : bytes_(bytes) {}
  /// From the random generator of the kernel, getentropy(3). The error gives the reason.
  static absl::StatusOr<RunKey> random();
  /// For a simulated network: runs are reproducible from their seed.
  static RunKey from_seed(std::uint64_t seed);

  /// The token that proves that a quote is of this probe. `counter`: number of probes that the flow
  /// has sent before. Never 0, because a quoted 0 may be padding (RFC 4884).
  std::uint64_t token(std::uint32_t flow, std::uint8_t ttl, std::uint64_t counter) const;
  /// The first IPv4 ID of a flow, 1..65535; later probes count up from it.
  std::uint16_t first_id(std::uint32_t flow) const;
  /// Flow::secret, from which a prober derives its own unpredictable values.
  std::uint64_t flow_secret(std::uint32_t flow) const;

 private:
  enum class Purpose : std::uint8_t { kToken, kFirstId, kFlowSecret };
  std::uint64_t hash(Purpose purpose, std::uint32_t flow, std::uint8_t ttl,
                     std::uint64_t counter) const;

  Bytes bytes_;
};

}  // namespace etr::trace
