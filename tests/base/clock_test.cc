#include "base/clock.h"

#include <gtest/gtest.h>

namespace etr::base {
namespace {

using namespace std::chrono_literals;

/// Delays its caller before some readings of UTC.
class HeldUpClock final : public Clock {
 public:
  explicit HeldUpClock(int times) : times_(times) {}
  Instant now() const override { return Instant(time_); }
  Timestamp utc() const override {
    if (times_-- > 0) time_ += 14ms;
    return Timestamp(1000s + time_);
  }

 private:
  mutable int times_;
  mutable Duration time_{};
};

Duration offset(const Moment& moment) {
  return moment.utc.time_since_epoch() - moment.now.time_since_epoch();
}

TEST(ReadBoth, GivesOneMomentIfTheThreadIsPreempted) {
  for (const int times : {0, 1, 3}) {
    EXPECT_EQ(offset(read_both(HeldUpClock(times))), 1000s) << times;
  }
}

TEST(ReadBoth, GivesUpIfEveryReadingIsPreempted) {
  EXPECT_EQ(offset(read_both(HeldUpClock(1000))), 1000s + 14ms);
}

TEST(ReadBoth, IsTheSystemsTime) {
  const SystemClock clock;
  const Instant before = clock.now();
  const Moment moment = read_both(clock);
  EXPECT_LE(before, moment.now);
  EXPECT_LE(moment.now, clock.now());
}

}  // namespace
}  // namespace etr::base
