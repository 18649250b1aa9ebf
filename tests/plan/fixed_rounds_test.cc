// Fixed rounds: how far a round probes, and when it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "planner_play.h"

namespace etr::plan {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;

TEST(FixedRounds, SendsTtlsUpToTheTargetAtTheTtlDelay) {
  Play play(rounds(1), 1, line(5));
  play.run();
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(play.times(0, 0), ElementsAre(0ms, 10ms, 20ms, 30ms, 40ms));
  EXPECT_EQ(play.end_of_path(0), 5);
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

TEST(FixedRounds, SendsAtMostThreeTtlsPastTheHighestReply) {
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

TEST(FixedRounds, GoesOnOnceEveryTtlBelowHadTimeToReply) {
  Play play(
      rounds(1), 1, [](const Request&, Duration) { return std::nullopt; }, 6);
  play.run();
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(play.times(0, 0), ElementsAre(0ms, 10ms, 20ms, 220ms, 420ms, 620ms));
}

TEST(FixedRounds, WaitsThreeRoundTripsButNoLongerThanTheTimeout) {
  for (const auto& [rtt, patience] : {std::pair{100ms, 300ms}, std::pair{900ms, 1000ms}}) {
    Play play(
        rounds(1), 1,
        [](const Request& cell, Duration) {
          return cell.ttl == 1 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
        },
        12);
    play.rtt = rtt;
    play.run();
    const auto times = play.times(0, 0);
    ASSERT_EQ(times.size(), 12U);
    EXPECT_EQ(times[11] - times[10], patience);
  }
}

TEST(FixedRounds, StopsThreePastTheHighestReplyIfTheTargetIsSilent) {
  Play play(rounds(3), 1, [](const Request& cell, Duration) {
    return cell.ttl <= 4 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
  });
  play.run();
  EXPECT_EQ(play.ttls(0, 0).size(), 30U);  // The first round probes as far as it may.
  EXPECT_THAT(play.ttls(0, 1), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(FixedRounds, SearchesASilentTargetFurtherEveryThirdRound) {
  Play play(
      rounds(40), 1,
      [](const Request& cell, Duration) {
        return cell.ttl <= 4 ? std::optional(OutcomeKind::kTimeExceeded) : std::nullopt;
      },
      15);
  play.run();
  EXPECT_EQ(play.ttls(0, 6).size(), 10U);
  EXPECT_EQ(play.ttls(0, 9).size(), 13U);
  EXPECT_EQ(play.ttls(0, 12).size(), 15U);  // Up to the maximum TTL; then the search starts over.
  EXPECT_EQ(play.ttls(0, 15).size(), 7U);
  EXPECT_EQ(play.ttls(0, 18).size(), 10U);
  for (const std::uint64_t round : {7U, 8U, 10U, 11U, 13U, 14U}) {
    EXPECT_EQ(play.ttls(0, round).size(), 7U) << round;
  }
}

TEST(FixedRounds, FindsATargetThatFellSilentAndMovedAway) {
  // The target is at TTL 5 until it moves to 8, beyond three silent routers.
  Play play(rounds(12), 1, [](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
    if (at < 5s) return line(5)(cell, at);
    if (cell.ttl <= 4) return OutcomeKind::kTimeExceeded;
    if (cell.ttl >= 8) return OutcomeKind::kReached;
    return std::nullopt;
  });
  play.run();
  EXPECT_EQ(play.end_of_path(0), 8);
}

TEST(FixedRounds, KeepsTheDistanceThroughTwoSilentRounds) {
  Play play(rounds(8), 1, [](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 5 && at > 3s && at < 7s) return std::nullopt;  // Rounds 2 and 3.
    return line(5)(cell, at);
  });
  play.run();
  for (std::uint64_t round = 1; round < 8; ++round) {
    EXPECT_THAT(play.ttls(0, round), ElementsAre(1, 2, 3, 4, 5)) << round;
  }
}

TEST(FixedRounds, FollowsAPathThatGrowsWithinTheRound) {
  Play play(rounds(6), 1,
            [](const Request& cell, Duration at) { return line(at < 5s ? 5 : 7)(cell, at); });
  play.run();
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(play.ttls(0, 3), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 4), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(play.end_of_path(0), 7);
}

TEST(FixedRounds, FollowsAPathThatShrinksWithinTheRound) {
  Play play(rounds(6), 1,
            [](const Request& cell, Duration at) { return line(at < 5s ? 7 : 5)(cell, at); });
  play.run();
  EXPECT_THAT(play.ttls(0, 2), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(play.ttls(0, 3), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(play.end_of_path(0), 5);
}

TEST(FixedRounds, ProbesAgainBelowAnUncertainEnd) {
  int seen = 0;
  Play play(rounds(2), 1, [&](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 5 && seen++ == 0) return std::nullopt;  // The TTL of the target, once.
    return line(5)(cell, at);
  });
  play.run();
  EXPECT_EQ(play.end_of_path(0), 5);
  EXPECT_THAT(play.ttls(0, 0), ElementsAre(1, 2, 3, 4, 5, 6, 5));
  EXPECT_THAT(play.ttls(0, 1), ElementsAre(1, 2, 3, 4, 5));
}

TEST(FixedRounds, AcceptsAnEndAfterThreeLostProbesBelow) {
  Play play(rounds(4), 1, [](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
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

TEST(FixedRounds, AcceptsAnEndAfterThreeShortRoundsWithLossBelow) {
  FixedRoundsOptions options = rounds(40);
  options.round_interval = 300ms;
  Play play(options, 1, [](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl == 4) return std::nullopt;
    return line(5)(cell, at);
  });
  play.run();
  for (std::uint64_t round = 20; round < 40; ++round) {
    EXPECT_THAT(play.ttls(0, round), ElementsAre(1, 2, 3, 4, 5));
  }
}

TEST(FixedRounds, DropsARequestBeyondAnEndFoundMeanwhile) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  Play play(options, 1, line(9));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(play.take(kStart + 1s));
  EXPECT_EQ(play.planner.next(kStart + 1s), (Request{0, 3, 0}));  // The pacer holds it back.
  play.deliver({0, 2, 0}, OutcomeKind::kReached, kStart + 1s);
  EXPECT_FALSE(play.planner.next(kStart + 1s));
}

TEST(FixedRounds, ProbesAgainOneAtATimeAfterAnAmbiguousReply) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  Play play(options, 1, line(9));
  for (int ttl = 1; ttl <= 3; ++ttl) ASSERT_TRUE(play.take(kStart + 1s));
  play.deliver({0, 1, 0}, OutcomeKind::kTimeExceeded, kStart + 1s);
  // As the engine does: probes that may have reached the destination are withdrawn.
  model::KnownFlow& known = play.host.at(0);
  for (const std::uint8_t ttl : {std::uint8_t{2}, std::uint8_t{3}})
    known.rounds.back().withdraw(ttl);
  known.gate.doubt(0, std::nullopt, true);
  known.end.doubt_from(2);
  known.rounds.back().repeat_from(2);
  for (const std::uint8_t ttl : {std::uint8_t{2}, std::uint8_t{3}}) {
    play.planner.on_outcome({0, ttl, 0}, {OutcomeKind::kWithdrawn, kStart + 1s, {}, {}});
  }
  EXPECT_EQ(play.take(kStart + 2s), (Request{0, 2, 0}));
  EXPECT_FALSE(play.take(kStart + 3s));  // Not the next TTL before this probe has its outcome.
  play.deliver({0, 2, 0}, OutcomeKind::kTimeExceeded, kStart + 3s);
  EXPECT_EQ(play.take(kStart + 3s), (Request{0, 3, 0}));
  EXPECT_FALSE(play.take(kStart + 4s));
  play.deliver({0, 3, 0}, OutcomeKind::kReached, kStart + 4s, true);
  EXPECT_EQ(play.end_of_path(0), 3);
  EXPECT_TRUE(play.planner.finished());
}

TEST(FixedRounds, KeepsOneProbeInFlightToAnUnattributableTarget) {
  FixedRoundsOptions options = rounds(30);
  options.round_interval = 100ms;
  Play play(options, 1, [](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
    if (cell.ttl >= 3 && at > 1s && at < 2500ms) return std::nullopt;  // Known one timeout later.
    return line(3)(cell, at);
  });
  play.unattributable = true;
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

TEST(FixedRounds, EndsARoundOnceItCanSendNoMore) {
  using Rounds = std::vector<std::pair<FlowId, std::uint64_t>>;
  Play play(rounds(2), 1, line(3));
  play.run(24ms);
  EXPECT_EQ(play.host.ended, Rounds{});  // All sent, but a reply may show that the path goes on.
  play.run(100ms);
  EXPECT_EQ(play.host.ended, (Rounds{{0, 0}}));
  play.run(2001ms);
  EXPECT_EQ(play.host.ended, (Rounds{{0, 0}}));
  play.run();
  EXPECT_EQ(play.host.ended, (Rounds{{0, 0}, {0, 1}}));
}

// A TTL that differs is probed again, once, before the round ends.
TEST(FixedRounds, ProbesAgainWhereThePathDiffersAtOneTtl) {
  Play play(rounds(2), 1, line(4));
  play.run(1s);
  model::Observation seen;
  for (const char* text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    seen.hops.push_back(IpAddress::parse(text));
  }
  play.host.at(0).identity.observe(seen);
  play.responders = {"192.0.2.1", "192.0.2.9", "192.0.2.3", "192.0.2.4"};
  play.run();
  EXPECT_THAT(play.ttls(0, 1), ElementsAre(1, 2, 3, 4, 2));
}

TEST(FixedRounds, SendsUpToTtl255WhereAllowed) {
  Play play(
      rounds(2), 1, [](const Request&, Duration) { return OutcomeKind::kTimeExceeded; }, 255);
  play.run();
  EXPECT_EQ(play.ttls(0, 1).size(), 255U);
}

// On any network a round sends each TTL once, and one TTL up to three times; rounds follow one
// another; the run ends.
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
    Play play(
        options, 3,
        [&](const Request& cell, Duration at) -> std::optional<OutcomeKind> {
          if (std::uniform_real_distribution<double>()(random) < loss) return std::nullopt;
          const auto met = line(at < 10s ? distance : moved)(cell, at);
          if (silent && met == OutcomeKind::kReached) return std::nullopt;
          return met;
        },
        20);
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
}  // namespace etr::plan
