// The planner against a network that is one function: what a probe of this cell, sent now, meets.
#include "trace/fixed_rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using transport::Instant;

constexpr Instant kStart{1h};
constexpr Duration kForever = 24h;

FixedRoundsOptions usual() {
  FixedRoundsOptions options;
  options.ttl_delay = 10ms;
  options.round_interval = 2s;
  options.timeout = 1s;
  return options;
}

/// What a probe meets; empty: nothing, it is lost.
using Network = std::function<std::optional<OutcomeKind>(const Cell&, Duration at)>;

/// Routers, and the destination at `distance` and beyond.
Network line(std::uint8_t distance) {
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
      if (!pending_.empty()) then = std::min(then.value_or(pending_.begin()->first), pending_.begin()->first);
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

FixedRoundsOptions rounds(std::uint64_t count) {
  FixedRoundsOptions options = usual();
  options.rounds = count;
  return options;
}

TEST(FixedRounds, WalksToTheTargetAtItsDelayAndNoFurther) {
  Play play(rounds(1), 1, line(5));
  play.run();
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(play.times(0, 0), ElementsAre(0ms, 10ms, 20ms, 30ms, 40ms));
  EXPECT_EQ(play.planner.end_of_path(0), 5);
}

TEST(FixedRounds, SendsEachTtlOncePerRoundOnceTheDistanceIsKnown) {
  Play play(rounds(20), 3, line(5));
  play.rtt = 300ms;
  play.run();
  for (std::uint64_t round = 1; round < 20; ++round) {
    for (std::uint32_t flow = 0; flow < 3; ++flow) {
      EXPECT_THAT(play.ttls(flow, round), ElementsAre(1, 2, 3, 4, 5));
    }
  }
}

TEST(FixedRounds, LooksThreeFurtherThanWhatAnswered) {
  Play play(rounds(1), 1, line(30));
  play.rtt = 190ms;
  play.run();
  for (const Sent& one : play.sent) {
    int highest = 0;
    for (const Sent& other : play.sent) {
      if (other.at + play.rtt <= one.at) highest = std::max<int>(highest, other.cell.ttl);
    }
    EXPECT_LE(one.cell.ttl, highest + 3) << "at " << one.at.count();
  }
}

TEST(FixedRounds, LooksFurtherOnceEverythingBelowHadTimeToAnswer) {
  Play play(rounds(1), 1, [](const Cell&, Duration) { return std::nullopt; }, 6);
  play.run();
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(play.times(0, 0), ElementsAre(0ms, 10ms, 20ms, 220ms, 420ms, 620ms));
}

TEST(FixedRounds, WaitsThreeRoundTripsButNoLongerThanTheTimeout) {
  for (const auto& [rtt, patience] : {std::pair{100ms, 300ms}, std::pair{900ms, 1000ms}}) {
    Play play(rounds(1), 1, [](const Cell& cell, Duration) {
      return cell.ttl == 1 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
    }, 12);
    play.rtt = rtt;
    play.run();
    const auto times = play.times(0, 0);
    ASSERT_EQ(times.size(), 12U);
    EXPECT_EQ(times[11] - times[10], patience);
  }
}

TEST(FixedRounds, StopsThreePastTheHighestAnswerWhereTheTargetIsSilent) {
  Play play(rounds(3), 1, [](const Cell& cell, Duration) {
    return cell.ttl <= 4 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
  });
  play.run();
  EXPECT_EQ(play.ttls(0, 0).size(), 30U);  // The first round looks as far as it may.
  EXPECT_THAT(play.ttls(0, 1), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(FixedRounds, SearchesASilentTargetThreeFurtherEveryThirdRound) {
  Play play(rounds(40), 1, [](const Cell& cell, Duration) {
    return cell.ttl <= 4 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
  }, 15);
  play.run();
  EXPECT_EQ(play.ttls(0, 6).size(), 10U);
  EXPECT_EQ(play.ttls(0, 9).size(), 13U);
  EXPECT_EQ(play.ttls(0, 12).size(), 15U);  // No further than the highest TTL; then from the start.
  EXPECT_EQ(play.ttls(0, 15).size(), 7U);
  EXPECT_EQ(play.ttls(0, 18).size(), 10U);
  for (const std::uint64_t round : {7U, 8U, 10U, 11U, 13U, 14U}) {
    EXPECT_EQ(play.ttls(0, round).size(), 7U) << round;
  }
}

TEST(FixedRounds, SearchesATargetThatFellSilentAndMovedAway) {
  // At 5 until it goes to 8 behind three silent routers.
  Play play(rounds(12), 1, [](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (at < 5s) return line(5)(cell, at);
    if (cell.ttl <= 4) return OutcomeKind::kTimeExceeded;
    if (cell.ttl >= 8) return OutcomeKind::kReached;
    return std::nullopt;
  });
  play.run();
  EXPECT_EQ(play.planner.end_of_path(0), 8);
}

TEST(FixedRounds, KeepsTheDistanceThroughTwoSilentRounds) {
  Play play(rounds(8), 1, [](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 5 && at > 3s && at < 7s) return std::nullopt;  // Rounds 2 and 3.
    return line(5)(cell, at);
  });
  play.run();
  for (std::uint64_t round = 1; round < 8; ++round) {
    EXPECT_THAT(play.ttls(0, round), ElementsAre(1, 2, 3, 4, 5)) << round;
  }
}

TEST(FixedRounds, FollowsAPathThatGrowsWithinTheRound) {
  Play play(rounds(6), 1, [](const Cell& cell, Duration at) { return line(at < 5s ? 5 : 7)(cell, at); });
  play.run();
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(play.ttls(0, 3), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 4), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(play.planner.end_of_path(0), 7);
}

TEST(FixedRounds, FollowsAPathThatShrinksWithinTheRound) {
  Play play(rounds(6), 1, [](const Cell& cell, Duration at) { return line(at < 5s ? 7 : 5)(cell, at); });
  play.run();
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 3), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(play.planner.end_of_path(0), 5);
}

TEST(FixedRounds, LooksAgainBelowAnEndThatMayBeTooFar) {
  int seen = 0;
  Play play(rounds(2), 1, [&](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 5 && seen++ == 0) return std::nullopt;  // The target's own TTL, once.
    return line(5)(cell, at);
  });
  play.run();
  EXPECT_EQ(play.planner.end_of_path(0), 5);
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5, 6, 5));
  EXPECT_THAT(play.ttls(0, 1), ElementsAre(1, 2, 3, 4, 5));
}

TEST(FixedRounds, TakesAnEndForCertainAfterThreeLooksBelow) {
  Play play(rounds(4), 1, [](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 4) return std::nullopt;  // A silent router.
    return line(5)(cell, at);
  });
  play.run();
  const auto first = play.ttls(0, 0);
  EXPECT_THAT(first, ElementsAre(1, 2, 3, 4, 5, 4, 4));
  EXPECT_THAT(play.times(0, 0), ElementsAre(0ms, 10ms, 20ms, 30ms, 40ms, 230ms, 430ms));
  for (std::uint64_t round = 1; round < 4; ++round) {
    EXPECT_THAT(play.ttls(0, round), ElementsAre(1, 2, 3, 4, 5));
  }
}

TEST(FixedRounds, TakesAnEndForCertainAfterThreeRoundsShorterThanTheTimeout) {
  FixedRoundsOptions options = rounds(40);
  options.round_interval = 300ms;
  Play play(options, 1, [](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 4) return std::nullopt;
    return line(5)(cell, at);
  });
  play.run();
  for (std::uint64_t round = 20; round < 40; ++round) {
    EXPECT_THAT(play.ttls(0, round), ElementsAre(1, 2, 3, 4, 5));
  }
}

TEST(FixedRounds, SpreadsFlowsOverTheInterval) {
  Play play(rounds(5), 8, line(5));
  play.run();
  for (std::uint64_t round = 1; round < 5; ++round) {
    for (std::uint32_t flow = 0; flow < 8; ++flow) {
      EXPECT_EQ(play.times(flow, round).front(), round * 2s + flow * 250ms);
    }
  }
}

TEST(FixedRounds, SpreadsFlowsWhoseNumbersDoNotBeginAtZero) {
  Play play(rounds(3), 0, line(5));
  for (std::uint32_t flow = 100; flow < 104; ++flow) play.planner.add_flow(flow, 30);
  play.run();
  for (std::uint32_t flow = 100; flow < 104; ++flow) {
    EXPECT_EQ(play.times(flow, 1).front(), 2s + (flow - 100) * 500ms);
  }
}

TEST(FixedRounds, TakesTurnsAmongTtlsWithoutDelayThoughSendingTakesTime) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  FixedRounds planner(options, kStart, [] { return true; });
  for (std::uint32_t flow = 0; flow < 100; ++flow) planner.add_flow(flow, 30);
  Instant now = kStart;
  for (std::uint32_t flow = 0; flow < 100; ++flow) {
    for (std::uint8_t ttl = 1; ttl <= 3; ++ttl, now += 20us) {
      EXPECT_EQ(planner.next(now), (Cell{flow, ttl, 0}));
    }
  }
  EXPECT_FALSE(planner.next(now));
}

TEST(FixedRounds, SendsTheTtlsOfAFlowInAscendingOrder) {
  FixedRoundsOptions options = rounds(3);
  options.ttl_delay = 0ms;
  Play play(options, 64, line(9));
  play.run();
  for (std::uint32_t flow = 0; flow < 64; ++flow) {
    for (std::uint64_t round = 0; round < 3; ++round) {
      const std::vector<int> ttls = play.ttls(flow, round);
      EXPECT_TRUE(std::is_sorted(ttls.begin(), ttls.end())) << flow << " " << round;
    }
  }
}

TEST(FixedRounds, StretchesARoundThatDoesNotFit) {
  FixedRoundsOptions options = rounds(6);
  options.rate = 10;
  options.round_interval = 500ms;
  Play play(options, 2, line(5));
  play.run();
  EXPECT_EQ(play.planner.effective_interval(), 1s);
  EXPECT_EQ(play.times(0, 5).front() - play.times(0, 4).front(), 1s);
}

TEST(FixedRounds, StretchesNoMoreOnceFlowsHaveRetired) {
  FixedRoundsOptions options = rounds(0);
  options.rate = 10;
  options.round_interval = 500ms;
  Play play(options, 4, line(5));
  play.run(10s);
  EXPECT_EQ(play.planner.effective_interval(), 2s);
  for (std::uint32_t flow = 1; flow < 4; ++flow) play.planner.retire_flow(flow);
  play.run(15s);
  EXPECT_EQ(play.planner.effective_interval(), 500ms);
}

TEST(FixedRounds, EndsAfterItsLastRound) {
  Play play(rounds(3), 4, line(5));
  play.run();
  EXPECT_TRUE(play.planner.finished());
  EXPECT_EQ(play.sent.size(), 4U * 3 * 5);
  EXPECT_FALSE(play.planner.next(kStart + kForever));
}

TEST(FixedRounds, IsNotFinishedBeforeTheLastProbeIsSent) {
  Play play(rounds(1), 2, line(5));
  play.run(35ms);
  EXPECT_FALSE(play.planner.finished());
  play.run();
  EXPECT_TRUE(play.planner.finished());
}

TEST(FixedRounds, IsFinishedWithoutFlows) {
  Play play(rounds(0), 2, line(5));
  EXPECT_FALSE(play.planner.finished());
  play.planner.retire_flow(0);
  EXPECT_FALSE(play.planner.finished());
  play.planner.retire_flow(1);
  play.planner.retire_flow(1);
  EXPECT_TRUE(play.planner.finished());
  EXPECT_FALSE(play.planner.next(kStart + 1h));
}

TEST(FixedRounds, WantsNothingMoreOfARetiredFlow) {
  Play play(rounds(0), 2, line(5));
  play.run(3s);
  play.planner.retire_flow(0);
  EXPECT_FALSE(play.planner.still_wanted({0, 1, 1}));
  play.sent.clear();
  play.run(9s);
  EXPECT_TRUE(play.ttls(0, 2).empty());
  EXPECT_FALSE(play.ttls(1, 2).empty());
}

TEST(FixedRounds, DropsACellBeyondAnEndThatWasFoundMeanwhile) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  Play play(options, 1, line(9));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(play.planner.next(kStart + 1s));
  const Cell last{0, 3, 0};
  EXPECT_TRUE(play.planner.still_wanted(last));
  play.planner.on_outcome({0, 2, 0}, {OutcomeKind::kReached, kStart + 1s, 1ms, false});
  EXPECT_FALSE(play.planner.still_wanted(last));
}

TEST(FixedRounds, ParksFlowsWhileThereIsNoRoom) {
  Play play(rounds(2), 4, line(5));
  play.room = 2;
  play.run();
  EXPECT_EQ(play.sent.size(), 2U * 5);
  EXPECT_FALSE(play.planner.finished());
  play.room = 100;
  play.run();
  EXPECT_TRUE(play.planner.finished());
  EXPECT_EQ(play.sent.size(), 4U * 2 * 5);
}

TEST(FixedRounds, AsksForOneParkedFlowOnlyWhileThereIsNoRoom) {
  Play play(rounds(2), 50, line(5));
  play.room = 0;
  play.run(1ms);
  play.asked = 0;
  play.planner.retry_starts();
  EXPECT_FALSE(play.planner.next(kStart + 1s));
  EXPECT_EQ(play.asked, 1);
}

TEST(FixedRounds, KeepsThePlaceInTheIntervalAfterAStandstill) {
  Play play(rounds(0), 4, line(5));
  play.run(3s);
  play.room = 0;
  play.run(9100ms);
  play.room = 1000;
  play.now = kStart + 9100ms;
  play.run(20s);
  for (const Sent& one : play.sent) {
    if (one.at < 12s || one.cell.ttl != 1) continue;
    EXPECT_EQ(one.at % 2s, one.cell.flow * 500ms);
  }
}

TEST(FixedRounds, DoesNotMakeUpForMissedRounds) {
  Play play(rounds(0), 1, line(5));
  play.run(3s);
  play.room = 0;
  play.run(100s);
  play.now = kStart + 100s;
  play.room = 1000;
  const std::size_t before = play.sent.size();
  play.run(109900ms);
  EXPECT_LE(play.sent.size() - before, 6U * 5);
}

TEST(FixedRounds, AsksAgainOneAtATimeWhenAnAnswerNamesNoProbe) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  Play play(options, 1, line(9));
  FixedRounds& planner = play.planner;
  for (int ttl = 1; ttl <= 3; ++ttl) ASSERT_TRUE(planner.next(kStart + 1s));
  planner.on_outcome({0, 1, 0}, {OutcomeKind::kTimeExceeded, kStart + 1s, 1ms, false});
  planner.on_outcome({0, 1, 0}, {OutcomeKind::kReachedUnknown, kStart + 1s, {}, true});
  auto cell = planner.next(kStart + 2s);
  ASSERT_TRUE(cell);
  EXPECT_EQ(*cell, (Cell{0, 2, 0}));
  EXPECT_FALSE(planner.next(kStart + 3s));  // Not the next before this one has its outcome.
  planner.on_outcome({0, 2, 0}, {OutcomeKind::kTimeExceeded, kStart + 3s, 1ms, false});
  cell = planner.next(kStart + 3s);
  ASSERT_TRUE(cell);
  EXPECT_EQ(*cell, (Cell{0, 3, 0}));
  EXPECT_FALSE(planner.next(kStart + 4s));
  planner.on_outcome({0, 3, 0}, {OutcomeKind::kReached, kStart + 4s, 1ms, true});
  EXPECT_EQ(planner.end_of_path(0), 3);
  EXPECT_TRUE(planner.finished());
}

TEST(FixedRounds, KeepsOneProbeOutToATargetThatNamesNone) {
  FixedRoundsOptions options = rounds(30);
  options.round_interval = 100ms;
  Play play(options, 1, [](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl >= 3 && at > 1s && at < 2500ms) return std::nullopt;  // Known a second later.
    return line(3)(cell, at);
  });
  play.nameless = true;
  play.run();
  std::optional<Duration> lost;
  for (const Sent& one : play.sent) {
    if (one.cell.ttl < 3 || one.at <= 1s) continue;
    if (lost) {
      EXPECT_GE(one.at - *lost, 1s);
    }
    if (one.at >= 2500ms) break;
    lost = one.at;
  }
  EXPECT_TRUE(lost);
}

TEST(FixedRounds, IsOpenWhileTheRoundMaySendMore) {
  Play play(rounds(2), 1, line(3));
  EXPECT_FALSE(play.planner.is_open(0, 0));
  play.run(1ms);
  EXPECT_TRUE(play.planner.is_open(0, 0));
  play.run(24ms);
  EXPECT_TRUE(play.planner.is_open(0, 0));  // All sent; an answer could show that it goes on.
  play.run(100ms);
  EXPECT_FALSE(play.planner.is_open(0, 0));
  EXPECT_FALSE(play.planner.is_open(0, 1));
  play.run(2001ms);
  EXPECT_FALSE(play.planner.is_open(0, 0));
  EXPECT_TRUE(play.planner.is_open(0, 1));
}

TEST(FixedRounds, TakesAShorterIntervalAtOnce) {
  Play play(rounds(0), 1, line(3));
  play.run(2100ms);
  play.planner.set_round_interval(500ms);
  play.run(4s);
  EXPECT_EQ(play.times(0, 2).front(), 2500ms);
  EXPECT_EQ(play.times(0, 3).front(), 3s);
  EXPECT_EQ(play.planner.effective_interval(), 500ms);
}

TEST(FixedRounds, TakesALongerIntervalFromTheNextRound) {
  Play play(rounds(0), 1, line(3));
  play.run(2100ms);
  play.planner.set_round_interval(5s);
  play.run(20s);
  EXPECT_EQ(play.times(0, 3).front() - play.times(0, 2).front(), 5s);
}

TEST(FixedRounds, WalksTo255WhereAllowed) {
  Play play(rounds(2), 1, [](const Cell&, Duration) { return OutcomeKind::kTimeExceeded; }, 255);
  play.run();
  EXPECT_EQ(play.ttls(0, 1).size(), 255U);
}

// Whatever the network does, a round sends each TTL once (and one TTL two more looks), rounds follow
// one another, and the run ends.
TEST(FixedRounds, KeepsItsBoundsOnAnyNetwork) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    const double loss = static_cast<double>(random() % 60) / 100;
    const auto distance = static_cast<std::uint8_t>(random() % 12 + 1);
    const auto moved = static_cast<std::uint8_t>(random() % 12 + 1);
    const bool silent = random() % 5 == 0;
    FixedRoundsOptions options = rounds(12);
    options.ttl_delay = random() % 2 == 0 ? 0ms : 10ms;
    options.round_interval = random() % 2 == 0 ? 2s : 300ms;
    Play play(options, 3, [&](const Cell& cell, Duration at) -> std::optional<OutcomeKind> {
      if (std::uniform_real_distribution<double>()(random) < loss) return std::nullopt;
      const auto met = line(at < 10s ? distance : moved)(cell, at);
      if (silent && met == OutcomeKind::kReached) return std::nullopt;
      return met;
    }, 20);
    play.rtt = Duration(1ms) * (random() % 400 + 1);
    play.run();
    ASSERT_TRUE(play.planner.finished()) << "seed " << seed;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::map<int, int>> counts;
    std::map<std::uint32_t, std::uint64_t> last;
    for (const Sent& one : play.sent) {
      ++counts[{one.cell.flow, one.cell.round}][one.cell.ttl];
      ASSERT_GE(one.cell.round, last[one.cell.flow]) << "seed " << seed;
      ASSERT_LE(one.cell.round, last[one.cell.flow] + 1) << "seed " << seed;
      last[one.cell.flow] = one.cell.round;
      ASSERT_TRUE(one.cell.ttl >= 1 && one.cell.ttl <= 20);
    }
    ASSERT_EQ(counts.size(), 3U * 12) << "seed " << seed;
    for (const auto& [round, by_ttl] : counts) {
      for (const auto& [ttl, count] : by_ttl) {
        ASSERT_LE(count, 3) << "seed " << seed << " flow " << round.first << " ttl " << ttl;
      }
    }
  }
}

}  // namespace
}  // namespace etr::trace
