#include "model/expected_end.h"

#include <gtest/gtest.h>

#include "support/packet_builder.h"

namespace etr::model {
namespace {

const LastRouter kRouter{3, etr::testing::address("10.0.3.1")};
const IpAddress kTarget = etr::testing::address("203.0.113.9");

Reply reply_of(const IpAddress& source) {
  Reply made;
  made.source = source;
  made.kind = ReplyKind::kUnreachable;
  return made;
}

/// Probes from TTL 4 to `last`, of which the one to `answered` has a reply; 0: none has.
Round round_to(std::uint8_t last, std::uint8_t answered, const IpAddress& source = kTarget) {
  Round round(0);
  for (std::uint8_t ttl = 4; ttl <= last; ++ttl) {
    round.sent(ttl, {});
    if (ttl == answered) {
      round.answered(ttl, {}, reply_of(source));
      round.reached(ttl);
    } else {
      round.missed(ttl, {}, Verdict::kLost);
    }
  }
  return round;
}

class ExpectedEndTest : public ::testing::Test {
 protected:
  static void close(ExpectedEnd& of, std::uint8_t last, std::uint8_t answered,
                    const IpAddress& source = kTarget) {
    of.round_closed(round_to(last, answered, source), kRouter);
  }
  /// Every fourth probe of another flow to TTL 4 is answered.
  void limit() {
    for (int round = 0; round < 16; ++round) close(another, 4, round % 4 == 0 ? 4 : 0);
  }

  SharedEnds ends;
  ExpectedEnd flow{ends};
  ExpectedEnd another{ends};
};

TEST_F(ExpectedEndTest, IsEmptyWhereTheTargetAnswersOtherFlowsAlways) {
  for (int round = 0; round < 16; ++round) close(another, 4, 4);
  close(flow, 6, 6);
  EXPECT_EQ(flow.ttl(), std::nullopt);
}

TEST_F(ExpectedEndTest, IsWhereATargetThatLimitsAnswersOtherFlows) {
  limit();
  close(flow, 6, 6);
  EXPECT_EQ(flow.ttl(), 4);
  close(flow, 4, 0);
  EXPECT_EQ(flow.ttl(), 4);
}

TEST_F(ExpectedEndTest, IsWhereThisFlowWasAnsweredNowAndThen) {
  for (int round = 0; round < 16; ++round) close(flow, 4, round % 4 == 0 ? 4 : 0);
  EXPECT_EQ(flow.ttl(), 4);
}

TEST_F(ExpectedEndTest, IsEmptyWhereChanceDoesNotExplainTheSilence) {
  for (int round = 0; round < 40; ++round) {
    close(another, 4, round % 4 == 0 ? 4 : 0);
    close(flow, 4, 0);
  }
  EXPECT_EQ(flow.ttl(), std::nullopt);
  EXPECT_TRUE(flow.silent());
}

TEST_F(ExpectedEndTest, IsGivenUpIfTheTargetAnswersBeyondFourTimes) {
  limit();
  for (int round = 0; round < 3; ++round) close(flow, 6, 6);
  EXPECT_EQ(flow.ttl(), 4);
  close(flow, 6, 6);
  EXPECT_EQ(flow.ttl(), 6);
}

TEST_F(ExpectedEndTest, IsEmptyWhereAnotherHostAnswersThisFlow) {
  limit();
  close(flow, 6, 6, etr::testing::address("192.0.2.6"));
  EXPECT_EQ(flow.ttl(), std::nullopt);
}

TEST_F(ExpectedEndTest, IsEmptyOnceTheTargetAnswersNoFlowThere) {
  limit();
  for (int round = 0; round < 200; ++round) close(another, 4, 0);
  close(flow, 6, 6);
  EXPECT_EQ(flow.ttl(), std::nullopt);
}

TEST_F(ExpectedEndTest, IsRightBehindARouterThatRejectsThePath) {
  close(flow, 9, 9, kRouter.address);
  EXPECT_EQ(flow.ttl(), 4);
  close(flow, 4, 0);
  EXPECT_EQ(flow.ttl(), 4);
  close(flow, 7, 7);  // It lets packets through now.
  EXPECT_EQ(flow.ttl(), std::nullopt);
}

// Behind one router the target is nearer for another flow, and this one passes silent routers.
TEST_F(ExpectedEndTest, TakesNoReplyAtALongerPathForOneAtTheShorter) {
  for (int round = 0; round < 16; ++round) close(flow, 6, 6);
  for (int round = 0; round < 16; ++round) {
    close(another, 4, 4);
    close(flow, 6, 6);
    EXPECT_EQ(flow.ttl(), std::nullopt) << round;
  }
}

TEST_F(ExpectedEndTest, KnowsASilentFlowWhereTheTargetAnswersOthersReliably) {
  for (int round = 0; round < 16; ++round) close(another, 4, 4);
  for (int round = 0; round < 3; ++round) close(flow, 6, 0);
  EXPECT_TRUE(flow.silent());
  close(flow, 6, 6);
  EXPECT_FALSE(flow.silent());
}

TEST_F(ExpectedEndTest, KnowsNoSilentFlowWhereTheTargetLimits) {
  limit();
  for (int round = 0; round < 3; ++round) close(flow, 6, 0);
  EXPECT_FALSE(flow.silent());
}

}  // namespace
}  // namespace etr::model
