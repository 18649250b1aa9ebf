// The planner decides what is probed next, and nothing else: a strategy of discovery or of watching
// is a planner. The engine sends what it asks for, paces, matches replies and judges; it knows no
// planner by name. What has been found out so far the planner reads from its host.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "etr/ip_address.h"
#include "etr/run_info.h"
#include "etr/view.h"
#include "model/known_flow.h"

namespace etr::plan {

/// A flow of the run. Never reused.
using FlowId = std::uint32_t;

/// One probe that a planner wants.
struct Request {
  FlowId flow = 0;
  std::uint8_t ttl = 0;
  std::uint64_t round = 0;
  /// Part of the flow's running round and of its record. Otherwise the probe stands by itself: it
  /// counts in the statistics, and its round number says nothing.
  bool recorded = true;
  friend bool operator==(const Request&, const Request&) = default;
};

enum class OutcomeKind : std::uint8_t {
  kTimeExceeded,  ///< A router answered; the path goes on.
  kReached,       ///< The destination answered.
  kBlocked,       ///< Another host refused to forward the probe.
  kLost,          ///< No reply within the timeout.
  kSendFailed,    ///< It never left this host.
  kWithdrawn,  ///< Counts as never sent: beyond the destination, or its reply cannot be attributed.
};

/// What became of a probe.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kLost;
  base::Instant at{};
  std::optional<Duration> rtt;         ///< Empty also for replies that show no time.
  std::optional<IpAddress> responder;  ///< Who answered.
};

/// What the planner tells of itself.
struct PlanStatus {
  Duration wanted_interval{};  ///< Between rounds, as asked for.
  Duration round_interval{};   ///< In use: longer if the rate does not permit that.
};

/// What a planner may ask of the engine. All calls on the probing thread.
class PlannerHost {
 public:
  virtual ~PlannerHost() = default;

  /// Opens a flow of the trace, with its next free source port. Empty if there is none, or no
  /// route; the engine has reported the reason.
  virtual std::optional<FlowId> open_flow(std::uint32_t trace) = 0;
  /// Ends a flow and frees its port. Its rounds are closed as they are, probes in flight get no
  /// outcome. Not from within on_outcome() for this flow's own probe while a round of it is open.
  virtual void close_flow(FlowId flow) = 0;

  /// Reserves room for a record and opens the flow's next round; the one before takes no more
  /// probes. False: no room now, see Planner::on_room().
  virtual bool begin_round(FlowId flow, std::uint64_t round) = 0;
  /// The running round takes no more probes; its record is closed once each of them has its
  /// verdict.
  virtual void end_round(FlowId flow) = 0;

  /// What is known of an open flow. Changes between calls; the reference stays valid until
  /// close_flow().
  virtual const model::KnownFlow& known(FlowId flow) const = 0;
};

/// All calls on the probing thread.
class Planner {
 public:
  virtual ~Planner() = default;

  /// Once, before all else: opens the first flows. `host` outlives the planner.
  virtual void start(PlannerHost& host, std::span<const TraceInfo> traces, base::Instant now) = 0;

  /// The probe to send now, if any. It may be asked for again, and given differently, until sent():
  /// the pacer may hold it back while replies arrive.
  virtual std::optional<Request> next(base::Instant now) = 0;
  /// The request leaves. It will have exactly one outcome.
  virtual void sent(const Request& request, base::Instant now) = 0;
  virtual void on_outcome(const Request& request, const Outcome& outcome) = 0;
  /// The flow's service gate has opened earlier than it said.
  virtual void on_gate_open(FlowId flow) = 0;
  /// There may be room for another record.
  virtual void on_room() = 0;

  /// When next() should be called if nothing else happens; empty: nothing to do until the next
  /// outcome.
  virtual std::optional<base::Instant> deadline() = 0;
  /// True once every probe that is wanted has been sent.
  virtual bool finished() const = 0;

  /// A command of the user, for what the planner knows how to do.
  virtual void obey(const Command& command) = 0;
  virtual PlanStatus status() const = 0;
};

}  // namespace etr::plan
