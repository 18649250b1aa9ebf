#include "trace/event_limiter.h"

#include <gtest/gtest.h>

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using base::Instant;

constexpr Instant kStart{1h};

Event event(const std::string& text, EventKind kind = EventKind::kRejected) {
  Event made;
  made.kind = kind;
  made.text = text;
  return made;
}

TEST(EventLimiter, ReportsTheFirstAtOnce) {
  EventLimiter limiter;
  const auto now = limiter.add(event("a"), kStart);
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0].text, "a");
  EXPECT_EQ(now[0].count, 1U);
}

TEST(EventLimiter, CountsRepeatsAndReportsThemTogether) {
  EventLimiter limiter;
  limiter.add(event("a"), kStart);
  for (int i = 1; i <= 5; ++i) {
    Event again = event("a");
    again.ttl = static_cast<std::uint8_t>(i);
    EXPECT_TRUE(limiter.add(again, kStart + i * 100ms).empty());
  }
  EXPECT_TRUE(limiter.due(kStart + 999ms).empty());
  const auto due = limiter.due(kStart + 1s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].count, 5U);
  EXPECT_EQ(due[0].ttl, 5);  // The details are those of the last event.
}

TEST(EventLimiter, CountsEachEventExactlyOnce) {
  EventLimiter limiter;
  std::uint64_t reported = 0;
  const auto count = [&](const std::vector<Event>& events) {
    for (const Event& one : events) reported += one.count;
  };
  for (int i = 0; i < 5000; ++i) {
    count(limiter.add(event(i % 3 == 0 ? "a" : "b"), kStart + i * 7ms));
    if (i % 100 == 0) count(limiter.due(kStart + i * 7ms));
  }
  count(limiter.due(kStart + 40s, true));
  EXPECT_EQ(reported, 5000U);
  EXPECT_TRUE(limiter.due(kStart + 2h, true).empty());
}

TEST(EventLimiter, ReportsAboutOneEventPerSecondOfAFlood) {
  EventLimiter limiter;
  std::size_t reported = 0;
  for (int i = 0; i < 10000; ++i) {
    reported += limiter.add(event("a"), kStart + i * 1ms).size();
    if (i % 1000 == 0) reported += limiter.due(kStart + i * 1ms).size();
  }
  EXPECT_LE(reported, 11U);
  EXPECT_GE(reported, 9U);
}

TEST(EventLimiter, DistinguishesKindsAndTexts) {
  EventLimiter limiter;
  EXPECT_EQ(limiter.add(event("a"), kStart).size(), 1U);
  EXPECT_EQ(limiter.add(event("b"), kStart).size(), 1U);
  EXPECT_EQ(limiter.add(event("a", EventKind::kSendError), kStart).size(), 1U);
}

TEST(EventLimiter, ReportsAnEventAtOnceAfterAQuietSecond) {
  EventLimiter limiter;
  limiter.add(event("a"), kStart);
  EXPECT_TRUE(limiter.due(kStart + 1s).empty());
  EXPECT_EQ(limiter.add(event("a"), kStart + 1500ms).size(), 1U);
}

TEST(EventLimiter, ReportsAnEventAfterASecondWithoutACallOfDue) {
  EventLimiter limiter;
  limiter.add(event("a"), kStart);
  limiter.add(event("a"), kStart + 1ms);
  const auto now = limiter.add(event("a"), kStart + 5s);
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0].count, 2U);
  EXPECT_TRUE(limiter.due(kStart + 1h).empty());
}

TEST(EventLimiter, HoldsNothingBackAtTheEnd) {
  EventLimiter limiter;
  limiter.add(event("a"), kStart);
  limiter.add(event("a"), kStart);
  ASSERT_EQ(limiter.due(kStart, true).size(), 1U);
}

}  // namespace
}  // namespace etr::trace
