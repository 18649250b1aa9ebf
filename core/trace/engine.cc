#include "trace/engine.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "plan/fixed_rounds.h"
#include "trace/event_reporter.h"
#include "trace/flow_opener.h"
#include "trace/pacer.h"
#include "trace/path_recorder.h"
#include "trace/probe_sender.h"
#include "trace/receiver.h"
#include "trace/run_state.h"
#include "trace/verdicts.h"

namespace etr::trace {

using base::Instant;

namespace {

/// How long lost and answered probes are remembered, for late and second answers.
constexpr Duration kMinMemory = std::chrono::seconds(10);
/// Sends between two looks at the capture.
constexpr int kSendBatch = 16;
constexpr Duration kHousekeeping = std::chrono::seconds(1);

}  // namespace

class Engine::Impl {
 public:
  Impl(EngineOptions options, std::vector<Target> targets, const Prober& prober,
       const PathHasher& hasher, transport::Transport& transport)
      : options_(std::move(options)),
        targets_(std::move(targets)),
        prober_(prober),
        hasher_(hasher),
        transport_(transport),
        pacer_(options_.rate, options_.burst),
        sender_(prober, transport) {}

  absl::Status start();
  absl::Status run(model::Observer& observer);

  void stop(StopReason reason) {
    stop_.store(static_cast<int>(reason) + 1);
    transport_.wake();
  }
  void post(const Command& command) {
    {
      const std::lock_guard lock(mailbox_mutex_);
      mailbox_.push_back(command);
    }
    transport_.wake();
  }
  const std::vector<TraceInfo>& traces() const { return traces_; }
  Summary summary();

 private:
  void set_up(model::Observer& observer);
  void loop();
  Instant next_deadline(Instant now);
  bool stopping() const { return stop_.load() != 0; }
  bool finished() const;

  void send(Instant now);
  std::optional<Wanted> next_wanted(Instant now);
  void send_probe(const Wanted& wanted, Instant now);

  void obey();
  void obey(const Command& command);
  void reset_statistics();
  void housekeeping(Instant now);
  void report_stretch();
  void offer_snapshot();
  std::shared_ptr<const Snapshot> make_run_snapshot();

  EngineOptions options_;
  std::vector<Target> targets_;
  const Prober& prober_;
  const PathHasher& hasher_;
  transport::Transport& transport_;

  // From start() on.
  std::vector<TraceInfo> traces_;
  std::vector<std::unique_ptr<model::PathRegistry>> registries_;
  std::vector<std::unique_ptr<FlowState>> flows_;
  std::vector<Event> early_events_;

  // From run() on.
  model::Observer* observer_ = nullptr;
  std::unique_ptr<plan::FixedRounds> planner_;
  std::unique_ptr<EventReporter> events_;
  std::unique_ptr<PathRecorder> recorder_;
  std::unique_ptr<RunState> state_;
  std::unique_ptr<Verdicts> verdicts_;
  std::unique_ptr<Receiver> receiver_;

  Pacer pacer_;
  ProbeSender sender_;
  std::optional<Wanted> pending_;  ///< Held back by the pacer.
  Instant pending_at_{};
  Instant started_at_{};
  Instant next_housekeeping_{};
  std::uint64_t drops_told_ = 0;
  Duration reported_interval_{};
  bool paused_ = false;
  Counters counters_;

  std::atomic<int> stop_{0};  ///< 0, or the StopReason + 1.
  // Commands come from the view's thread, rarely; a channel would be more than they need.
  std::mutex mailbox_mutex_;
  std::vector<Command> mailbox_;
};

absl::Status Engine::Impl::start() {
  auto opened = open_flows(options_, targets_, prober_, transport_);
  if (!opened.ok()) return opened.status();
  traces_ = std::move(opened->traces);
  registries_ = std::move(opened->registries);
  flows_ = std::move(opened->flows);
  early_events_ = std::move(opened->events);
  return transport_.start(capture_filter(traces_, prober_));
}

absl::Status Engine::Impl::run(model::Observer& observer) {
  set_up(observer);
  for (Event& event : early_events_) observer.on_event(std::move(event));
  absl::Status status;
  try {
    loop();
  } catch (const std::exception& fault) {
    // A prober that throws in encode, or a hasher: without them there is no trace.
    status = absl::InternalError(fault.what());
    int none = 0;
    stop_.compare_exchange_strong(none, static_cast<int>(StopReason::kFault) + 1);
  }
  verdicts_->cut();
  events_->due(true);
  for (std::uint32_t trace = 0; trace < traces_.size(); ++trace) recorder_->classify_trace(trace, true);
  return status;
}

void Engine::Impl::set_up(model::Observer& observer) {
  observer_ = &observer;
  started_at_ = transport_.clock().now();
  next_housekeeping_ = started_at_ + kHousekeeping;
  reported_interval_ = options_.round_interval;
  const plan::FixedRoundsOptions rounds{options_.rounds, options_.ttl_delay,
                                        options_.round_interval, options_.timeout, options_.rate};
  planner_ = std::make_unique<plan::FixedRounds>(
      rounds, started_at_, [this] { return !paused_ && observer_->reserve(); });
  for (std::uint32_t id = 0; id < flows_.size(); ++id) planner_->add_flow(id, flows_[id]->max_ttl);
  events_ = std::make_unique<EventReporter>(observer, transport_.clock());
  recorder_ = std::make_unique<PathRecorder>(hasher_, std::string(prober_.record_name()),
                                             transport_.clock(), flows_, observer);
  state_ = std::make_unique<RunState>(RunState{options_, transport_, observer, *events_, *planner_,
                                               *recorder_, flows_, counters_});
  verdicts_ = std::make_unique<Verdicts>(*state_);
  receiver_ = std::make_unique<Receiver>(*state_, *verdicts_, prober_);
}

// Wait, receive, expire, send: what has arrived is looked at before anything is given up, and what
// is given up before more is sent.
void Engine::Impl::loop() {
  while (!stopping() && !finished()) {
    transport_.wait(next_deadline(transport_.clock().now()));
    const Instant before = transport_.clock().now();
    receiver_->receive();
    verdicts_->expire(before);
    obey();
    if (stopping()) break;
    planner_->retry_starts();
    send(transport_.clock().now());
    housekeeping(before);
    offer_snapshot();
  }
}

bool Engine::Impl::finished() const {
  if (pending_ || !planner_->finished()) return false;
  return std::all_of(flows_.begin(), flows_.end(),
                     [](const auto& flow) { return flow->rounds.empty(); });
}

Instant Engine::Impl::next_deadline(Instant now) {
  Instant deadline = std::min(next_housekeeping_,
                              verdicts_->next_expiry().value_or(next_housekeeping_));
  if (pending_) {
    deadline = std::min(deadline, pending_at_);
  } else if (!state_->second_looks.empty()) {
    deadline = now;
  } else if (const auto wanted = planner_->deadline()) {
    deadline = std::min(deadline, *wanted);
  }
  return std::max(deadline, now);
}

void Engine::Impl::send(Instant now) {
  for (int budget = kSendBatch; budget > 0; --budget) {
    if (!pending_) pending_ = next_wanted(now);
    if (pending_ && !pending_->second_look && !planner_->still_wanted(pending_->cell)) {
      pending_ = next_wanted(now);
    }
    if (!pending_) return;
    pending_at_ = pacer_.earliest(now, pending_->cell.ttl);
    if (pending_at_ > now) return;
    const Wanted wanted = *pending_;
    pending_.reset();
    pacer_.sent(now, wanted.cell.ttl);
    send_probe(wanted, now);
    now = transport_.clock().now();
  }
}

std::optional<Wanted> Engine::Impl::next_wanted(Instant now) {
  if (!state_->second_looks.empty()) {
    const plan::Cell cell = state_->second_looks.front();
    state_->second_looks.pop_front();
    return Wanted{cell, true};
  }
  const auto cell = planner_->next(now);
  if (!cell) return std::nullopt;
  return Wanted{*cell, false};
}

void Engine::Impl::send_probe(const Wanted& wanted, Instant now) {
  const plan::Cell& cell = wanted.cell;
  FlowState& flow = *flows_[cell.flow];
  const base::Moment at = base::read_both(transport_.clock());
  if (!wanted.second_look) {
    if (flow.rounds.empty() || flow.rounds.back().number() != cell.round) {
      flow.rounds.emplace_back(cell.round);
      flow.probes.forget(now - std::max(kMinMemory, 3 * options_.timeout));
    }
    flow.rounds.back().sent(cell.ttl, at.utc);
  }
  Probe* probe = flow.probes.add(cell.ttl, cell.round);
  if (probe == nullptr) {
    return verdicts_->send_failed(wanted, nullptr,
                                  "every slot of this ttl is still waiting for an answer");
  }
  probe->token = options_.key.token(cell.flow, cell.ttl, flow.probes_made++);
  probe->sent = at.now;
  probe->sent_utc = at.utc;
  probe->second_look = wanted.second_look;
  const absl::Status status = sender_.send(flow, *probe);
  if (!status.ok()) {
    return verdicts_->send_failed(wanted, probe, std::string(status.message()));
  }
  verdicts_->sent(cell.flow, *probe);
}

void Engine::Impl::obey() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mailbox_mutex_);
    commands.swap(mailbox_);
  }
  for (const Command& command : commands) obey(command);
}

void Engine::Impl::obey(const Command& command) {
  switch (command.kind) {
    case Command::Kind::kPause:
      paused_ = !paused_;
      break;
    case Command::Kind::kSetRoundInterval:
      options_.round_interval = command.interval;
      reported_interval_ = command.interval;
      planner_->set_round_interval(command.interval);
      break;
    case Command::Kind::kResetStatistics:
      reset_statistics();
      break;
    default:
      break;
  }
}

void Engine::Impl::reset_statistics() {
  for (const auto& flow : flows_) {
    for (model::HopStatistics& hop : flow->hops) hop = model::HopStatistics{};
    flow->probes.for_each_in_flight([&](Probe& probe) { ++flow->hop(probe.ttl).sent; });
    flow->rounds_closed = 0;
    flow->path_changes = 0;
    flow->snapshot.reset();
  }
}

void Engine::Impl::housekeeping(Instant now) {
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + kHousekeeping;
  counters_.capture_drops = transport_.counters().dropped;
  if (counters_.capture_drops > drops_told_) {
    Event event;
    event.kind = EventKind::kNotice;
    event.text = absl::StrFormat("the capture missed %d packets: answers among them look lost",
                                 counters_.capture_drops - drops_told_);
    drops_told_ = counters_.capture_drops;
    events_->report(std::move(event));
  }
  for (std::string& notice : transport_.take_notices()) {
    Event event;
    event.kind = EventKind::kRouteChange;
    event.text = std::move(notice);
    events_->report(std::move(event));
  }
  events_->due();
  report_stretch();
}

/// Once every flow knows how many probes it takes, and again if that grows by much.
void Engine::Impl::report_stretch() {
  const bool all_known = std::all_of(flows_.begin(), flows_.end(),
                                     [](const auto& flow) { return flow->rounds_closed > 0; });
  const Duration interval = planner_->effective_interval();
  if (all_known && interval > options_.round_interval &&
      interval > reported_interval_ + reported_interval_ / 4) {
    reported_interval_ = interval;
    Event event;
    event.kind = EventKind::kRoundStretched;
    event.text = absl::StrCat(
        "a round takes ", std::chrono::duration_cast<std::chrono::milliseconds>(interval).count(),
        " ms at ", options_.rate, " probes/s");
    events_->report(std::move(event));
  }
}

void Engine::Impl::offer_snapshot() {
  if (observer_->wants_snapshot()) observer_->on_snapshot(make_run_snapshot());
}

std::shared_ptr<const Snapshot> Engine::Impl::make_run_snapshot() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->at = transport_.clock().utc();
  snapshot->elapsed = transport_.clock().now() - started_at_;
  snapshot->paused = paused_;
  snapshot->round_interval = planner_ ? planner_->effective_interval() : options_.round_interval;
  snapshot->counters = counters_;
  snapshot->flows.reserve(flows_.size());
  for (const auto& flow : flows_) {
    if (!flow->snapshot) flow->snapshot = make_snapshot(*flow);
    snapshot->flows.push_back(flow->snapshot);
  }
  return snapshot;
}

Summary Engine::Impl::summary() {
  Summary summary;
  const int stopped = stop_.load();
  summary.reason = stopped == 0 ? StopReason::kFinished : static_cast<StopReason>(stopped - 1);
  counters_.capture_drops = transport_.counters().dropped;
  summary.snapshot = make_run_snapshot();
  if (recorder_) summary.records = recorder_->records();
  return summary;
}

Engine::Engine(EngineOptions options, std::vector<Target> targets, const Prober& prober,
               const PathHasher& hasher, transport::Transport& transport)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(targets), prober, hasher,
                                   transport)) {}
Engine::~Engine() = default;

absl::Status Engine::start() { return impl_->start(); }
absl::Status Engine::run(model::Observer& observer) { return impl_->run(observer); }
const std::vector<TraceInfo>& Engine::traces() const { return impl_->traces(); }
Summary Engine::summary() const { return impl_->summary(); }
void Engine::stop(StopReason reason) { impl_->stop(reason); }
void Engine::post(const Command& command) { impl_->post(command); }

}  // namespace etr::trace
