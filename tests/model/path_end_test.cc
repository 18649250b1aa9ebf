#include "model/path_end.h"

#include <gtest/gtest.h>

namespace etr::model {
namespace {

Reply reply(ReplyKind kind) {
  Reply made;
  made.kind = kind;
  return made;
}

/// A round whose TTLs 1 to `sent` are in flight.
Round round_of(std::uint8_t sent) {
  Round round(0);
  for (std::uint8_t ttl = 1; ttl <= sent; ++ttl) round.sent(ttl, {});
  return round;
}

TEST(PathEnd, AllowsTheMaximumTtlInTheFirstRound) {
  PathEnd end(30);
  end.begin_round();
  EXPECT_EQ(end.limit(), 30);
  end.begin_round();
  EXPECT_EQ(end.limit(), kWindow);
  end.router_answered(4);
  EXPECT_EQ(end.limit(), 4 + kWindow);
}

TEST(PathEnd, IsWhereTheDestinationFirstAnswers) {
  PathEnd end(30);
  end.end_answered(7);
  end.end_answered(6);
  end.end_answered(9);
  EXPECT_EQ(end.ttl(), 6);
  EXPECT_EQ(end.limit(), 6);
}

TEST(PathEnd, IsUnknownAgainOnceARouterAnswersThere) {
  PathEnd end(30);
  end.end_answered(6);
  end.router_answered(6);
  EXPECT_FALSE(end.ttl());
  EXPECT_EQ(end.last_known(), 6);
}

TEST(PathEnd, IsCertainOnceTheTtlBelowIsARouter) {
  PathEnd end(30);
  Round round = round_of(3);
  end.end_answered(3);
  end.settle(round);
  EXPECT_EQ(end.to_repeat(round), 2);
  round.answered(2, {}, reply(ReplyKind::kTimeExceeded));
  end.settle(round);
  EXPECT_FALSE(end.to_repeat(round));
}

TEST(PathEnd, MovesDownWhereTheTtlBelowIsAnEndToo) {
  PathEnd end(30);
  Round round = round_of(4);
  end.end_answered(4);
  round.answered(3, {}, reply(ReplyKind::kReset));
  round.answered(2, {}, reply(ReplyKind::kReset));
  end.settle(round);
  EXPECT_EQ(end.ttl(), 2);
  EXPECT_EQ(end.to_repeat(round), 1);
}

TEST(PathEnd, RepeatsTheTtlBelowTwiceAndThenIsCertain) {
  PathEnd end(30);
  Round round = round_of(3);
  end.end_answered(3);
  for (int repeats = 0; repeats < 2; ++repeats) {
    round.missed(2, {}, Verdict::kLost);
    end.settle(round);
    ASSERT_EQ(end.to_repeat(round), 2) << repeats;
    round.sent(2, {});
  }
  round.missed(2, {}, Verdict::kLost);
  end.settle(round);
  EXPECT_FALSE(end.to_repeat(round));
}

TEST(PathEnd, IsSearchedForAgainAfterThreeSilentRounds) {
  PathEnd end(30);
  end.begin_round();
  end.router_answered(4);
  end.end_answered(5);
  for (int silent = 0; silent < 3; ++silent) {
    end.begin_round();
    EXPECT_EQ(end.limit(), 5);
    end.lost(5);
  }
  end.begin_round();
  EXPECT_FALSE(end.ttl());
  EXPECT_EQ(end.last_known(), 5);
  EXPECT_EQ(end.limit(), 5 + kWindow);
}

}  // namespace
}  // namespace etr::model
