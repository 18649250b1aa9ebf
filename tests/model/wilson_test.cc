#include "model/wilson.h"

#include <gtest/gtest.h>

#include <random>

namespace etr::model {
namespace {

TEST(Wilson, IsZeroToOneWithoutTrials) {
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(Wilson, AgreesWithPublishedFigures) {
  // 5 % of 100 and of 400 trials; no success in 60 and in 1000.
  EXPECT_NEAR(wilson(5, 100).low, 0.0215, 5e-4);
  EXPECT_NEAR(wilson(5, 100).high, 0.1118, 5e-4);
  EXPECT_NEAR(wilson(20, 400).low, 0.0326, 5e-4);
  EXPECT_NEAR(wilson(20, 400).high, 0.0760, 5e-4);
  EXPECT_NEAR(wilson(0, 60).high, 0.0602, 5e-4);
  EXPECT_NEAR(wilson(0, 1000).high, 0.0038, 5e-4);
}

TEST(Wilson, StaysWithinZeroAndOneAndAroundTheRatio) {
  for (std::uint64_t n = 1; n <= 200; ++n) {
    for (std::uint64_t k = 0; k <= n; ++k) {
      const Interval interval = wilson(k, n);
      const double ratio = static_cast<double>(k) / static_cast<double>(n);
      ASSERT_GE(interval.low, 0);
      ASSERT_LE(interval.high, 1);
      ASSERT_LE(interval.low, ratio + 1e-12);
      ASSERT_GE(interval.high, ratio - 1e-12);
    }
  }
}

TEST(Wilson, IsSymmetric) {
  EXPECT_NEAR(wilson(3, 20).low, 1 - wilson(17, 20).high, 1e-12);
  EXPECT_NEAR(wilson(3, 20).high, 1 - wilson(17, 20).low, 1e-12);
}

// The coverage of a discrete distribution oscillates around 95 %; only its mean over p is
// guaranteed.
TEST(Wilson, CoversTheTruthInAbout95PercentOfRuns) {
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> truth(0.02, 0.98);
  constexpr int kRuns = 20000;
  for (const int n : {20, 128, 640}) {
    int covered = 0;
    for (int run = 0; run < kRuns; ++run) {
      const double p = truth(random);
      std::binomial_distribution<std::uint64_t> draw(static_cast<std::uint64_t>(n), p);
      const Interval interval = wilson(draw(random), static_cast<std::uint64_t>(n));
      covered += interval.low <= p && p <= interval.high ? 1 : 0;
    }
    // 95 % and five standard errors of 20000 runs.
    EXPECT_NEAR(covered / double{kRuns}, 0.95, 0.008) << n;
  }
}

}  // namespace
}  // namespace etr::model
