#include "model/reply_order.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "observations.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using testing::named;

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
  EXPECT_TRUE(order.moves_together(2));
  EXPECT_FALSE(order.moves_together(1));
}

TEST(ReplyOrder, DoesNotTakeABalancerPerPacketForFlowsThatMoveTogether) {
  int together = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random(seed);
    ReplyOrder order;
    for (int i = 0; i < 128; ++i) add(order, 10ms * i, random() % 2 == 0);
    together += order.moves_together(2) ? 1 : 0;
  }
  EXPECT_EQ(together, 0);
}

TEST(ReplyOrder, DoesNotJudgeByFewProbesOrByProbesSentFarApart) {
  ReplyOrder few;
  for (int i = 0; i < 32; ++i) add(few, 10ms * i, true);
  EXPECT_FALSE(few.moves_together(2));
  ReplyOrder far;
  for (int i = 0; i < 128; ++i) add(far, 101ms * i, true);
  EXPECT_FALSE(far.moves_together(2));
}

TEST(ReplyOrder, ComparesFlowsThatMoveBetweenTheSameRoutersOnly) {
  ReplyOrder order;
  for (int i = 0; i < 64; ++i) {
    order.add(2, {Timestamp(10ms * i), named("b"), named(i % 2 == 0 ? "c" : "d")});
  }
  EXPECT_FALSE(order.moves_together(2));
}

}  // namespace
}  // namespace etr::model
