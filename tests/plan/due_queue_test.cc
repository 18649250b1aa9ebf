#include "plan/due_queue.h"

#include <gtest/gtest.h>

namespace etr::plan {
namespace {

using namespace std::chrono_literals;
using base::Instant;

constexpr Instant kStart{1h};

TEST(DueQueue, ReturnsTheFlowThatIsDueFirst) {
  DueQueue queue;
  EXPECT_FALSE(queue.first(kStart));
  queue.set(3, kStart + 2s);
  queue.set(1, kStart + 1s);
  queue.set(2, kStart + 3s);
  EXPECT_EQ(queue.first(kStart)->flow, 1U);
  EXPECT_EQ(queue.first(kStart)->at, kStart + 1s);
  queue.set(1, std::nullopt);
  EXPECT_EQ(queue.first(kStart)->flow, 3U);
}

TEST(DueQueue, MovesAFlowThatIsSetAgain) {
  DueQueue queue;
  queue.set(0, kStart + 1s);
  queue.set(1, kStart + 2s);
  queue.set(0, kStart + 3s);
  EXPECT_EQ(queue.first(kStart)->flow, 1U);
  queue.set(0, kStart);
  EXPECT_EQ(queue.first(kStart)->flow, 0U);
}

TEST(DueQueue, LetsLateFlowsTakeTurnsHoweverLateTheyAre) {
  DueQueue queue;
  for (FlowId flow = 0; flow < 3; ++flow) queue.set(flow, kStart + flow * 10ms);
  Instant now = kStart + 1s;
  for (const FlowId expected : {0U, 1U, 2U, 0U, 1U}) {
    ASSERT_EQ(queue.first(now)->flow, expected);
    queue.end_turn(expected);
    now += 10ms;
    queue.set(expected, now);
  }
  EXPECT_LE(*queue.deadline(), now);
}

TEST(DueQueue, LetsFlowsDueAtOnceTakeTurns) {
  DueQueue queue;
  for (FlowId flow = 0; flow < 3; ++flow) queue.set(flow, kStart);
  for (const FlowId expected : {0U, 1U, 2U, 0U, 1U}) {
    ASSERT_EQ(queue.first(kStart)->flow, expected);
    queue.end_turn(expected);
    queue.set(expected, kStart);
  }
}

TEST(DueQueue, KeepsTheOrderOfVeryManyDueAtOnce) {
  constexpr FlowId kFlows = 1000;
  DueQueue queue;
  for (FlowId flow = 0; flow < kFlows; ++flow) queue.set(flow, kStart);
  for (FlowId expected = 0; expected < 2 * kFlows; ++expected) {
    ASSERT_EQ(queue.first(kStart)->flow, expected % kFlows);
    queue.end_turn(expected % kFlows);
    queue.set(expected % kFlows, kStart);
  }
}

}  // namespace
}  // namespace etr::plan
