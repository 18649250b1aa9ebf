// The planner decides which probe is sent next, and nothing else: each strategy of discovery or
// monitoring is a planner. The engine sends what the planner requests, paces it, matches replies
// and gives verdicts; it depends on no particular planner. The planner reads what is known of a
// flow from its host.
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

/// A flow of the run. Ids are never reused.
using FlowId = std::uint32_t;

/// One probe that the planner requests.
struct Request {
  FlowId flow = 0;
  std::uint8_t ttl = 0;
  std::uint64_t round = 0;
  /// The probe belongs to the running round of the flow and to its record. Otherwise it stands
  /// alone: it counts in the statistics, and its round number has no meaning.
  bool recorded = true;
  friend bool operator==(const Request&, const Request&) = default;
};

enum class OutcomeKind : std::uint8_t {
  kTimeExceeded,  ///< A router answered; the path goes on.
  kReached,       ///< The destination answered.
  kBlocked,       ///< Another host reported that it does not forward the probe.
  kLost,          ///< No reply within the timeout.
  kSendFailed,    ///< It was not sent.
  kWithdrawn,  ///< Counts as never sent: past the destination, or its reply cannot be attributed.
};

/// The outcome of a probe.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kLost;
  base::Instant at{};
  std::optional<Duration> rtt;         ///< Empty also for a reply that shows no time.
  std::optional<IpAddress> responder;  ///< Source of the reply.
};

/// State of the planner, for display.
struct PlanStatus {
  Duration wanted_interval{};  ///< Between rounds, as requested by the user.
  Duration round_interval{};   ///< In use: longer if the rate does not allow the requested one.
};

/// Services of the engine for its planner. All calls on the probing thread.
class PlannerHost {
 public:
  virtual ~PlannerHost() = default;

  /// Opens a flow of the trace on the next free source port. Empty if there is no port or no route
  /// left; the engine has reported the reason.
  virtual std::optional<FlowId> open_flow(std::uint32_t trace) = 0;
  /// Closes a flow and frees its port. Its open rounds are closed as they are, and its probes in
  /// flight get no outcome. Must not be called from on_outcome() for a probe of this flow while a
  /// round of the flow is open.
  virtual void close_flow(FlowId flow) = 0;

  /// Reserves room for a record and opens the next round of the flow; the round before takes no
  /// more probes. False: no room now, see Planner::on_room().
  virtual bool begin_round(FlowId flow, std::uint64_t round) = 0;
  /// The running round takes no more probes. Its record is closed once each of its probes has a
  /// verdict.
  virtual void end_round(FlowId flow) = 0;

  /// The knowledge of an open flow. It changes between calls; the reference is valid until
  /// close_flow().
  virtual const model::KnownFlow& known(FlowId flow) const = 0;
};

/// A strategy of probing. All calls on the probing thread.
class Planner {
 public:
  virtual ~Planner() = default;

  /// Called once, first: opens the first flows. `host` outlives the planner.
  virtual void start(PlannerHost& host, std::span<const TraceInfo> traces, base::Instant now) = 0;

  /// The probe to send now; empty: none. Until sent() is called, the next call may return the same
  /// or another one, because replies arrive while the pacer holds a probe back.
  virtual std::optional<Request> next(base::Instant now) = 0;
  /// The requested probe is being sent. It will have exactly one outcome.
  virtual void sent(const Request& request, base::Instant now) = 0;
  virtual void on_outcome(const Request& request, const Outcome& outcome) = 0;
  /// The service gate of the flow opened earlier than announced.
  virtual void on_gate_open(FlowId flow) = 0;
  /// There may be room for another record.
  virtual void on_room() = 0;

  /// When to call next() if nothing happens before; empty: nothing to do until the next outcome.
  virtual std::optional<base::Instant> deadline() const = 0;
  /// Every probe of the plan has been sent.
  virtual bool finished() const = 0;

  /// Executes a command of the user, if it concerns the planner.
  virtual void obey(const Command& command) = 0;
  virtual PlanStatus status() const = 0;
};

}  // namespace etr::plan
