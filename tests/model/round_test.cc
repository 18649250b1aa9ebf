#include "model/round.h"

#include <gtest/gtest.h>

#include "support/packet_builder.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using etr::testing::address;

constexpr Timestamp kStart{1000s};

Reply from(const std::string& source, ReplyKind kind = ReplyKind::kTimeExceeded) {
  Reply reply;
  reply.source = address(source);
  reply.kind = kind;
  return reply;
}

std::vector<Verdict> verdicts(const Path& path) {
  std::vector<Verdict> found;
  for (const Hop& hop : path.hops) found.push_back(hop.verdict);
  return found;
}

base::Moment at(Timestamp utc) { return {base::Instant(utc.time_since_epoch()), utc}; }

Path filled(Round& round, std::uint8_t last) {
  Path path;
  path.finished = kStart + 1h;
  round.fill(path, last);
  return path;
}

TEST(Round, RecordsTheVerdictOfEachHop) {
  Round round(4);
  for (std::uint8_t ttl = 1; ttl <= 3; ++ttl) round.sent(ttl, at(kStart + ttl * 1ms));
  EXPECT_TRUE(round.answered(1, kStart + 1ms, from("10.0.0.1")));
  EXPECT_TRUE(round.missed(2, kStart + 2ms, Verdict::kLost));
  EXPECT_FALSE(round.all_decided());
  EXPECT_TRUE(round.answered(3, kStart + 3ms, from("203.0.113.9", ReplyKind::kSynAck)));
  round.reached(3);
  EXPECT_TRUE(round.all_decided());
  const Path path = filled(round, 3);
  EXPECT_EQ(path.round, 4U);
  EXPECT_EQ(path.started, kStart + 1ms);
  EXPECT_TRUE(path.reached);
  EXPECT_TRUE(path.complete);
  EXPECT_EQ(verdicts(path),
            (std::vector<Verdict>{Verdict::kAnswered, Verdict::kLost, Verdict::kAnswered}));
  EXPECT_EQ(path.hops[1].sent_at, kStart + 2ms);
  EXPECT_FALSE(path.hops[1].reply);
}

TEST(Round, KeepsTheFirstReply) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart + 1ms));
  EXPECT_TRUE(round.answered(1, kStart, from("10.0.0.1")));
  EXPECT_FALSE(round.answered(1, kStart + 1ms, from("10.0.0.2")));
  const Path path = filled(round, 1);
  ASSERT_EQ(path.hops.size(), 1U);
  EXPECT_EQ(path.hops[0].reply->source, address("10.0.0.1"));
  EXPECT_EQ(path.hops[0].sent_at, kStart);
}

TEST(Round, MarksAHopAsLostOnlyWithItsLastProbe) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart + 1ms));
  EXPECT_FALSE(round.missed(1, kStart, Verdict::kLost));
  EXPECT_TRUE(round.missed(1, kStart + 1ms, Verdict::kLost));
  EXPECT_EQ(verdicts(filled(round, 1)), std::vector<Verdict>{Verdict::kLost});
}

TEST(Round, KeepsAnAnsweredHopIfAnotherProbeIsLost) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart + 1ms));
  round.answered(1, kStart + 1ms, from("10.0.0.1"));
  EXPECT_FALSE(round.missed(1, kStart, Verdict::kLost));
  EXPECT_EQ(verdicts(filled(round, 1)), std::vector<Verdict>{Verdict::kAnswered});
}

TEST(Round, ReopensTheVerdictForARepeatedProbe) {
  Round round(0);
  round.sent(1, at(kStart));
  EXPECT_TRUE(round.missed(1, kStart, Verdict::kLost));
  round.sent(1, at(kStart + 1s));
  EXPECT_FALSE(round.all_decided());
  EXPECT_TRUE(round.answered(1, kStart + 1s, from("10.0.0.1")));
  EXPECT_EQ(verdicts(filled(round, 1)), std::vector<Verdict>{Verdict::kAnswered});
}

TEST(Round, OmitsAHopWhoseOnlyProbeWasWithdrawn) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(2, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.withdraw(2);
  EXPECT_TRUE(round.all_decided());
  const Path path = filled(round, 9);
  ASSERT_EQ(path.hops.size(), 1U);
  EXPECT_TRUE(path.complete);
}

TEST(Round, KeepsTheReplyOfAHopWithAWithdrawnProbe) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.withdraw(1);
  EXPECT_EQ(verdicts(filled(round, 9)), std::vector<Verdict>{Verdict::kAnswered});
}

TEST(Round, KeepsTheLossOfAHopWithAWithdrawnProbe) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart + 1ms));
  EXPECT_FALSE(round.missed(1, kStart, Verdict::kLost));
  round.withdraw(1);
  const Path path = filled(round, 9);
  EXPECT_EQ(verdicts(path), std::vector<Verdict>{Verdict::kLost});
  EXPECT_TRUE(path.complete);
}

TEST(Round, MarksHopsWithoutVerdictAsCut) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(2, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  const Path path = filled(round, 9);
  EXPECT_FALSE(path.complete);
  EXPECT_EQ(verdicts(path), (std::vector<Verdict>{Verdict::kAnswered, Verdict::kCut}));
}

TEST(Round, EndsAtTheLowestTtlThatReachedOrWasBlocked) {
  Round round(0);
  EXPECT_FALSE(round.end());
  round.reached(7);
  EXPECT_EQ(round.end(), 7);
  round.reached(6);
  round.reached(8);
  EXPECT_EQ(round.end(), 6);
  round.blocked({5, address("10.0.0.5"), 3, 13});
  EXPECT_EQ(round.end(), 5);
}

TEST(Round, IsBlockedOnlyIfTheDestinationIsNotInTheRecord) {
  Round round(0);
  round.sent(5, at(kStart));
  round.blocked({5, address("10.0.0.5"), 3, 13});
  Path path = filled(round, 5);
  ASSERT_TRUE(path.blocked);
  EXPECT_EQ(path.blocked->ttl, 5);
  EXPECT_FALSE(path.reached);
  round.reached(4);
  path = filled(round, 5);
  EXPECT_TRUE(path.reached);
  EXPECT_FALSE(path.blocked);
}

TEST(Round, IsNotReachedByAReplyPastTheRecordedTtls) {
  Round round(0);
  round.sent(6, at(kStart));
  round.answered(6, kStart, from("203.0.113.9", ReplyKind::kSynAck));
  round.reached(6);
  EXPECT_FALSE(filled(round, 5).reached);
}

TEST(Round, ObservesAddressesUpToItsEnd) {
  Round round(0);
  for (std::uint8_t ttl = 1; ttl <= 5; ++ttl) round.sent(ttl, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.answered(3, kStart, from("203.0.113.9", ReplyKind::kSynAck));
  round.answered(4, kStart, from("203.0.113.9", ReplyKind::kSynAck));
  round.reached(4);
  round.reached(3);
  const Observation seen = round.observation();
  ASSERT_EQ(seen.hops.size(), 3U);
  EXPECT_EQ(seen.hops[0], address("10.0.0.1"));
  EXPECT_FALSE(seen.hops[1]);
  EXPECT_EQ(seen.end, 3);
}

TEST(Round, ReportsTheStateOfEachTtl) {
  Round round(0);
  for (std::uint8_t ttl = 1; ttl <= 5; ++ttl) round.sent(ttl, at(kStart + ttl * 1ms));
  round.answered(1, kStart, from("10.0.0.1"));
  round.missed(2, kStart, Verdict::kLost);
  round.answered(3, kStart, from("203.0.113.9", ReplyKind::kSynAck));
  round.withdraw(4);
  EXPECT_EQ(round.state(1), StepState::kRouter);
  EXPECT_EQ(round.state(2), StepState::kMissed);
  EXPECT_EQ(round.state(3), StepState::kEnd);
  EXPECT_EQ(round.state(4), StepState::kUnsent);
  EXPECT_EQ(round.state(5), StepState::kWaiting);
  EXPECT_EQ(round.state(6), StepState::kUnsent);
  EXPECT_EQ(round.first_unsent(), 4U);
  EXPECT_TRUE(round.waits_up_to(5));
  EXPECT_FALSE(round.waits_up_to(4));
  EXPECT_EQ(round.sent_at(5), at(kStart + 5ms).now);
}

TEST(Round, RepeatsUnansweredTtlsFromAGivenOne) {
  Round round(0);
  for (std::uint8_t ttl = 1; ttl <= 4; ++ttl) round.sent(ttl, at(kStart));
  round.missed(1, kStart, Verdict::kLost);
  round.missed(2, kStart, Verdict::kLost);
  round.answered(3, kStart, from("10.0.0.3"));
  round.withdraw(4);
  round.repeat_from(2);
  EXPECT_EQ(round.first_unsent(), 2U);
  round.sent(2, at(kStart));
  EXPECT_EQ(round.first_unsent(), 4U);
  EXPECT_EQ(round.state(1), StepState::kMissed);
}

TEST(Round, HasNoUnsentTtlAfter255) {
  Round round(0);
  for (int ttl = 1; ttl <= 255; ++ttl) round.sent(static_cast<std::uint8_t>(ttl), at(kStart));
  EXPECT_EQ(round.first_unsent(), 256U);
}

// Statistics count the same probes, so record and statistics show the same loss.
TEST(Round, RecordsHowOftenAHopWasProbed) {
  Round round(0);
  for (std::uint8_t ttl = 1; ttl <= 5; ++ttl) round.sent(ttl, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.missed(2, kStart, Verdict::kLost);
  round.sent(2, at(kStart));
  round.answered(2, kStart, from("10.0.0.2"));
  round.missed(3, kStart, Verdict::kLost);
  round.sent(3, at(kStart));
  round.missed(3, kStart, Verdict::kLost);
  round.answered(4, kStart, from("10.0.0.4"));
  round.sent(4, at(kStart));
  round.answered(4, kStart, from("10.0.0.4"));  // A second probe to confirm the path: not counted.
  round.missed(5, kStart, Verdict::kSendFailed);
  const Path path = filled(round, 5);
  std::vector<int> asked;
  for (const Hop& hop : path.hops) asked.push_back(hop.asked);
  EXPECT_EQ(asked, (std::vector<int>{1, 2, 2, 1, 0}));
}

// A second look at an answered hop counts neither if it is answered nor if it is lost.
TEST(Round, TakesAProbeAfterTheReplyForAConfirmation) {
  Round round(0);
  round.sent(1, at(kStart));
  EXPECT_FALSE(round.confirms(1, kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.sent(1, at(kStart + 1ms));
  EXPECT_TRUE(round.confirms(1, kStart + 1ms));
  EXPECT_FALSE(round.confirms(2, kStart + 1ms));
}

// It was lost, whatever became of a later one.
TEST(Round, TakesNoProbeBeforeTheAnsweredOneForAConfirmation) {
  Round round(0);
  round.sent(1, at(kStart));
  round.sent(1, at(kStart + 1ms));
  round.answered(1, kStart + 1ms, from("10.0.0.1"));
  EXPECT_FALSE(round.confirms(1, kStart));
}

TEST(Round, RecordsNoLossThatDoesNotCount) {
  Round round(0);
  round.sent(1, at(kStart));
  round.missed(1, kStart, Verdict::kLost, false);
  const Path path = filled(round, 1);
  EXPECT_EQ(path.hops[0].verdict, Verdict::kLost);
  EXPECT_EQ(path.hops[0].asked, 0);
}

TEST(Round, ObservesTheResponderThatConfirmsAReply) {
  Round round(0);
  round.sent(1, at(kStart));
  round.answered(1, kStart, from("10.0.0.1"));
  round.sent(1, at(kStart + 5ms));
  round.answered(1, kStart + 5ms, from("10.0.0.9"));
  const Observation seen = round.observation();
  EXPECT_EQ(seen.sent_at, std::vector<Timestamp>{kStart});
  ASSERT_EQ(seen.confirmations.size(), 1U);
  EXPECT_EQ(seen.confirmations[0].sent_at, kStart + 5ms);
  EXPECT_EQ(seen.confirmations[0].ttl, 1);
  EXPECT_EQ(seen.confirmations[0].address, address("10.0.0.9"));
}

TEST(Round, KnowsItsHighestRouter) {
  Round round(0);
  for (const std::uint8_t ttl : std::vector<std::uint8_t>{1, 4, 2}) {
    round.sent(ttl, at(kStart));
    round.answered(ttl, kStart, from("10.0.0.1"));
  }
  round.sent(5, at(kStart));
  round.answered(5, kStart, from("203.0.113.9", ReplyKind::kReset));
  EXPECT_EQ(round.highest_router(), 4);
}

}  // namespace
}  // namespace etr::model
