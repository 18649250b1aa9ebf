// Encodes the packet of a probe and passes it to the transport.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "etr/prober.h"
#include "trace/flow_state.h"
#include "transport/transport.h"

namespace etr::trace {

class ProbeSender {
 public:
  /// Borrows both arguments.
  ProbeSender(const Prober& prober, transport::Transport& transport);

  /// Stores the head of the segment in the probe, for the matcher. The error is the reason why the
  /// probe could not be sent. Throws what the prober throws.
  absl::Status send(const FlowState& flow, Probe& probe);

 private:
  const Prober& prober_;
  transport::Transport& transport_;
  std::vector<std::uint8_t> packet_;
};

}  // namespace etr::trace
