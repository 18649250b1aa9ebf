// Withdrawal: probes in flight whose replies would show nothing count as never sent.
#pragma once

#include <span>

#include "trace/run_context.h"

namespace etr::trace {

class Withdrawal {
 public:
  /// Borrows `run`.
  explicit Withdrawal(RunContext& run) : run_(run) {}

  /// The end of the path has moved. Probes beyond it have reached the destination, or will. No more
  /// probes are sent there until our kernel's reset has removed their half-open connections, `rtt`
  /// being a round trip: a SYN with a lower sequence number would draw a challenge ACK (RFC 5961
  /// §4).
  void beyond_end(plan::FlowId id, Duration rtt);

  /// The destination replied to one of several probes. All that may have reached it must be sent
  /// again, one at a time, once no more replies to them can arrive.
  void ambiguous(plan::FlowId id, bool unattributable);

 private:
  void withdraw(FlowState& flow, Probe& probe);
  void report(plan::FlowId id, std::span<const plan::Request> withdrawn);

  RunContext& run_;
};

}  // namespace etr::trace
