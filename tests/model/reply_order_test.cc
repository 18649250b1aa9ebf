#include "model/reply_order.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "observations.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::named;
using Movement = ReplyOrder::Movement;

/// Adds a reply of a flow that moves between the routers b and c.
void add(ReplyOrder& order, std::chrono::milliseconds at, bool b) {
  order.add(2, {Timestamp(at), named(b ? "b" : "c"), named(b ? "c" : "b")});
}

TEST(ReplyOrder, SeesThatFlowsMoveTogetherWhateverTheOrderTheirRepliesComeIn) {
  ReplyOrder order;
  for (const int first : {30, 0}) {
    for (int i = 0; i < 32; ++i)
      add(order, (first + 60 * i) * 1ms, (first + 60 * i) / 700 % 2 == 0);
  }
  EXPECT_EQ(order.movement(2), Movement::kTogether);
  EXPECT_EQ(order.movement(1), Movement::kUnknown);
}

TEST(ReplyOrder, SeesThatPacketsMoveApartBehindABalancer) {
  int apart = 0;
  int together = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random(seed);
    ReplyOrder order;
    for (int i = 0; i < 128; ++i) add(order, 10ms * i, random() % 2 == 0);
    apart += order.movement(2) == Movement::kApart ? 1 : 0;
    together += order.movement(2) == Movement::kTogether ? 1 : 0;
  }
  EXPECT_GE(apart, 980) << "of 1000";
  EXPECT_EQ(together, 0);
}

TEST(ReplyOrder, SeesThatPacketsMoveApartBehindAnUnevenBalancer) {
  int apart = 0;
  int together = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random(seed);
    ReplyOrder order;
    for (int i = 0; i < 256; ++i) add(order, 10ms * i, random() % 6 == 0);
    apart += order.movement(2) == Movement::kApart ? 1 : 0;
    together += order.movement(2) == Movement::kTogether ? 1 : 0;
  }
  EXPECT_GE(apart, 980) << "of 1000";
  EXPECT_LE(together, 2);
}

// On the one router five times as long as on the other.
TEST(ReplyOrder, SeesThatFlowsMoveTogetherOnAnUnevenlyFlappingRoute) {
  ReplyOrder order;
  for (int i = 0; i < 256; ++i) add(order, 20ms * i, 20 * i % 1200 < 200);
  EXPECT_EQ(order.movement(2), Movement::kTogether);
}

TEST(ReplyOrder, DoesNotJudgeByFewProbesOrByProbesSentFarApart) {
  ReplyOrder few;
  for (int i = 0; i < 32; ++i) add(few, 10ms * i, true);
  EXPECT_EQ(few.movement(2), Movement::kUnknown);
  ReplyOrder far;
  for (int i = 0; i < 128; ++i) add(far, 101ms * i, true);
  EXPECT_EQ(far.movement(2), Movement::kUnknown);
}

TEST(ReplyOrder, ComparesFlowsThatMoveBetweenTheSameRoutersOnly) {
  ReplyOrder order;
  for (int i = 0; i < 64; ++i) {
    order.add(2, {Timestamp(10ms * i), named("b"), named(i % 2 == 0 ? "c" : "d")});
  }
  EXPECT_EQ(order.movement(2), Movement::kUnknown);
}

}  // namespace
}  // namespace etr::model
