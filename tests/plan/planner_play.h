// The planner against a network that is one function: what a probe of this cell, sent now, meets.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
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
  return options;
}

/// What a probe meets; empty: nothing, it is lost.
using Network = std::function<std::optional<OutcomeKind>(const Cell&, Duration at)>;

/// Routers, and the destination at `distance` and beyond.
inline Network line(std::uint8_t distance) {
  return [=](const Cell& cell, Duration) {
    return cell.ttl >= distance ? OutcomeKind::kReached : OutcomeKind::kTimeExceeded;
  };
}

struct Sent {
  Cell cell;
  Duration at{};
};

/// Plays the engine: sends whatever is wanted at once, and tells what became of it.
class Play {
 public:
  Play(const FixedRoundsOptions& options, std::uint32_t flows, Network network,
       std::uint8_t max_ttl = 30)
      : planner(options, kStart, [this] { return ++asked, room-- > 0 || (room = 0, false); }),
        options_(options),
        network_(std::move(network)) {
    for (std::uint32_t flow = 0; flow < flows; ++flow) planner.add_flow(flow, max_ttl);
  }

  Play& run(Duration until = kForever) {
    while (!(planner.finished() && pending_.empty())) {
      planner.retry_starts();
      while (const auto cell = planner.next(now)) send(*cell);
      std::optional<Instant> then = planner.deadline();
      if (!pending_.empty()) {
        const Instant told = pending_.begin()->first;
        then = std::min(then.value_or(told), told);
      }
      if (!then || *then > kStart + until) break;
      now = std::max(now, *then);
      tell();
    }
    return *this;
  }

  std::vector<int> ttls(std::uint32_t flow, std::uint64_t round) const {
    std::vector<int> found;
    for (const Sent& one : sent) {
      if (one.cell.flow == flow && one.cell.round == round) found.push_back(one.cell.ttl);
    }
    return found;
  }
  std::vector<Duration> times(std::uint32_t flow, std::uint64_t round) const {
    std::vector<Duration> found;
    for (const Sent& one : sent) {
      if (one.cell.flow == flow && one.cell.round == round) found.push_back(one.at);
    }
    return found;
  }

  int room = 1 << 30;
  int asked = 0;
  FixedRounds planner;
  Duration rtt = 5ms;
  Instant now = kStart;
  std::vector<Sent> sent;
  bool nameless = false;

 private:
  void send(const Cell& cell) {
    const Duration at = now - kStart;
    sent.push_back({cell, at});
    ++out_[key(cell)];
    const auto kind = network_(cell, at);
    pending_.emplace(now + (kind ? rtt : options_.timeout),
                     std::pair(cell, kind.value_or(OutcomeKind::kLost)));
  }

  void tell() {
    while (!pending_.empty() && pending_.begin()->first <= now) {
      const auto [cell, kind] = pending_.begin()->second;
      pending_.erase(pending_.begin());
      const int still_out = --out_[key(cell)];
      Outcome outcome;
      outcome.kind = kind;
      outcome.at = now;
      if (kind == OutcomeKind::kLost && (still_out > 0 || heard_.contains(key(cell)))) continue;
      if (kind != OutcomeKind::kLost) {
        heard_.insert(key(cell));
        outcome.rtt = rtt;
        outcome.by_elimination = nameless && kind == OutcomeKind::kReached;
      }
      planner.on_outcome(cell, outcome);
    }
  }

  using Key = std::tuple<std::uint32_t, std::uint64_t, std::uint8_t>;
  static Key key(const Cell& cell) { return {cell.flow, cell.round, cell.ttl}; }

  FixedRoundsOptions options_;
  Network network_;
  std::multimap<Instant, std::pair<Cell, OutcomeKind>> pending_;
  std::map<Key, int> out_;
  std::set<Key> heard_;
};

inline FixedRoundsOptions rounds(std::uint64_t count) {
  FixedRoundsOptions options = usual();
  options.rounds = count;
  return options;
}

}  // namespace etr::plan::testing
