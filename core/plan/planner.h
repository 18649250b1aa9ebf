// The planner says which cell (flow, TTL) is wanted next; the engine owns slots, pacing and
// verdicts. Discovery strategies are planners.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace etr::plan {

/// One probe that a planner wants.
struct Cell {
  std::uint32_t flow = 0;
  std::uint8_t ttl = 0;
  std::uint64_t round = 0;
  friend bool operator==(const Cell&, const Cell&) = default;
};

/// What became of a probe, as far as planning cares.
enum class OutcomeKind : std::uint8_t {
  kTimeExceeded,  ///< A router answered; the path goes on.
  kReached,       ///< The destination answered this probe.
  kBlocked,       ///< Somebody else refused to go on.
  kLost,
  kSendFailed,
  /// The destination answered, but not in a way that tells which probe it was. Probes from the
  /// cell's TTL on that have no answer count as not sent: they must be asked for again, one at a
  /// time.
  kReachedUnknown,
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kLost;
  base::Instant at{};
  std::optional<Duration> rtt;
  /// The answer did not say which probe it was for: this one was the only one it could mean.
  bool by_elimination = false;
};

/// All calls on the probing thread.
class Planner {
 public:
  virtual ~Planner() = default;

  /// A flow takes part from now on. Ids are the engine's and never reused.
  virtual void add_flow(std::uint32_t flow, std::uint8_t max_ttl) = 0;
  virtual void retire_flow(std::uint32_t flow) = 0;

  /// The cell to send now, if any; it counts as sent once returned.
  virtual std::optional<Cell> next(base::Instant now) = 0;
  /// False if news have made a cell from next() pointless before it was sent; it then needs no
  /// outcome.
  virtual bool still_wanted(const Cell& cell) const = 0;
  /// When next() should be called again without other news; empty: only news can help.
  virtual std::optional<base::Instant> deadline() const = 0;

  /// Until then no probe may go that could reach the destination: answers to earlier ones, which do
  /// not name their probe, may still be on their way. A later call moves the time, either way.
  virtual void hold(std::uint32_t flow, base::Instant until) = 0;

  /// Every cell gets exactly one final outcome, but kReachedUnknown, which comes in addition.
  virtual void on_outcome(const Cell& cell, const Outcome& outcome) = 0;

  /// True while next() may still ask for a cell of this round.
  virtual bool is_open(std::uint32_t flow, std::uint64_t round) const = 0;
  /// True once every flow has sent its last round.
  virtual bool finished() const = 0;

  /// TTL where the flow's walk ends (destination or blocker); empty while unknown.
  virtual std::optional<std::uint8_t> end_of_path(std::uint32_t flow) const = 0;

  virtual void set_round_interval(Duration interval) = 0;
  /// The interval in use, longer than asked for if the rate does not permit it.
  virtual Duration effective_interval() const = 0;
};

}  // namespace etr::plan
