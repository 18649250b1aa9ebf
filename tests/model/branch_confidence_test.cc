#include "model/branch_confidence.h"

#include <gtest/gtest.h>

#include <array>

namespace etr::model {
namespace {

/// Number of flows after which `next_hops` count as complete.
std::uint32_t enough(std::uint32_t next_hops, double confidence) {
  std::uint32_t samples = 1;
  while (branch_confidence(next_hops, samples) < confidence) ++samples;
  return samples;
}

// The tables built into scamper (scamper_tracelb_do.c): k = 1..16, 64 and 128.
TEST(BranchConfidence, EqualsTheTablesOfScamper) {
  const std::array<std::uint32_t, 16> at_95{6,  11, 16, 21, 27, 33, 38, 44,
                                            51, 57, 63, 70, 76, 83, 90, 96};
  const std::array<std::uint32_t, 16> at_99{8,  15, 21, 28, 36, 43,  51,  58,
                                            66, 74, 82, 90, 98, 106, 115, 123};
  for (std::uint32_t k = 1; k <= 16; ++k) {
    EXPECT_EQ(enough(k, 0.95), at_95[k - 1]) << k;
    EXPECT_EQ(enough(k, 0.99), at_99[k - 1]) << k;
  }
  EXPECT_EQ(enough(64, 0.95), 462U);
  EXPECT_EQ(enough(128, 0.95), 1007U);
}

TEST(BranchConfidence, IsZeroBelowOneFlowPerNextHop) {
  EXPECT_EQ(branch_confidence(4, 4), 0);
  EXPECT_EQ(branch_confidence(0, 0), 0);
}

TEST(BranchConfidence, NeverFallsWithMoreSamples) {
  for (const std::uint32_t k : {1U, 7U, 64U, 500U}) {
    double before = 0;
    for (std::uint32_t n = 0; n < 20 * k; n += 1 + k / 8) {
      const double now = branch_confidence(k, n);
      EXPECT_GE(now, before - 1e-6) << k << " next hops, " << n << " samples";
      before = now;
    }
    EXPECT_GT(before, 0.99);
  }
}

TEST(HiddenShare, IsMissedWithProbabilityFivePercent) {
  EXPECT_EQ(hidden_share(0), 1);
  EXPECT_NEAR(hidden_share(6), 0.393, 0.001);
  EXPECT_NEAR(hidden_share(96), 0.031, 0.001);
}

}  // namespace
}  // namespace etr::model
