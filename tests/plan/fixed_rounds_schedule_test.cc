// Fixed rounds: the turns of flows, and the sequence of rounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "planner_play.h"

namespace etr::plan {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// Start time by round and flow.
using Starts = std::map<std::uint64_t, std::map<std::uint32_t, Duration>>;

Starts starts(const Play& play) {
  Starts found;
  for (const Sent& one : play.sent) found[one.cell.round].try_emplace(one.cell.flow, one.at);
  return found;
}

/// Start times of a round, in order.
std::vector<Duration> sorted(const std::map<std::uint32_t, Duration>& round) {
  std::vector<Duration> times;
  for (const auto& [flow, at] : round) times.push_back(at);
  std::sort(times.begin(), times.end());
  return times;
}

TEST(FixedRounds, SpreadsFlowsOverTheInterval) {
  for (const std::uint32_t flows : {1U, 2U, 5U, 8U, 25U}) {
    Play play(rounds(70), flows, line(5));
    play.run();
    Starts found = starts(play);
    for (std::uint64_t round = 1; round < 70; ++round) {
      const std::vector<Duration> times = sorted(found[round]);
      ASSERT_EQ(times.size(), flows);
      for (std::uint32_t i = 0; i < flows; ++i) {
        ASSERT_EQ(times[i], round * 2s + i * Duration(2s) / flows) << flows << " " << round;
      }
    }
  }
}

// And the interval between two rounds of a flow varies by at most a fifth.
TEST(FixedRounds, GivesEachFlowEveryStartSlot) {
  for (const std::uint32_t flows : {5U, 8U, 10U, 25U, 96U}) {
    Play play(rounds(2 * flows + 1), flows, line(5));
    play.run();
    Starts found = starts(play);
    for (std::uint32_t flow = 0; flow < flows; ++flow) {
      std::set<Duration> places;
      for (std::uint64_t round = 1; round <= 2 * flows; ++round) {
        const Duration start = found[round].at(flow);
        places.insert(start % 2s);
        if (round == 1) continue;
        const Duration gap = start - found[round - 1].at(flow);
        ASSERT_GE(gap, 1600ms) << flows << " " << flow;
        ASSERT_LE(gap, 2400ms) << flows << " " << flow;
      }
      ASSERT_EQ(places.size(), flows) << flow;
    }
  }
}

TEST(FixedRounds, SpreadsManyFlowsOverAnIntervalOfYears) {
  FixedRoundsOptions options = rounds(2);
  options.round_interval =
      10 * 365 * 24h;  // So long that interval times flows overflows a Duration.
  Play play(options, 1000, line(2));
  play.run(30 * 365 * 24h);
  const std::vector<Duration> times = sorted(starts(play)[1]);
  ASSERT_EQ(times.size(), 1000U);
  EXPECT_EQ(times.front(), options.round_interval);
  EXPECT_EQ(times.back(), options.round_interval + options.round_interval / 1000 * 999);
}

TEST(FixedRounds, TakesTurnsOfThreeTtlsIfSendingTakesTime) {
  FixedRoundsOptions options = rounds(1);
  options.ttl_delay = 0ms;
  Play play(options, 100, line(9));
  Instant now = kStart;
  for (std::uint32_t flow = 0; flow < 100; ++flow) {
    for (std::uint8_t ttl = 1; ttl <= 3; ++ttl, now += 20us) {
      EXPECT_EQ(play.take(now), (Request{flow, ttl, 0}));
    }
  }
  EXPECT_FALSE(play.take(now));
}

TEST(FixedRounds, InterleavesFlowsAfterTheHostWasStalled) {
  FixedRoundsOptions options = rounds(2);
  options.ttl_delay = 0ms;
  Play play(options, 32, line(5));
  play.run(1900ms);
  Instant now = kStart + 5s;  // All second rounds are due, and late.
  std::vector<int> longest(6);
  int run = 0;
  int last = 0;
  for (auto request = play.take(now); request; request = play.take(now += 20us)) {
    run = request->ttl == last ? run + 1 : 1;
    last = request->ttl;
    longest[request->ttl] = std::max(longest[request->ttl], run);
  }
  EXPECT_EQ(longest, (std::vector<int>{0, 1, 1, 1, 1, 1}));
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

TEST(FixedRounds, StretchesARoundThatDoesNotFitItsInterval) {
  FixedRoundsOptions options = rounds(8);
  options.rate = 10;
  options.round_interval = 500ms;
  Play play(options, 2, line(5));
  play.run();
  EXPECT_EQ(play.planner.status().round_interval, 1s);
  EXPECT_EQ(play.times(0, 7).front() - play.times(0, 3).front(), 4s);  // The same slot again.
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

TEST(FixedRounds, ParksFlowsWhileThereIsNoRoom) {
  Play play(rounds(2), 4, line(5));
  play.host.room = 2;
  play.run();
  EXPECT_EQ(play.sent.size(), 2U * 5);
  EXPECT_FALSE(play.planner.finished());
  play.host.room = 100;
  play.run();
  EXPECT_TRUE(play.planner.finished());
  EXPECT_EQ(play.sent.size(), 4U * 2 * 5);
}

TEST(FixedRounds, RetriesOneParkedFlowOnlyWhileThereIsNoRoom) {
  Play play(rounds(2), 50, line(5));
  play.host.room = 0;
  play.run(1ms);
  play.host.asked = 0;
  play.planner.on_room();
  EXPECT_FALSE(play.planner.next(kStart + 1s));
  EXPECT_EQ(play.host.asked, 1);
}

TEST(FixedRounds, KeepsStartSlotsAfterAStandstill) {
  Play play(rounds(0), 4, line(5));
  play.run(3s);
  play.host.room = 0;
  play.run(9100ms);
  play.host.room = 1000;
  play.now = kStart + 9100ms;
  play.run(20s);
  std::set<Duration> taken;
  for (const Sent& one : play.sent) {
    if (one.at < 12s || one.cell.ttl != 1) continue;
    EXPECT_EQ(one.at % 500ms, 0ms);
    EXPECT_TRUE(taken.insert(one.at).second) << one.cell.flow;
  }
  EXPECT_GE(taken.size(), 16U);
}

TEST(FixedRounds, DoesNotMakeUpForMissedRounds) {
  Play play(rounds(0), 1, line(5));
  play.run(3s);
  play.host.room = 0;
  play.run(100s);
  play.now = kStart + 100s;
  play.host.room = 1000;
  const std::size_t before = play.sent.size();
  play.run(109900ms);
  EXPECT_LE(play.sent.size() - before, 6U * 5);
}

TEST(FixedRounds, TakesAShorterIntervalAtOnce) {
  Play play(rounds(0), 1, line(3));
  play.run(2100ms);
  play.planner.set_round_interval(500ms);
  play.run(4s);
  EXPECT_EQ(play.times(0, 2).front(), 2500ms);
  EXPECT_EQ(play.times(0, 3).front(), 3s);
  EXPECT_EQ(play.planner.status().round_interval, 500ms);
}

TEST(FixedRounds, TakesALongerIntervalFromTheNextRound) {
  Play play(rounds(0), 1, line(3));
  play.run(2100ms);
  play.planner.set_round_interval(5s);
  play.run(20s);
  EXPECT_EQ(play.times(0, 3).front() - play.times(0, 2).front(), 5s);
}

}  // namespace
}  // namespace etr::plan
