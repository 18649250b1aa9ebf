#include "trace/engine.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <random>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/ip.h"
#include "trace/dispatcher.h"
#include "trace/event_limiter.h"
#include "trace/fixed_rounds.h"
#include "trace/flow_opener.h"
#include "trace/matcher.h"
#include "trace/pacer.h"
#include "trace/path_recorder.h"

namespace etr::trace {

using transport::Instant;

namespace {

/// A reply stamped in time may still be in the kernel when its time is up.
constexpr Duration kExpirySlack = std::chrono::milliseconds(2);
/// How long lost and answered probes are remembered, for late and second answers.
constexpr Duration kMinMemory = std::chrono::seconds(10);
/// UTC and the monotonic clock may drift this far over one probe before UTC counts as stepped.
constexpr Duration kMaxClockStep = std::chrono::milliseconds(10);
/// Copies of one packet on stacked interfaces are stamped this close to each other.
constexpr Duration kStackedCopy = std::chrono::milliseconds(1);
/// Sends between two looks at the capture.
constexpr int kSendBatch = 16;
/// From a SYN until our reset has undone its connection: 1.5 round trips, and a reserve.
constexpr int kHalfOpenRoundTrips = 2;
constexpr std::uint8_t kMaxExtraAnswers = 8;
constexpr std::size_t kMaxRespondersTold = 65536;
constexpr Duration kHousekeeping = std::chrono::seconds(1);
constexpr std::size_t kMaxPacket = 65535;

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
        dispatcher_(prober),
        pacer_(options_.rate, options_.burst),
        random_(options_.seed ^ 0x9e3779b97f4a7c15U),
        packet_(kMaxPacket) {}

  absl::Status start();
  absl::Status run(Observer& observer);

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
  struct Expiry {
    Instant at;
    std::uint32_t flow;
    std::uint16_t probe;
  };

  void loop();
  Instant next_deadline(Instant now);
  bool stopping() const { return stop_.load() != 0; }
  bool finished() const;

  void receive();
  void see_own(const OwnProbe& own, const transport::ReceivedPacket& packet);
  void see_answer(const Answer& answer, const transport::ReceivedPacket& packet);
  void see_ambiguous(FlowState& flow, std::uint32_t id);
  void see_surplus(FlowState& flow, std::uint32_t id);
  void drain(FlowState& flow, std::uint32_t id, std::uint32_t answers);
  void see_repeated(FlowState& flow, Probe& probe, const Reply& reply,
                    const transport::ReceivedPacket& packet);
  void accept(std::uint32_t id, FlowState& flow, Probe& probe, const Reply& reply,
              std::uint32_t interface_index, const Answer& answer);
  void measure(const Probe& probe, Reply& reply) const;

  void expire(Instant now);
  void give_up(std::uint32_t id, FlowState& flow, Probe& probe);
  void cut_behind_end(std::uint32_t id, FlowState& flow, Duration rtt);
  void withdraw(FlowState& flow, Probe& probe);
  void close_rounds(std::uint32_t id, FlowState& flow);

  void send(Instant now);
  void send_probe(const Cell& cell, Instant now);
  absl::Status write_and_send(FlowState& flow, const Probe& probe);
  void fail_probe(const Cell& cell, FlowState& flow, Probe* probe, std::string_view reason);

  void obey();
  void obey(const Command& command);
  void housekeeping(Instant now);
  void report_stretch();
  void offer_snapshot();
  std::shared_ptr<const Snapshot> make_run_snapshot();
  void reject(Rejection rejection, const transport::ReceivedPacket& packet,
              const FlowState* flow = nullptr);
  void report(Event event);
  void report_probe_event(EventKind kind, const FlowState& flow, const Probe& probe,
                          const Reply& reply, std::string_view text);
  void cut_open_rounds();

  EngineOptions options_;
  std::vector<Target> targets_;
  const Prober& prober_;
  const PathHasher& hasher_;
  transport::Transport& transport_;
  Observer* observer_ = nullptr;  ///< From run() on.

  std::vector<TraceInfo> traces_;
  std::vector<std::unique_ptr<PathRegistry>> registries_;
  std::vector<std::unique_ptr<FlowState>> flows_;  ///< Index: the planner's and dispatcher's flow id.
  std::vector<Event> early_events_;
  std::unique_ptr<FixedRounds> planner_;
  Dispatcher dispatcher_;
  Matcher matcher_;
  Pacer pacer_;
  std::unique_ptr<PathRecorder> recorder_;
  EventLimiter limiter_;
  std::mt19937_64 random_;
  std::vector<std::uint8_t> packet_;

  std::deque<Expiry> expiries_;  ///< In the order of time, since the timeout is one for all.
  std::optional<Cell> pending_;  ///< Wanted by the planner, held back by the pacer.
  Instant pending_at_{};
  Instant started_at_{};
  Instant next_housekeeping_{};
  Duration reported_interval_{};
  bool paused_ = false;
  Counters counters_;
  std::unordered_set<IpAddress> responders_told_;

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

absl::Status Engine::Impl::run(Observer& observer) {
  observer_ = &observer;
  recorder_ = std::make_unique<PathRecorder>(hasher_, std::string(prober_.record_name()),
                                             transport_.clock(), flows_, observer);
  started_at_ = transport_.clock().now();
  next_housekeeping_ = started_at_ + kHousekeeping;
  reported_interval_ = options_.round_interval;
  for (Event& event : early_events_) observer_->on_event(std::move(event));
  FixedRoundsOptions rounds{options_.rounds, options_.ttl_delay, options_.round_interval,
                            options_.timeout, options_.rate};
  planner_ = std::make_unique<FixedRounds>(rounds, started_at_,
                                           [this] { return !paused_ && observer_->reserve(); });
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    dispatcher_.add_flow(id, flows_[id]->flow);
    planner_->add_flow(id, flows_[id]->max_ttl);
  }
  absl::Status status;
  try {
    loop();
  } catch (const std::exception& fault) {
    // A prober that throws in encode, or a hasher: without them there is no trace.
    status = absl::InternalError(fault.what());
    int none = 0;
    stop_.compare_exchange_strong(none, static_cast<int>(StopReason::kFault) + 1);
  }
  cut_open_rounds();
  for (Event& event : limiter_.due(transport_.clock().now(), true)) {
    observer_->on_event(std::move(event));
  }
  for (std::uint32_t trace = 0; trace < traces_.size(); ++trace) recorder_->classify_trace(trace, true);
  return status;
}

// Wait, receive, expire, send: what has arrived is looked at before anything is given up, and what
// is given up before more is sent.
void Engine::Impl::loop() {
  while (!stopping() && !finished()) {
    transport_.wait(next_deadline(transport_.clock().now()));
    const Instant before = transport_.clock().now();
    receive();
    expire(before);
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
  Instant deadline = next_housekeeping_;
  if (!expiries_.empty()) deadline = std::min(deadline, expiries_.front().at);
  if (pending_) {
    deadline = std::min(deadline, pending_at_);
  } else if (const auto wanted = planner_->deadline()) {
    deadline = std::min(deadline, *wanted);
  }
  return std::max(deadline, now);
}

// --- receiving -----------------------------------------------------------------------------------

void Engine::Impl::receive() {
  transport_.receive([this](const transport::ReceivedPacket& packet) {
    const Sighting sighting = dispatcher_.dispatch(packet);
    if (const auto* own = std::get_if<OwnProbe>(&sighting)) {
      see_own(*own, packet);
    } else if (const auto* answer = std::get_if<Answer>(&sighting)) {
      see_answer(*answer, packet);
    } else if (const auto* rejection = std::get_if<Rejection>(&sighting)) {
      reject(*rejection, packet);
    }
  });
}

void Engine::Impl::see_own(const OwnProbe& own, const transport::ReceivedPacket& packet) {
  FlowState& flow = *flows_[own.flow];
  Probe* probe = flow.probes.by_cell(own.probe);
  if (probe == nullptr || probe->stamp_from_route) return;
  if (own.ip_id != 0 && own.ip_id != probe->id) return;
  const bool on_route = packet.interface_index == transport_.flow_route(flow.handle).interface_index;
  if (probe->stamp && !on_route) return;
  probe->stamp = packet.stamp;
  probe->stamp_from_route = on_route;
}

void Engine::Impl::see_answer(const Answer& answer, const transport::ReceivedPacket& packet) {
  FlowState& flow = *flows_[answer.flow];
  const MatchResult result = matcher_.match(flow, answer);
  if (const auto* rejection = std::get_if<Rejection>(&result)) {
    return reject(*rejection, packet, &flow);
  }
  if (std::holds_alternative<Ambiguous>(result)) return see_ambiguous(flow, answer.flow);
  if (std::holds_alternative<Surplus>(result)) return see_surplus(flow, answer.flow);
  const Match& match = std::get<Match>(result);
  Reply reply = answer.reply;
  reply.rewritten = match.rewritten;
  // A challenge ACK acknowledges some older SYN: it shows life, and no time.
  if (reply.kind != ReplyKind::kAck) measure(*match.probe, reply);
  if (reply.rtt && *reply.rtt < Duration::zero()) {
    return reject(Rejection::kTooEarly, packet, &flow);
  }

  Probe& probe = *match.probe;
  const bool in_time = !reply.rtt || *reply.rtt <= options_.timeout;
  if (probe.state == ProbeState::kInFlight && in_time) {
    if (!answer.decoded.probe) flow.nameless_answers = true;
    accept(answer.flow, flow, probe, reply, packet.interface_index, answer);
    return;
  }
  if (probe.state == ProbeState::kInFlight) give_up(answer.flow, flow, probe);
  // Giving up may have closed the round, but it moves no probe.
  see_repeated(flow, probe, reply, packet);
}

/// RTT between the kernel's stamps; where our own frame was not seen, or UTC was stepped in between,
/// from our own clocks.
void Engine::Impl::measure(const Probe& probe, Reply& reply) const {
  const Timestamp utc = transport_.clock().utc();
  const Instant now = transport_.clock().now();
  const Duration step = (utc - now.time_since_epoch()).time_since_epoch() -
                        (probe.sent_utc - probe.sent.time_since_epoch()).time_since_epoch();
  if (std::chrono::abs(step) > kMaxClockStep) {
    reply.rtt = now - probe.sent;
    reply.user_clock = true;
    return;
  }
  reply.rtt = reply.received_at - probe.stamp.value_or(probe.sent_utc);
  reply.user_clock = !probe.stamp;
}

void Engine::Impl::see_repeated(FlowState& flow, Probe& probe, const Reply& reply,
                                const transport::ReceivedPacket& packet) {
  if (probe.state == ProbeState::kAnswered && packet.interface_index != probe.answered_on &&
      std::chrono::abs(packet.stamp - probe.answered_at) < kStackedCopy) {
    return;  // The same packet, seen on another interface of a stack.
  }
  const bool late = probe.state == ProbeState::kLost;
  if (!late && probe.state != ProbeState::kAnswered) return;
  ++(late ? counters_.late : counters_.duplicates);
  if (probe.extra_answers == kMaxExtraAnswers) return;
  ++probe.extra_answers;
  if (late) {
    report_probe_event(EventKind::kLateReply, flow, probe, reply, "answer after the timeout");
  } else {
    report_probe_event(EventKind::kDuplicateReply, flow, probe, reply, "another answer");
  }
}

/// The destination answered several probes that are out at once, and no answer says which: they are
/// withdrawn, and the planner asks again, one at a time.
void Engine::Impl::see_ambiguous(FlowState& flow, std::uint32_t id) {
  std::uint32_t withdrawn = 0;
  std::uint8_t lowest = flow.max_ttl;
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (!may_reach(flow, probe)) return;
    lowest = std::min(lowest, probe.ttl);
    withdraw(flow, probe);
    ++withdrawn;
  });
  drain(flow, id, withdrawn - 1);
  if (flow.rounds.empty()) return;
  const Cell cell{id, lowest, flow.rounds.back().number()};
  planner_->on_outcome(cell, {OutcomeKind::kReachedUnknown, transport_.clock().now(), {}, true});
  close_rounds(id, flow);
}

/// Answers to withdrawn probes must not be taken for answers to later ones: nothing more goes to the
/// destination until all have come, or can come no more.
void Engine::Impl::drain(FlowState& flow, std::uint32_t id, std::uint32_t answers) {
  const Instant now = transport_.clock().now();
  if (now > flow.drained_at) flow.draining = 0;
  flow.draining += answers;
  if (flow.draining == 0) return;
  flow.drained_at = now + options_.timeout;
  planner_->hold(id, flow.drained_at);
}

void Engine::Impl::see_surplus(FlowState& flow, std::uint32_t id) {
  if (flow.draining == 0) {
    ++counters_.duplicates;
  } else if (--flow.draining == 0) {
    planner_->hold(id, transport_.clock().now());
  }
}

void Engine::Impl::accept(std::uint32_t id, FlowState& flow, Probe& probe, const Reply& reply,
                          std::uint32_t interface_index, const Answer& answer) {
  ++counters_.replies;
  probe.state = ProbeState::kAnswered;
  probe.answered_on = interface_index;
  probe.answered_at = reply.received_at;
  flow.hop(probe.ttl).add_answer(reply);
  flow.snapshot.reset();
  if (responders_told_.size() < kMaxRespondersTold && responders_told_.insert(reply.source).second) {
    observer_->on_responder(reply.source);
  }
  const bool router = reply.kind == ReplyKind::kTimeExceeded;
  const bool target = !router && (answer.from_service || reply.source == flow.flow.destination);
  const Cell cell{id, probe.ttl, probe.round};
  OpenRound* round = flow.round(probe.round);
  if (round != nullptr) {
    const bool first = round->answered(probe.ttl, probe.stamp.value_or(probe.sent_utc), reply);
    if (!first) return close_rounds(id, flow);
    if (target) round->reached(probe.ttl);
    if (!target && !router) {
      round->blocked({probe.ttl, reply.source, reply.icmp_type, reply.icmp_code});
    }
  }
  const OutcomeKind kind = router   ? OutcomeKind::kTimeExceeded
                           : target ? OutcomeKind::kReached
                                    : OutcomeKind::kBlocked;
  planner_->on_outcome(
      cell, {kind, transport_.clock().now(), reply.rtt, !answer.decoded.probe.has_value()});
  cut_behind_end(id, flow, reply.rtt.value_or(Duration::zero()));
  close_rounds(id, flow);
}

// --- verdicts ------------------------------------------------------------------------------------

void Engine::Impl::expire(Instant now) {
  while (!expiries_.empty() && expiries_.front().at <= now) {
    const Expiry expiry = expiries_.front();
    expiries_.pop_front();
    FlowState& flow = *flows_[expiry.flow];
    Probe* probe = flow.probes.by_id(expiry.probe);
    if (probe == nullptr || probe->state != ProbeState::kInFlight) continue;
    give_up(expiry.flow, flow, *probe);
  }
}

void Engine::Impl::give_up(std::uint32_t id, FlowState& flow, Probe& probe) {
  probe.state = ProbeState::kLost;
  flow.hop(probe.ttl).add_loss();
  flow.snapshot.reset();
  OpenRound* round = flow.round(probe.round);
  if (round != nullptr && !round->failed(probe.ttl, probe.stamp.value_or(probe.sent_utc), Verdict::kLost)) return close_rounds(id, flow);
  planner_->on_outcome({id, probe.ttl, probe.round},
                       {OutcomeKind::kLost, transport_.clock().now(), {}, false});
  close_rounds(id, flow);
}

/// Once the end of the path is known, probes beyond it tell nothing. But they have reached the
/// destination or will: nothing more goes there until a half-open connection of theirs has met our
/// kernel's reset, for a SYN with a lower sequence number would draw a challenge ACK (RFC 5961 §4).
void Engine::Impl::cut_behind_end(std::uint32_t id, FlowState& flow, Duration rtt) {
  flow.end = planner_->end_of_path(id);
  if (!flow.end) return;
  std::uint32_t withdrawn = 0;
  Instant last{};
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (probe.ttl <= *flow.end) return;
    last = std::max(last, probe.sent);
    withdraw(flow, probe);
    ++withdrawn;
  });
  if (flow.nameless_answers) {
    drain(flow, id, withdrawn);
  } else if (withdrawn > 0) {
    planner_->hold(id, last + kHalfOpenRoundTrips * rtt);
  }
  if (flow.hops.size() > *flow.end) flow.hops.resize(*flow.end);
}

void Engine::Impl::withdraw(FlowState& flow, Probe& probe) {
  probe.state = ProbeState::kVoid;
  --flow.hop(probe.ttl).sent;
  flow.snapshot.reset();
  if (OpenRound* round = flow.round(probe.round)) round->withdraw(probe.ttl);
}

void Engine::Impl::close_rounds(std::uint32_t id, FlowState& flow) {
  while (!flow.rounds.empty()) {
    OpenRound& oldest = flow.rounds.front();
    if (!oldest.all_decided() || planner_->is_open(id, oldest.number())) return;
    OpenRound closed = std::move(oldest);
    flow.rounds.pop_front();
    recorder_->close(flow, std::move(closed), true);
  }
}

void Engine::Impl::cut_open_rounds() {
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    FlowState& flow = *flows_[id];
    flow.probes.for_each_in_flight([](Probe& probe) { probe.state = ProbeState::kVoid; });
    while (!flow.rounds.empty()) {
      OpenRound cut = std::move(flow.rounds.front());
      flow.rounds.pop_front();
      recorder_->close(flow, std::move(cut), false);
    }
  }
}

// --- sending -------------------------------------------------------------------------------------

void Engine::Impl::send(Instant now) {
  for (int budget = kSendBatch; budget > 0; --budget) {
    if (pending_ && !planner_->still_wanted(*pending_)) pending_.reset();
    if (!pending_) pending_ = planner_->next(now);
    if (!pending_) return;
    pending_at_ = pacer_.earliest(now, pending_->ttl);
    if (pending_at_ > now) return;
    const Cell cell = *pending_;
    pending_.reset();
    pacer_.sent(now, cell.ttl);
    send_probe(cell, now);
    now = transport_.clock().now();
  }
}

void Engine::Impl::send_probe(const Cell& cell, Instant now) {
  FlowState& flow = *flows_[cell.flow];
  if (flow.rounds.empty() || flow.rounds.back().number() != cell.round) {
    flow.rounds.emplace_back(cell.round);
    flow.probes.forget(now - std::max(kMinMemory, 3 * options_.timeout));
  }
  const Timestamp utc = transport_.clock().utc();
  flow.rounds.back().sent(cell.ttl, utc);
  Probe* probe = flow.probes.add(cell.ttl, cell.round);
  if (probe == nullptr) {
    return fail_probe(cell, flow, nullptr, "every slot of this ttl is still waiting for an answer");
  }
  probe->token = random_() | 1U;  // A quoted 0 may be padding (RFC 4884), so it proves nothing.
  probe->sent = now;
  probe->sent_utc = utc;
  const absl::Status status = write_and_send(flow, *probe);
  if (!status.ok()) return fail_probe(cell, flow, probe, std::string(status.message()));
  ++counters_.probes_sent;
  ++flow.hop(cell.ttl).sent;
  expiries_.push_back({now + options_.timeout + kExpirySlack, cell.flow, probe->id});
}

absl::Status Engine::Impl::write_and_send(FlowState& flow, const Probe& probe) {
  const transport::Route& route = transport_.flow_route(flow.handle);
  const std::size_t header_size = net::ip_header_size(flow.flow.source.family);
  ProbeSpec spec;
  spec.ttl = probe.ttl;
  spec.slot = probe.slot;
  spec.token = probe.token;
  spec.mtu = route.mtu;
  spec.unix_seconds = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(probe.sent_utc.time_since_epoch()).count());
  const std::size_t room = std::max<std::size_t>(route.mtu, header_size) - header_size;
  const MutableBytes segment = MutableBytes(packet_).subspan(header_size, room);
  const std::size_t size = prober_.encode(flow.flow, spec, segment);

  net::IpHeader header;
  header.source = flow.flow.source;
  header.destination = flow.flow.destination;
  header.protocol = prober_.protocol();
  header.ttl = probe.ttl;
  if (header.source.family == Family::kIpv4) header.id = probe.id;
  header.payload_length = size;
  if (size > room || !net::write_ip(header, packet_)) {
    return absl::InvalidArgumentError("the prober's packet does not fit the mtu");
  }
  return transport_.send(flow.handle, Bytes(packet_).first(header_size + size));
}

void Engine::Impl::fail_probe(const Cell& cell, FlowState& flow, Probe* probe,
                              std::string_view reason) {
  ++counters_.send_errors;
  if (probe != nullptr) probe->state = ProbeState::kSendFailed;
  ++flow.hop(cell.ttl).send_failed;
  flow.snapshot.reset();
  Event event;
  event.kind = EventKind::kSendError;
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = cell.round;
  event.ttl = cell.ttl;
  event.text = std::string(reason);
  report(std::move(event));
  if (flow.rounds.back().failed(cell.ttl, transport_.clock().utc(), Verdict::kSendFailed)) {
    planner_->on_outcome(cell, {OutcomeKind::kSendFailed, transport_.clock().now(), {}, false});
  }
  close_rounds(cell.flow, flow);
}

// --- the rest ------------------------------------------------------------------------------------

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
      for (const auto& flow : flows_) {
        for (HopStatistics& hop : flow->hops) hop = HopStatistics{};
        flow->probes.for_each_in_flight([&](Probe& probe) { ++flow->hop(probe.ttl).sent; });
        flow->rounds_closed = 0;
        flow->path_changes = 0;
        flow->snapshot.reset();
      }
      break;
    default:
      break;
  }
}

void Engine::Impl::housekeeping(Instant now) {
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + kHousekeeping;
  counters_.capture_drops = transport_.counters().dropped;
  for (std::string& notice : transport_.take_notices()) {
    Event event;
    event.kind = EventKind::kRouteChange;
    event.text = std::move(notice);
    report(std::move(event));
  }
  for (Event& event : limiter_.due(now)) observer_->on_event(std::move(event));
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
    report(std::move(event));
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

/// The event names who sent the reply and which flow it was for, as far as that is known; of replies
/// told together, the last.
void Engine::Impl::reject(Rejection rejection, const transport::ReceivedPacket& packet,
                          const FlowState* flow) {
  ++counters_.rejected;
  Event event;
  event.kind = EventKind::kRejected;
  if (const auto ip = net::parse_ip(packet.ip)) event.address = ip->header.source;
  if (flow != nullptr) {
    event.trace = flow->flow.trace;
    event.flow = flow->flow.index;
  }
  event.text = std::string(to_string(rejection));
  report(std::move(event));
}

void Engine::Impl::report(Event event) {
  event.at = transport_.clock().utc();
  for (Event& now : limiter_.add(std::move(event), transport_.clock().now())) {
    observer_->on_event(std::move(now));
  }
}

void Engine::Impl::report_probe_event(EventKind kind, const FlowState& flow, const Probe& probe,
                                      const Reply& reply, std::string_view text) {
  Event event;
  event.kind = kind;
  event.at = transport_.clock().utc();
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = probe.round;
  event.ttl = probe.ttl;
  event.address = reply.source;
  event.rtt = reply.rtt;
  event.text = std::string(text);
  observer_->on_event(std::move(event));
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
absl::Status Engine::run(Observer& observer) { return impl_->run(observer); }
const std::vector<TraceInfo>& Engine::traces() const { return impl_->traces(); }
Summary Engine::summary() const { return impl_->summary(); }
void Engine::stop(StopReason reason) { impl_->stop(reason); }
void Engine::post(const Command& command) { impl_->post(command); }

}  // namespace etr::trace
