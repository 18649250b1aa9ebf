// Writes a probe's packet and hands it to the transport.
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
  /// Borrows both.
  ProbeSender(const Prober& prober, transport::Transport& transport);

  /// Notes the segment's head in the probe. An error is the reason why it could not leave. May
  /// throw what the prober throws.
  absl::Status send(const FlowState& flow, Probe& probe);

 private:
  const Prober& prober_;
  transport::Transport& transport_;
  std::vector<std::uint8_t> packet_;
};

}  // namespace etr::trace
