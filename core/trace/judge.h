// The judge: gives each probe its one verdict and notes it wherever it counts: in the hop's
// statistics, in the round, in what is known of the path, and with the planner.
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
  /// Borrows both.
  Judge(RunContext& run, RoundKeeper& rounds)
      : run_(run), rounds_(rounds), withdrawal_(run), expiries_(run.options.timeout) {}

  /// A probe has left, in the round that is open for it.
  void sent(plan::FlowId id, const Probe& probe);
  /// A probe could not leave; null if there was not even a slot for it.
  void send_failed(const plan::Request& request, Probe* probe, std::string_view reason);

  /// The first reply to a probe in flight, in time. `interface_index`: where it came in.
  void answered(const Answer& answer, const Reply& reply, Probe& probe,
                std::uint32_t interface_index);
  void give_up(plan::FlowId id, Probe& probe);
  /// Gives up probes in flight whose time is over, as many as a turn of the engine allows.
  void expire(base::Instant now);
  /// When expire() has to be called next, if ever.
  std::optional<base::Instant> next_expiry() const { return expiries_.next(); }

  /// The destination answered, and which of the probes in flight cannot be told: they are
  /// withdrawn.
  void ambiguous(const Answer& answer);
  /// The destination answered and no probe waits for it. False if there has been no probe, either,
  /// that it could be a late or a duplicate reply to.
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

/// The destination's reply does not say which probe it answers. A challenge ACK is an exception:
/// the service behind it names its probes.
bool unattributable(const Answer& answer);

}  // namespace etr::trace
