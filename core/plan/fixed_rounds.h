// Fixed rounds: P flows per trace, each of which sweeps its TTLs once per round.
//
// In round 0 all flows start together and go up as described in sweep.h. The first reply that is
// not a time exceeded ends the sweep. From round 1 on a flow probes TTL 1 to the end of its path,
// and the flows start at even distances in the interval, see round_clock.h. Flows due at the same
// time take turns of 3 TTLs, so that no router receives the probes of all flows in a row.
//
// A round that differs from the path of its flow at one TTL probes that TTL again before it ends,
// and a TTL that has alternated in recent rounds is probed twice in a row: this distinguishes a
// path change from a hop balanced per packet.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "plan/due_queue.h"
#include "plan/planner.h"
#include "plan/round_clock.h"
#include "plan/sweep.h"

namespace etr::plan {

struct FixedRoundsOptions {
  std::uint32_t flows = 5;   ///< Per trace.
  std::uint64_t rounds = 0;  ///< 0: no limit.
  Duration ttl_delay = std::chrono::milliseconds(10);
  Duration round_interval = std::chrono::seconds(2);
  Duration timeout = std::chrono::seconds(1);
  double rate = 300;  ///< Probes per second over all flows; 0: no limit.
};

class FixedRounds final : public Planner {
 public:
  explicit FixedRounds(const FixedRoundsOptions& options);

  void start(PlannerHost& host, std::span<const TraceInfo> traces, base::Instant now) override;
  std::optional<Request> next(base::Instant now) override;
  void sent(const Request& request, base::Instant now) override;
  void on_outcome(const Request& request, const Outcome& outcome) override;
  void on_gate_open(FlowId flow) override { schedule(flow); }
  void on_room() override;
  std::optional<base::Instant> deadline() const override;
  bool finished() const override { return busy_ == 0; }
  void obey(const Command& command) override;
  PlanStatus status() const override { return {clock_.wanted(), clock_.interval()}; }

  /// Adds a flow that the host has opened.
  void add_flow(FlowId flow, base::Instant now);
  void set_round_interval(Duration interval);

 private:
  struct FlowPlan {
    bool active = false;
    bool parked = false;      ///< Waits for room for its record.
    bool started = false;     ///< Its first round has begun.
    bool last_round = false;  ///< The running round is the last of the run.
    bool busy = false;        ///< Has probes left to send; counted in busy_.
    std::uint64_t round = 0;
    base::Instant round_start{};
    RoundClock::Schedule schedule;
    std::optional<Duration> srtt;            ///< Smoothed RTT (RFC 6298 §2).
    std::optional<std::uint8_t> under_test;  ///< TTL to probe twice in this round.
    std::optional<std::uint8_t> doubt;       ///< TTL to probe again now.
    bool doubt_asked = false;                ///< doubt was determined for this round.
    std::uint32_t sends = 0;
  };

  bool in_round(FlowId id) const;
  std::optional<Sweep::Candidate> candidate(FlowId id) const;
  bool begin_round(FlowId id, base::Instant due, base::Instant now);
  void end_round_if_done(FlowId id);
  std::optional<std::uint8_t> under_test(FlowId id) const;
  void count_cells(FlowId id);
  void count_busy(FlowId id);
  void schedule(FlowId id);
  void release_one();

  FixedRoundsOptions options_;
  PlannerHost* host_ = nullptr;
  RoundClock clock_;
  Sweep sweep_;
  DueQueue due_;
  std::vector<FlowPlan> flows_;
  std::uint32_t busy_ = 0;     ///< Flows with probes left to send.
  std::deque<FlowId> parked_;  ///< Flows waiting for room, longest first.
};

}  // namespace etr::plan
