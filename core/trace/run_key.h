// The key of a run: everything that a network must not guess is SipHash-2-4 of it (Aumasson and
// Bernstein, "SipHash: a fast short-input PRF", 2012). So what one router sees of one probe
// predicts nothing of any other probe, flow or run.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"

namespace etr::trace {

/// A 128-bit key and the values derived from it. Flows are named by the engine's ids, which are
/// never reused within a run. No key and no value is ever written to a record or a log, but into
/// the packets themselves. Immutable: any thread.
class RunKey {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  explicit RunKey(const Bytes& bytes) : bytes_(bytes) {}
  /// From the kernel's generator, getrandom(2). The error says why there is none.
  static absl::StatusOr<RunKey> random();
  /// For a simulated network, whose runs are reproducible from its seed.
  static RunKey from_seed(std::uint64_t seed);

  /// What proves that a quote is of this probe. `counter`: how many probes the flow has sent
  /// before. Never 0, since a quoted 0 may be padding (RFC 4884).
  std::uint64_t token(std::uint32_t flow, std::uint8_t ttl, std::uint64_t counter) const;
  /// The first identification of a flow, 1..65535; those of later probes count up from it.
  std::uint16_t first_id(std::uint32_t flow) const;
  /// Flow::secret, from which a prober derives its own unguessable values.
  std::uint64_t flow_secret(std::uint32_t flow) const;

 private:
  enum class Purpose : std::uint8_t { kToken, kFirstId, kFlowSecret };
  std::uint64_t hash(Purpose purpose, std::uint32_t flow, std::uint8_t ttl,
                     std::uint64_t counter) const;

  Bytes bytes_;
};

}  // namespace etr::trace
