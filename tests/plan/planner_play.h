// Plays a planner against a network given as a function: what a probe sent now meets. Takes the
// part of the engine: keeps the knowledge of each flow, and sends at once whatever is requested.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/fixed_rounds.h"

namespace etr::plan::testing {

using namespace std::chrono_literals;
using base::Instant;

inline constexpr Instant kStart{1h};
inline constexpr Duration kForever = 24h;

inline FixedRoundsOptions usual() {
  FixedRoundsOptions options;
  options.ttl_delay = 10ms;
  options.round_interval = 2s;
  options.timeout = 1s;
  options.rate = 0;
  return options;
}

inline FixedRoundsOptions rounds(std::uint64_t count) {
  FixedRoundsOptions options = usual();
  options.rounds = count;
  return options;
}

/// The outcome of a probe; empty: it is lost.
using Network = std::function<std::optional<OutcomeKind>(const Request&, Duration at)>;

/// Routers, and the destination at `distance` and beyond.
inline Network line(std::uint8_t distance) {
  return [=](const Request& request, Duration) {
    return request.ttl >= distance ? OutcomeKind::kReached : OutcomeKind::kTimeExceeded;
  };
}

struct Sent {
  Request cell;
  Duration at{};
};

/// A host that keeps the same knowledge as the engine. Flows are numbered in order of opening.
class Host final : public PlannerHost {
 public:
  explicit Host(std::uint8_t max_ttl) : max_ttl_(max_ttl) {}

  std::optional<FlowId> open_flow(std::uint32_t) override {
    flows_[next_flow] = std::make_unique<model::KnownFlow>(max_ttl_, registry_, ends_);
    return next_flow++;
  }
  void close_flow(FlowId flow) override { flows_.erase(flow); }
  bool begin_round(FlowId id, std::uint64_t round) override {
    ++asked;
    if (room == 0) return false;
    --room;
    model::KnownFlow& known = *flows_.at(id);
    if (!known.rounds.empty()) known.rounds.back().end_sweep();
    close_decided(id);
    known.gate.begin_round(known.end.ttl().has_value());
    known.end.begin_round();
    known.rounds.emplace_back(round);
    return true;
  }
  void end_round(FlowId id) override {
    ended.emplace_back(id, flows_.at(id)->rounds.back().number());
    flows_.at(id)->rounds.back().end_sweep();
    close_decided(id);
  }
  const model::KnownFlow& known(FlowId id) const override { return *flows_.at(id); }

  void close_decided(FlowId id) {
    auto& rounds = flows_.at(id)->rounds;
    while (!rounds.empty() && rounds.front().sweep_ended() && rounds.front().all_decided()) {
      rounds.pop_front();
    }
  }
  model::KnownFlow& at(FlowId id) { return *flows_.at(id); }
  bool is_open(FlowId id) const { return flows_.contains(id); }

  FlowId next_flow = 0;
  int room = 1 << 30;
  int asked = 0;
  std::vector<std::pair<FlowId, std::uint64_t>> ended;  ///< Ended rounds, by flow and number.

 private:
  std::uint8_t max_ttl_;
  model::PathRegistry registry_;
  model::SharedEnds ends_;
  std::map<FlowId, std::unique_ptr<model::KnownFlow>> flows_;
};

class Play {
 public:
  Play(const FixedRoundsOptions& options, std::uint32_t flows, Network network,
       std::uint8_t max_ttl = 30)
      : host(max_ttl),
        planner(with(options, flows)),
        options_(options),
        network_(std::move(network)) {
    const TraceInfo trace;
    planner.start(host, std::span(&trace, 1), kStart);
  }

  Play& run(Duration until = kForever) {
    while (!(planner.finished() && pending_.empty())) {
      planner.on_room();
      while (const auto request = planner.next(now)) send(*request);
      std::optional<Instant> then = planner.deadline();
      if (!pending_.empty()) {
        const Instant decided = pending_.begin()->first;
        then = std::min(then.value_or(decided), decided);
      }
      if (!then || *then > kStart + until) break;
      now = std::max(now, *then);
      deliver();
    }
    return *this;
  }

  std::vector<int> ttls(FlowId flow, std::uint64_t round) const {
    std::vector<int> found;
    for (const Sent& one : sent) {
      if (one.cell.flow == flow && one.cell.round == round) found.push_back(one.cell.ttl);
    }
    return found;
  }
  std::vector<Duration> times(FlowId flow, std::uint64_t round) const {
    std::vector<Duration> found;
    for (const Sent& one : sent) {
      if (one.cell.flow == flow && one.cell.round == round) found.push_back(one.at);
    }
    return found;
  }
  std::optional<std::uint8_t> end_of_path(FlowId flow) const { return host.known(flow).end.ttl(); }

  /// Sends what the planner requests at a time, without a network: the test gives the outcome.
  std::optional<Request> take(Instant at) {
    const auto request = planner.next(at);
    if (request) note_sent(*request, at);
    return request;
  }
  /// Gives the outcome of a probe.
  void deliver(const Request& request, OutcomeKind kind, Instant at, bool by_elimination = false) {
    model::KnownFlow& known = host.at(request.flow);
    const auto end_before = known.end.ttl();
    if (end_before == request.ttl) known.gate.end_decided(request.round);
    model::Round* round = known.round(request.round);
    if (kind == OutcomeKind::kLost) {
      if (round != nullptr && round->missed(request.ttl, {}, Verdict::kLost)) {
        known.end.lost(request.ttl);
      }
    } else {
      Reply reply;
      if (request.ttl <= responders.size()) {
        reply.source = *IpAddress::parse(responders[request.ttl - 1U]);
      }
      reply.kind =
          kind == OutcomeKind::kTimeExceeded ? ReplyKind::kTimeExceeded : ReplyKind::kReset;
      if (round == nullptr || round->answered(request.ttl, {}, reply)) {
        if (by_elimination) known.gate.attributed({});
        if (kind == OutcomeKind::kTimeExceeded) {
          known.end.router_answered(request.ttl);
        } else {
          known.end.end_answered(request.ttl);
        }
      }
    }
    if (!known.rounds.empty()) known.end.settle(known.rounds.back());
    if (known.end.ttl() != end_before) move_end(request.flow, known);
    Outcome outcome{kind, at, {}, {}};
    if (kind != OutcomeKind::kLost) outcome.rtt = rtt;
    planner.on_outcome(request, outcome);
    host.close_decided(request.flow);
  }

  Host host;
  FixedRounds planner;
  Duration rtt = 5ms;
  Instant now = kStart;
  std::vector<Sent> sent;
  bool unattributable = false;
  std::vector<std::string> responders;  ///< By TTL - 1.

 private:
  static FixedRoundsOptions with(FixedRoundsOptions options, std::uint32_t flows) {
    options.flows = flows;
    return options;
  }

  void note_sent(const Request& request, Instant at) {
    model::KnownFlow& known = host.at(request.flow);
    known.rounds.back().sent(request.ttl, {at, {}});
    if (known.end.ttl() == request.ttl) known.gate.sent_to_end(request.round);
    planner.sent(request, at);
  }

  void send(const Request& request) {
    const Duration at = now - kStart;
    sent.push_back({request, at});
    note_sent(request, now);
    const auto kind = network_(request, at);
    pending_.emplace(now + (kind ? rtt : options_.timeout),
                     std::pair(request, kind.value_or(OutcomeKind::kLost)));
  }

  /// Withdraws probes beyond the end of the path.
  void move_end(FlowId flow, model::KnownFlow& known) {
    known.gate.end_moved();
    if (!known.end.ttl()) return;
    for (auto one = pending_.begin(); one != pending_.end();) {
      const Request& request = one->second.first;
      if (request.flow != flow || request.ttl <= *known.end.ttl()) {
        ++one;
        continue;
      }
      if (model::Round* round = known.round(request.round)) round->withdraw(request.ttl);
      one = pending_.erase(one);
    }
  }

  void deliver() {
    while (!pending_.empty() && pending_.begin()->first <= now) {
      const auto [request, kind] = pending_.begin()->second;
      pending_.erase(pending_.begin());
      deliver(request, kind, now, unattributable && kind == OutcomeKind::kReached);
    }
  }

  FixedRoundsOptions options_;
  Network network_;
  std::multimap<Instant, std::pair<Request, OutcomeKind>> pending_;
};

}  // namespace etr::plan::testing
