// The receiver: finds the probe that each captured packet is about, measures the RTT, and passes
// the answer on for its verdict.
#pragma once

#include <unordered_set>

#include "trace/dispatcher.h"
#include "trace/matcher.h"
#include "trace/run_state.h"
#include "trace/verdicts.h"

namespace etr::trace {

class Receiver {
 public:
  /// Borrows all; takes in the flows that there are.
  Receiver(RunState& run, Verdicts& verdicts, const Prober& prober);

  /// Takes everything that the capture holds.
  void receive();

 private:
  void see_own(const OwnProbe& own, const transport::ReceivedPacket& packet);
  void see_answer(const Answer& answer, const transport::ReceivedPacket& packet);
  void see_repeated(const FlowState& flow, Probe& probe, const Reply& reply,
                    const transport::ReceivedPacket& packet);
  void measure(const Probe& probe, Reply& reply) const;
  void reject(Rejection rejection, const transport::ReceivedPacket& packet, const FlowState* flow);
  void tell_responder(const IpAddress& address);

  RunState& run_;
  Verdicts& verdicts_;
  Dispatcher dispatcher_;
  Matcher matcher_;
  std::unordered_set<IpAddress> responders_told_;
};

}  // namespace etr::trace
