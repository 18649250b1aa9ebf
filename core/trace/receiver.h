// The receiver: finds the probe that a captured packet belongs to, measures the RTT, and passes the
// reply to the judge.
#pragma once

#include <unordered_set>

#include "trace/dispatcher.h"
#include "trace/judge.h"
#include "trace/matcher.h"
#include "trace/run_context.h"

namespace etr::trace {

class Receiver {
 public:
  /// Borrows all arguments.
  Receiver(RunContext& run, Judge& judge, const Dispatcher& dispatcher)
      : run_(run), judge_(judge), dispatcher_(dispatcher) {}

  /// Processes captured packets, up to a limit per turn of the engine. True if the capture is empty
  /// now.
  bool receive();

 private:
  void see_own(const OwnProbe& own, const transport::ReceivedPacket& packet);
  void see_answer(const Answer& answer, const transport::ReceivedPacket& packet);
  void see_repeated(const FlowState& flow, Probe& probe, const Reply& reply,
                    const transport::ReceivedPacket& packet);
  void measure(const Probe& probe, Reply& reply) const;
  void reject(Rejection rejection, const transport::ReceivedPacket& packet, const FlowState* flow);
  void note_responder(const IpAddress& address);

  RunContext& run_;
  Judge& judge_;
  const Dispatcher& dispatcher_;
  Matcher matcher_;
  std::unordered_set<IpAddress> responders_;
};

}  // namespace etr::trace
