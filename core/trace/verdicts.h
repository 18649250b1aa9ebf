// Verdicts: gives each probe its one verdict, tells the planner and the statistics, and closes the
// rounds whose probes all have theirs.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "trace/dispatcher.h"
#include "trace/run_state.h"

namespace etr::trace {

class Verdicts {
 public:
  /// Borrows `run`.
  explicit Verdicts(RunState& run) : run_(run) {}

  /// A probe has left, in the round that is open for it.
  void sent(std::uint32_t id, const Probe& probe);
  /// A probe could not leave; null if there was not even a slot for it.
  void send_failed(const Wanted& wanted, Probe* probe, std::string_view reason);

  /// The first answer to a probe in flight, in time. `interface_index`: where it came in.
  void answered(const Answer& answer, const Reply& reply, Probe& probe,
                std::uint32_t interface_index);
  void give_up(std::uint32_t id, Probe& probe);
  /// Gives up every probe in flight whose time is over.
  void expire(base::Instant now);
  /// When expire() has to be called next, if ever.
  std::optional<base::Instant> next_expiry() const;

  /// The destination answered, and which of the probes that are out cannot be told: they are
  /// withdrawn, and the planner asks again, one at a time.
  void ambiguous(const Answer& answer);
  /// The destination answered and no probe waits for it. False if there has been no probe, either,
  /// that it could be a late or a second answer to.
  bool surplus(const Answer& answer);

  /// The run ends: closes all rounds as they are.
  void cut();

 private:
  struct Expiry {
    base::Instant at;
    std::uint32_t flow;
    std::uint16_t probe;
  };

  void cut_behind_end(std::uint32_t id, FlowState& flow, Duration rtt);
  void withdraw(FlowState& flow, Probe& probe);
  void drain(FlowState& flow, std::uint32_t id, std::uint32_t answers);
  bool look_again(std::uint32_t id, FlowState& flow, model::OpenRound& round);
  void close_rounds(std::uint32_t id);
  static void note_repeats(FlowState& flow, const model::OpenRound& closed);

  RunState& run_;
  std::deque<Expiry> expiries_;  ///< In the order of time, since the timeout is one for all.
};

}  // namespace etr::trace
