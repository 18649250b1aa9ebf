// The first planner: every flow sweeps its TTLs once per round.
//
// In round 0 all flows walk together: TTL t may go once t is at most 3 above the highest TTL that
// answered, or once everything below has had time to answer. The first answer that is not a time
// exceeded ends the walk. If the TTL below it has not answered, the walk's end is uncertain (that
// probe may have been lost on its way to the destination) and the TTL below is looked at again.
// Flows due at once take turns of 3 TTLs, so that no router sees them all in a row.
//
// From round 1 on a flow sends TTL 1..end, and the P flows start a P-th of the interval apart, so
// that routers shared by flows see evenly spaced probes. Their order changes from round to round:
// else a router that answers once a second, say, would answer the same flows for ever, and what
// happens to the others there would not be seen. Where the destination stays silent the
// sweep goes 3 past the highest answer, and every third silent round looks 3 further.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "plan/planner.h"

namespace etr::plan {

struct FixedRoundsOptions {
  std::uint64_t rounds = 0;  ///< 0: endless.
  Duration ttl_delay{};
  Duration round_interval{};
  Duration timeout{};
  double rate = 0;           ///< Probes per second over all flows; 0: no limit.
};

class FixedRounds final : public Planner {
 public:
  /// `may_start` is asked before each round of each flow; false parks the flow until retry_starts().
  FixedRounds(const FixedRoundsOptions& options, base::Instant start,
              std::function<bool()> may_start);

  void add_flow(std::uint32_t flow, std::uint8_t max_ttl) override;
  void retire_flow(std::uint32_t flow) override;
  std::optional<Cell> next(base::Instant now) override;
  bool still_wanted(const Cell& cell) const override;
  std::optional<base::Instant> deadline() const override;
  void hold(std::uint32_t flow, base::Instant until) override;
  void on_outcome(const Cell& cell, const Outcome& outcome) override;
  bool is_open(std::uint32_t flow, std::uint64_t round) const override;
  bool finished() const override;
  std::optional<std::uint8_t> end_of_path(std::uint32_t flow) const override;
  void set_round_interval(Duration interval) override;
  Duration effective_interval() const override { return effective_interval_; }

  /// Asks `may_start` again for a parked flow; if it may start, then for the next one, and so on.
  void retry_starts();

 private:
  /// What is known of one TTL in the running round.
  enum class Mark : std::uint8_t { kUnsent, kWaiting, kRouter, kEnd, kNothing };
  struct Step {
    Mark mark = Mark::kUnsent;
    std::uint8_t looks = 0;  ///< Second looks taken.
    base::Instant sent{};
  };
  struct FlowPlan {
    std::uint8_t max_ttl = 0;
    bool active = false;
    bool parked = false;
    bool started = false;    ///< The first round has begun.
    bool last_round = false; ///< The running round is the last of the run.
    bool busy = false;       ///< Has probes to send; counted in busy_.
    std::uint64_t round = 0;
    base::Instant round_start{};
    base::Instant next_start{};
    base::Instant interval_start{};         ///< Of the interval in which the next round begins,
    std::uint64_t intervals = 0;            ///< and how many there were before.
    std::uint8_t highest_router = 0;        ///< Highest TTL with a time exceeded on this path.
    std::optional<std::uint8_t> end;        ///< TTL of the destination or blocker.
    bool end_confirmed = false;
    std::uint8_t silent_below = 0;          ///< Rounds without an answer from below this end.
    std::uint8_t silent_rounds = 0;         ///< Rounds since the end last answered.
    std::uint8_t reach = 0;                 ///< Highest TTL that anything ever answered at.
    std::uint8_t searches = 0;              ///< Searches for a silent end, each 3 TTLs further.
    std::uint8_t search_limit = 0;          ///< Of the running round; 0: no search.
    bool one_at_a_time = false;             ///< See OutcomeKind::kReachedUnknown.
    base::Instant hold{};                   ///< No probe beyond the routers before.
    /// The destination's answers do not name their probe: only one may be out to it at a time.
    bool nameless_answers = false;
    std::optional<std::uint64_t> end_probe;  ///< Round of a probe to the end without outcome yet.
    std::optional<std::uint8_t> look;       ///< TTL to be looked at again.
    std::optional<Duration> srtt;
    std::vector<Step> steps;                ///< Index TTL - 1, of the running round.
    std::uint8_t first_unsent = 0;          ///< Index of the first step not sent, or their number.
    std::uint32_t sends = 0;
    std::uint64_t turn = 0;                 ///< Place among flows due at the same time.
    std::uint8_t planned_cells = 0;         ///< Its share of total_cells_.
    std::uint64_t version = 0;              ///< Of its entry in the queue.
    std::optional<base::Instant> queued;    ///< When that entry is due, if there is one.
  };
  struct Due {
    base::Instant at;
    std::uint64_t turn;
    std::uint32_t flow;
    std::uint64_t version;
    friend bool operator>(const Due& a, const Due& b) {
      return std::tie(a.at, a.turn, a.flow) > std::tie(b.at, b.turn, b.flow);
    }
  };
  struct Candidate {
    std::uint8_t ttl;
    base::Instant at;
  };

  std::uint8_t limit(const FlowPlan& flow) const;
  Duration patience(const FlowPlan& flow) const;
  std::optional<Candidate> candidate(const FlowPlan& flow) const;
  std::optional<Candidate> second_look(const FlowPlan& flow) const;
  std::optional<base::Instant> permitted_at(const FlowPlan& flow, std::uint8_t ttl) const;
  bool sweeping(const FlowPlan& flow) const;
  bool begin_round(FlowPlan& flow, const Due& due, base::Instant now);
  Duration offset(std::uint32_t id) const;
  static void set_end(FlowPlan& flow, std::optional<std::uint8_t> end);
  void note_end(FlowPlan& flow, std::uint8_t ttl);
  void note_router(FlowPlan& flow, std::uint8_t ttl);
  void note_alive(FlowPlan& flow);
  void plan_search(FlowPlan& flow);
  void check_end(FlowPlan& flow);
  static void pass_sent(FlowPlan& flow);
  void schedule(std::uint32_t id);
  void count_busy(FlowPlan& flow);
  void release_one();
  void count_cells(FlowPlan& flow);

  FixedRoundsOptions options_;
  base::Instant start_;
  std::function<bool()> may_start_;
  Duration effective_interval_;
  std::uint64_t total_cells_ = 0;           ///< Probes that one round of all flows takes.
  std::vector<FlowPlan> flows_;
  std::uint32_t active_ = 0;
  std::uint32_t busy_ = 0;
  mutable std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
  std::deque<std::uint32_t> parked_;
  std::uint64_t turn_ = 0;                  ///< The last one given.
};

}  // namespace etr::plan
