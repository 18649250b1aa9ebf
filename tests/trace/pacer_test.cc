#include "trace/pacer.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using base::Instant;

constexpr Instant kBegin{1h};

/// Sends `count` probes as early as the pacer permits; `ttl_of` gives the TTL of each.
template <class TtlOf>
std::vector<Instant> send_all(Pacer& pacer, int count, Instant now, TtlOf ttl_of) {
  std::vector<Instant> times;
  for (int i = 0; i < count; ++i) {
    const auto ttl = static_cast<std::uint8_t>(ttl_of(i));
    now = pacer.earliest(now, ttl);
    pacer.sent(now, ttl);
    times.push_back(now);
  }
  return times;
}

int in_turn(int i) { return i % 8 + 1; }

TEST(Pacer, SendsABurstOfTenAtOnce) {
  Pacer pacer(100, 10);
  const auto times = send_all(pacer, 11, kBegin, in_turn);
  EXPECT_EQ(times[9], kBegin);
  EXPECT_EQ(times[10], kBegin + 10ms);
}

TEST(Pacer, NeverExceedsItsRateExceptForTheBurst) {
  Pacer pacer(300, 10);
  const auto times = send_all(pacer, 1000, kBegin, in_turn);
  for (std::size_t i = 0; i < times.size(); ++i) {
    for (std::size_t k = i; k < times.size(); ++k) {
      const double seconds = std::chrono::duration<double>(times[k] - times[i]).count();
      ASSERT_LE(static_cast<double>(k - i + 1), 10 + 300 * seconds + 1e-3) << i << " to " << k;
    }
  }
}

TEST(Pacer, UsesAllOfItsRate) {
  Pacer pacer(300, 10);
  const auto times = send_all(pacer, 3010, kBegin, in_turn);
  EXPECT_NEAR(std::chrono::duration<double>(times.back() - kBegin).count(), 10.0, 0.01);
}

TEST(Pacer, SavesNoMoreThanABurstWhileIdle) {
  Pacer pacer(100, 10);
  send_all(pacer, 500, kBegin, in_turn);
  const Instant later = kBegin + 1h;
  const auto times = send_all(pacer, 12, later, in_turn);
  EXPECT_EQ(times[9], later);
  EXPECT_EQ(times[10], later + 10ms);
  EXPECT_EQ(times[11], later + 20ms);
}

TEST(Pacer, SendsNoMoreThanSixInARowToOneTtl) {
  Pacer pacer(100, 10);
  const auto times = send_all(pacer, 8, kBegin, [](int) { return 3; });
  EXPECT_EQ(times[5], kBegin);
  EXPECT_EQ(times[6], kBegin + 10ms);
  EXPECT_EQ(times[7], kBegin + 20ms);  // A single pause does not allow another six.
}

TEST(Pacer, BeginsANewRunAfterAnotherTtl) {
  Pacer pacer(100, 20);
  send_all(pacer, 6, kBegin, [](int) { return 3; });
  EXPECT_EQ(pacer.earliest(kBegin, 4), kBegin);
  pacer.sent(kBegin, 4);
  EXPECT_EQ(pacer.earliest(kBegin, 3), kBegin);
}

TEST(Pacer, BeginsANewRunAfterAPause) {
  Pacer pacer(100, 10);
  send_all(pacer, 6, kBegin, [](int) { return 3; });
  const auto times = send_all(pacer, 6, kBegin + 1s, [](int) { return 3; });
  EXPECT_EQ(times.back(), kBegin + 1s);
}

TEST(Pacer, SpacesEveryProbeWithoutABurst) {
  for (const std::uint32_t burst : {0U, 1U}) {
    Pacer pacer(100, burst);
    const auto times = send_all(pacer, 3, kBegin, in_turn);
    EXPECT_EQ(times[1], kBegin + 10ms);
    EXPECT_EQ(times[2], kBegin + 20ms);
  }
}

TEST(Pacer, LimitsNothingAtRateZero) {
  Pacer pacer(0, 10);
  EXPECT_EQ(send_all(pacer, 10000, kBegin, [](int) { return 1; }).back(), kBegin);
}

TEST(Pacer, NeverReturnsATimeInThePast) {
  Pacer pacer(100, 10);
  send_all(pacer, 50, kBegin, in_turn);
  EXPECT_EQ(pacer.earliest(kBegin + 1h, 1), kBegin + 1h);
}

}  // namespace
}  // namespace etr::trace
