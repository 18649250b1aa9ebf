#include "model/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace etr::model {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, HasNoQuantilesWithoutSamples) { EXPECT_EQ(Histogram().quantile(0.5), 0ns); }

TEST(Histogram, IsWithinFourPercentOfASingleValueAtEveryScale) {
  for (double ns = 1e3; ns < 1e11; ns *= 1.013) {
    Histogram histogram;
    histogram.add(Duration(std::llround(ns)));
    for (const double q : {0.0, 0.5, 1.0}) {
      const double found = static_cast<double>(histogram.quantile(q).count());
      ASSERT_NEAR(found / ns, 1.0, 0.04) << ns << " ns";
    }
  }
}

TEST(Histogram, IsWithinFourPercentOfExactQuantiles) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> rtt(std::log(20e6), 0.8);
  for (int run = 0; run < 20; ++run) {
    Histogram histogram;
    std::vector<double> exact;
    for (int i = 0; i < 1 + run * 50; ++i) {
      exact.push_back(std::round(rtt(random)));
      histogram.add(Duration(static_cast<std::int64_t>(exact.back())));
    }
    std::sort(exact.begin(), exact.end());
    for (const double q : {0.01, 0.5, 0.95, 0.99, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(exact.size())));
      const double wanted = exact[std::max<std::size_t>(rank, 1) - 1];
      const double found = static_cast<double>(histogram.quantile(q).count());
      EXPECT_NEAR(found / wanted, 1.0, 0.04) << "q " << q << " of " << exact.size();
    }
  }
}

TEST(Histogram, CountsValuesOutsideItsRangeAtItsEnds) {
  Histogram histogram;
  histogram.add(-5ms);
  histogram.add(0ns);
  histogram.add(24h);
  histogram.add(Duration::max());
  EXPECT_LE(histogram.quantile(0.5), 2us);
  EXPECT_GE(histogram.quantile(0.51), 100s);  // The third of four.
  EXPECT_GE(histogram.quantile(0.75), 100s);
}

TEST(Histogram, GrowsTowardsValuesBelowTheFirst) {
  Histogram histogram;
  for (const Duration value : {1000ms, 100ms, 10ms, 1ms}) histogram.add(value);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.25).count()), 1e6, 4e4);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.50).count()), 1e7, 4e5);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(1.00).count()), 1e9, 4e7);
}

}  // namespace
}  // namespace etr::model
