#include "trace/engine.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/mutex.h"
#include "trace/judge.h"
#include "trace/pacer.h"
#include "trace/path_recorder.h"
#include "trace/planner_desk.h"
#include "trace/probe_sender.h"
#include "trace/receiver.h"
#include "trace/round_keeper.h"
#include "trace/run_context.h"
#include "trace/snapshot_maker.h"

namespace etr::trace {

using base::Instant;

namespace {

/// Maximum number of probes sent before the capture is read again.
constexpr int kSendBatch = 16;
constexpr Duration kHousekeeping = std::chrono::seconds(1);

}  // namespace

class Engine::Impl {
 public:
  Impl(EngineOptions options, std::vector<Target> targets, std::unique_ptr<plan::Planner> planner,
       const Prober& prober, const PathHasher& hasher, transport::Transport& transport)
      : options_(std::move(options)),
        targets_(std::move(targets)),
        planner_(std::move(planner)),
        prober_(prober),
        hasher_(hasher),
        transport_(transport),
        dispatcher_(prober),
        events_(transport.clock()),
        flows_(options_, prober, transport, dispatcher_, events_),
        desk_(flows_, events_),
        pacer_(options_.rate, options_.burst),
        sender_(prober, transport),
        snapshots_(flows_) {}

  absl::Status start();
  absl::Status run(model::Observer& observer);

  void stop(StopReason reason) {
    stop_.store(static_cast<int>(reason) + 1);
    transport_.wake();
  }
  void post(const Command& command) {
    {
      const base::MutexLock lock(mailbox_mutex_);
      mailbox_.push_back(command);
    }
    transport_.wake();
  }
  std::vector<TraceInfo> traces() const;
  Summary summary();

 private:
  /// The parts that exist during a run, in order of construction.
  struct Run {
    Run(Impl& engine, model::Observer& observer)
        : context{engine.options_,  engine.transport_, observer,        engine.events_,
                  *engine.planner_, engine.flows_,     engine.counters_},
          recorder(engine.hasher_, engine.transport_.clock(), observer, engine.events_),
          rounds(context, recorder),
          judge(context, rounds),
          receiver(context, judge, engine.dispatcher_) {}
    RunContext context;
    PathRecorder recorder;
    RoundKeeper rounds;
    Judge judge;
    Receiver receiver;
  };

  void set_up(model::Observer& observer);
  void loop();
  void wind_up();
  Instant next_deadline(Instant now);
  bool stopping() const { return stop_.load() != 0; }
  bool finished() const { return planner_->finished() && flows_.open_rounds == 0; }

  void send(Instant now);
  void send_probe(const plan::Request& request);

  void obey();
  void obey(const Command& command);
  void reset_statistics();
  void housekeeping(Instant now);
  void report_capture_drops();
  void report_stretch();
  void judge_graphs();
  void offer_snapshot();
  std::shared_ptr<Snapshot> begin_snapshot();

  EngineOptions options_;
  std::vector<Target> targets_;
  std::unique_ptr<plan::Planner> planner_;
  const Prober& prober_;
  const PathHasher& hasher_;
  transport::Transport& transport_;

  Dispatcher dispatcher_;
  EventReporter events_;
  FlowTable flows_;
  PlannerDesk desk_;
  Pacer pacer_;
  ProbeSender sender_;
  SnapshotMaker snapshots_;
  std::unique_ptr<Run> run_;

  bool more_to_receive_ = false;
  std::optional<Instant> paced_until_;  ///< When the pacer allows the probe requested now.
  Instant started_at_{};
  Instant next_housekeeping_{};
  std::size_t next_judged_ = 0;  ///< Index of the trace judged next.
  bool judging_ = false;         ///< A judgement is under way.
  std::uint64_t drops_reported_ = 0;
  Duration reported_interval_{};
  Counters counters_;

  std::atomic<int> stop_{0};  ///< 0: running; else the StopReason + 1.
  // A mutex suffices: commands of the view are rare.
  base::Mutex mailbox_mutex_;
  std::vector<Command> mailbox_ ETR_GUARDED_BY(mailbox_mutex_);
};

absl::Status Engine::Impl::start() {
  for (const Target& target : targets_) flows_.add_trace(target);
  planner_->start(desk_, traces(), transport_.clock().now());
  for (const auto& trace : flows_.traces()) {
    if (trace->flows.empty()) return desk_.refusal();
  }
  return transport_.start(capture_filter(flows_.traces(), prober_));
}

std::vector<TraceInfo> Engine::Impl::traces() const {
  std::vector<TraceInfo> infos;
  for (const auto& trace : flows_.traces()) infos.push_back(trace->info);
  return infos;
}

absl::Status Engine::Impl::run(model::Observer& observer) {
  absl::Status status;
  // A prober that throws in encode, or a hasher that throws: the run cannot go on, and it may throw
  // again when the last rounds are closed.
  const auto attempt = [&](const auto& step) {
    try {
      step();
    } catch (const std::exception& fault) {
      if (status.ok()) status = absl::InternalError(fault.what());
      int none = 0;
      stop_.compare_exchange_strong(none, static_cast<int>(StopReason::kFault) + 1);
    }
  };
  attempt([&] {
    set_up(observer);
    loop();
  });
  attempt([&] { wind_up(); });
  return status;
}

/// Closes the rounds that are open, and judges a last time.
void Engine::Impl::wind_up() {
  flows_.for_each([this](plan::FlowId, FlowState& flow) { run_->rounds.cut(flow); });
  events_.due(true);
  // Twice: the path found for one flow may resolve a flow visited before.
  for (int pass = 0; pass < 2; ++pass) {
    flows_.for_each([this](plan::FlowId, FlowState& flow) {
      run_->recorder.resolve(flows_.trace_of(flow), flow);
    });
  }
  for (const auto& trace : flows_.traces()) trace->graph.judge(transport_.clock().utc());
}

void Engine::Impl::set_up(model::Observer& observer) {
  started_at_ = transport_.clock().now();
  next_housekeeping_ = started_at_ + kHousekeeping;
  reported_interval_ = planner_->status().round_interval;
  run_ = std::make_unique<Run>(*this, observer);
  desk_.begin_run(run_->rounds);
  events_.begin(observer);
}

// Wait, receive, expire, send, in this order: what has arrived is processed before any probe is
// given up, and both before more probes are sent.
void Engine::Impl::loop() {
  while (!stopping() && !finished()) {
    flows_.forget_closed();
    transport_.wait(next_deadline(transport_.clock().now()));
    const Instant before = transport_.clock().now();
    // No probe is given up while its reply may still be in the capture.
    more_to_receive_ = !run_->receiver.receive();
    if (!more_to_receive_) run_->judge.expire(before);
    obey();
    if (stopping()) break;
    planner_->on_room();
    send(transport_.clock().now());
    housekeeping(before);
    judge_graphs();
    offer_snapshot();
  }
}

Instant Engine::Impl::next_deadline(Instant now) {
  if (more_to_receive_ || snapshots_.under_way() || judging_) return now;
  Instant deadline =
      std::min(next_housekeeping_, run_->judge.next_expiry().value_or(next_housekeeping_));
  if (paced_until_) {
    deadline = std::min(deadline, *paced_until_);
  } else if (const auto wanted = planner_->deadline()) {
    deadline = std::min(deadline, *wanted);
  }
  return std::max(deadline, now);
}

void Engine::Impl::send(Instant now) {
  paced_until_.reset();
  for (int budget = kSendBatch; budget > 0; --budget) {
    const auto request = planner_->next(now);
    if (!request) return;
    const Instant at = pacer_.earliest(now, request->ttl);
    if (at > now) {
      paced_until_ = at;
      return;
    }
    pacer_.sent(now, request->ttl);
    send_probe(*request);
    now = transport_.clock().now();
  }
}

void Engine::Impl::send_probe(const plan::Request& request) {
  FlowState& flow = flows_.at(request.flow);
  model::KnownFlow& known = flow.known;
  const base::Moment at = base::read_both(transport_.clock());
  if (request.recorded) known.round(request.round)->sent(request.ttl, at);
  if (known.end.ttl() == request.ttl) known.gate.sent_to_end(request.round);
  planner_->sent(request, at.now);
  Probe* probe = flow.probes.add(request.ttl, request.round);
  if (probe == nullptr) {
    return run_->judge.send_failed(request, nullptr,
                                   "no free slot: every probe of this ttl is still in flight");
  }
  probe->token = options_.key.token(request.flow, request.ttl, flow.probes_made++);
  probe->sent = at.now;
  probe->sent_utc = at.utc;
  probe->recorded = request.recorded;
  const absl::Status status = sender_.send(flow, *probe);
  if (!status.ok()) {
    return run_->judge.send_failed(request, probe, std::string(status.message()));
  }
  run_->judge.sent(request.flow, *probe);
}

void Engine::Impl::obey() {
  std::vector<Command> commands;
  {
    const base::MutexLock lock(mailbox_mutex_);
    commands.swap(mailbox_);
  }
  for (const Command& command : commands) obey(command);
}

void Engine::Impl::obey(const Command& command) {
  if (command.kind == Command::Kind::kPause) run_->rounds.paused = !run_->rounds.paused;
  if (command.kind == Command::Kind::kResetStatistics) reset_statistics();
  if (command.kind == Command::Kind::kSetRoundInterval) reported_interval_ = command.interval;
  planner_->obey(command);
}

void Engine::Impl::reset_statistics() {
  flows_.for_each([](plan::FlowId, FlowState& flow) {
    for (model::HopStatistics& hop : flow.hops) hop = model::HopStatistics{};
    flow.probes.for_each_in_flight([&](Probe& probe) { ++flow.hop(probe.ttl).sent; });
    flow.rounds_closed = 0;
    flow.path_changes = 0;
    flow.snapshot.reset();
  });
  for (const auto& trace : flows_.traces()) trace->graph.reset();
}

void Engine::Impl::housekeeping(Instant now) {
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + kHousekeeping;
  report_capture_drops();
  for (std::string& notice : transport_.take_notices()) {
    Event event;
    event.kind = EventKind::kRouteChange;
    event.text = std::move(notice);
    events_.report(std::move(event));
  }
  events_.due();
  report_stretch();
}

void Engine::Impl::report_capture_drops() {
  counters_.capture_drops = transport_.counters().dropped;
  if (counters_.capture_drops <= drops_reported_) return;
  Event event;
  event.kind = EventKind::kNotice;
  event.text = absl::StrFormat("the capture dropped %d packets; replies among them count as lost",
                               counters_.capture_drops - drops_reported_);
  drops_reported_ = counters_.capture_drops;
  events_.report(std::move(event));
}

/// Reports the interval once every flow has closed a round, if it is longer by more than a quarter
/// than the one reported last (at first: the one at the start).
void Engine::Impl::report_stretch() {
  if (flows_.without_record() > 0) return;
  const plan::PlanStatus status = planner_->status();
  if (status.round_interval <= status.wanted_interval ||
      status.round_interval <= reported_interval_ + reported_interval_ / 4) {
    return;
  }
  reported_interval_ = status.round_interval;
  Event event;
  event.kind = EventKind::kRoundStretched;
  event.text = absl::StrCat(
      "a round takes ",
      std::chrono::duration_cast<std::chrono::milliseconds>(status.round_interval).count(),
      " ms at ", options_.rate, " probes/s");
  events_.report(std::move(event));
}

/// One piece of the judgement of one graph; the traces take turns.
void Engine::Impl::judge_graphs() {
  const auto& traces = flows_.traces();
  next_judged_ = next_judged_ % traces.size();
  judging_ = traces[next_judged_]->graph.advance(transport_.clock().utc());
  if (!judging_) ++next_judged_;
}

void Engine::Impl::offer_snapshot() {
  model::Observer& observer = run_->context.observer;
  if (!snapshots_.under_way() && !observer.wants_snapshot()) return;
  if (!snapshots_.advance()) return;
  const std::shared_ptr<Snapshot> snapshot = begin_snapshot();
  snapshots_.take(*snapshot);
  observer.on_snapshot(snapshot);
}

/// A snapshot without flows and graphs.
std::shared_ptr<Snapshot> Engine::Impl::begin_snapshot() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->at = transport_.clock().utc();
  snapshot->elapsed = transport_.clock().now() - started_at_;
  snapshot->paused = run_ && run_->rounds.paused;
  snapshot->round_interval = planner_->status().round_interval;
  snapshot->counters = counters_;
  return snapshot;
}

Summary Engine::Impl::summary() {
  Summary summary;
  const int stopped = stop_.load();
  summary.reason = stopped == 0 ? StopReason::kFinished : static_cast<StopReason>(stopped - 1);
  counters_.capture_drops = transport_.counters().dropped;
  const std::shared_ptr<Snapshot> snapshot = begin_snapshot();
  snapshots_.make_all(*snapshot);
  summary.snapshot = snapshot;
  if (run_) summary.records = run_->recorder.records();
  return summary;
}

Engine::Engine(EngineOptions options, std::vector<Target> targets,
               std::unique_ptr<plan::Planner> planner, const Prober& prober,
               const PathHasher& hasher, transport::Transport& transport)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(targets), std::move(planner),
                                   prober, hasher, transport)) {}
Engine::~Engine() = default;

absl::Status Engine::start() { return impl_->start(); }
absl::Status Engine::run(model::Observer& observer) { return impl_->run(observer); }
std::vector<TraceInfo> Engine::traces() const { return impl_->traces(); }
Summary Engine::summary() const { return impl_->summary(); }
void Engine::stop(StopReason reason) { impl_->stop(reason); }
void Engine::post(const Command& command) { impl_->post(command); }

}  // namespace etr::trace
