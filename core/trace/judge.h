// The judge: gives each probe exactly one verdict, and records it in the statistics of the hop, in
// the round, in what is known of the path, and with the planner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "trace/expiry_queue.h"
#include "trace/round_keeper.h"
#include "trace/run_context.h"
#include "trace/withdrawal.h"

namespace etr::trace {

class Judge {
 public:
  /// Borrows both arguments.
  Judge(RunContext& run, RoundKeeper& rounds)
      : run_(run), rounds_(rounds), withdrawal_(run), expiries_(run.options.timeout) {}

  /// A probe was sent, in its open round.
  void sent(plan::FlowId id, const Probe& probe);
  /// A probe could not be sent. `probe` is null if there was no free slot for it.
  void send_failed(const plan::Request& request, Probe* probe, std::string_view reason);

  /// The first reply to a probe in flight, within the timeout. `interface_index`: where it was
  /// received.
  void answered(const Answer& answer, const Reply& reply, Probe& probe,
                std::uint32_t interface_index);
  /// A reply that identifies its probe, after the timeout. The verdict stands, but where the
  /// destination also replies in time, this reply shows better where the path ends.
  void answered_late(const Answer& answer, const Reply& reply, const Probe& probe);
  /// Gives up one probe in flight: it is lost.
  void give_up(plan::FlowId id, Probe& probe);
  /// Gives up probes in flight whose time is over, up to a limit per turn of the engine.
  void expire(base::Instant now);
  /// When to call expire() next; empty: nothing to expire.
  std::optional<base::Instant> next_expiry() const { return expiries_.next(); }

  /// The destination replied to one of several probes in flight: they are withdrawn.
  void ambiguous(const Answer& answer);
  /// The destination replied and no probe is waiting for it. False if there was no probe either to
  /// which it could be a late or duplicate reply.
  bool surplus(const Answer& answer);

 private:
  void learn(plan::FlowId id, const Answer& answer, const Reply& reply, const Probe& probe,
             plan::OutcomeKind kind);
  void follow_end(plan::FlowId id, std::optional<std::uint8_t> before, Duration rtt);
  void decide(plan::FlowId id, const Probe& probe, const plan::Outcome& outcome);

  RunContext& run_;
  RoundKeeper& rounds_;
  Withdrawal withdrawal_;
  ExpiryQueue expiries_;
};

/// The reply of the destination does not identify its probe. Challenge ACKs are excepted: other
/// replies of that service identify their probes.
bool unattributable(const Answer& answer);

}  // namespace etr::trace
