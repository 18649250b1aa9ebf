#include "trace/change_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Event change(std::uint32_t flow, bool back = false) {
  Event event;
  event.kind = EventKind::kPathChange;
  event.trace = 0;
  event.flow = flow;
  PathChange& moved = event.change.emplace();
  moved.old_path_id = back ? 2 : 1;
  moved.new_path_id = back ? 1 : 2;
  moved.old_path_hash = back ? "22222222ff" : "11111111ff";
  moved.new_path_hash = back ? "11111111ff" : "22222222ff";
  moved.first_ttl = 2;
  moved.last_ttl = 3;
  return event;
}

TEST(ChangeLimiter, ReportsASingleChangeAtOnce) {
  ChangeLimiter limiter;
  const base::Instant start{};
  const auto events = limiter.add(change(4), start);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].flow, 4U);
  EXPECT_EQ(events[0].text, "path changed from 11111111 to 22222222 at TTL 2-3");
  EXPECT_THAT(limiter.due(start + 10s), IsEmpty());
}

TEST(ChangeLimiter, ReportsARateWhereFlowsMoveBackAndForth) {
  ChangeLimiter limiter;
  base::Instant now{};
  limiter.add(change(0), now);
  for (int i = 0; i < 10; ++i) {
    now += 500ms;
    for (std::uint32_t flow = 0; flow < 4; ++flow) {
      if (now < base::Instant{} + 5s) {
        EXPECT_THAT(limiter.add(change(flow, i % 2 == 0), now), IsEmpty());
      }
    }
  }
  const auto events = limiter.due(base::Instant{} + 5s);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].count, 36U);
  EXPECT_EQ(events[0].change->flows, 4U);
  EXPECT_NEAR(events[0].change->per_second, 1.8, 0.01);
  EXPECT_FALSE(events[0].flow);
  EXPECT_EQ(
      events[0].text,
      "flows move between path 11111111 and path 22222222, 1.8 changes a second, 4 flows, within "
      "the last 4.5 s");
}

TEST(ChangeLimiter, ReportsFlowsThatMoveTogetherOnce) {
  ChangeLimiter limiter;
  const base::Instant start{};
  limiter.add(change(0), start);
  for (std::uint32_t flow = 1; flow < 8; ++flow) limiter.add(change(flow), start + 10ms);
  const auto events = limiter.due(start + 1s, true);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].count, 7U);
  EXPECT_EQ(events[0].change->per_second, 0);
  EXPECT_EQ(events[0].text,
            "path of 7 flows changed from 11111111 to 22222222 at TTL 2-3, within the last 1.0 s");
}

TEST(ChangeLimiter, ReportsSinceWhenChangesWereHeldBack) {
  ChangeLimiter limiter;
  const base::Instant start{};
  limiter.add(change(0), start);
  limiter.add(change(1), start + 2s);
  auto events = limiter.due(start + 5s);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0].text, EndsWith("at TTL 2-3, within the last 3.0 s"));
  limiter.add(change(2), start + 9s);
  events = limiter.due(start + 10s);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0].text, EndsWith("at TTL 2-3, within the last 1.0 s"));
  events = limiter.add(change(3), start + 15s);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0].text, EndsWith("at TTL 2-3")) << "nothing was held back";
}

TEST(ChangeLimiter, LosesNoChangeIfThereAreMorePairsThanItHolds) {
  ChangeLimiter limiter;
  std::size_t reported = 0;
  for (std::uint32_t pair = 0; pair < 1000; ++pair) {
    Event event = change(0);
    event.change->old_path_id = 2 * pair;
    event.change->new_path_id = 2 * pair + 1;
    reported += limiter.add(event, base::Instant{}).size();
  }
  EXPECT_EQ(reported, 1000U);
}

}  // namespace
}  // namespace etr::trace
