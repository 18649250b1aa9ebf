// Where the path of a flow ends, and which path that makes it.
#include <gtest/gtest.h>

#include "model/path_identity.h"
#include "path_identity_fixture.h"

namespace etr::model {
namespace {

using testing::PathIdentityTest;
using testing::saw;

// The first round lost all probes to the destination at its own TTL.
TEST_F(PathIdentityTest, TakesAnOvershotEndForThatOfTheKnownPath) {
  PathIdentity other(registry);
  other.observe(saw("a b T"));
  flow.observe(saw("a b * T"));
  EXPECT_EQ(id(), other.path()->id);
  EXPECT_EQ(flow.end(), 3);
  EXPECT_EQ(flow.canonical(), other.canonical());
  EXPECT_FALSE(changes("a b * T"));
  EXPECT_EQ(id(), other.path()->id);
  EXPECT_FALSE(changes("a b T"));
  EXPECT_EQ(id(), other.path()->id);
  EXPECT_EQ(flow.knowledge(), PathKnowledge::kWhole);
}

TEST_F(PathIdentityTest, TakesAnOvershotEndForThatOfAPathFoundLater) {
  PathIdentity other(registry);
  flow.observe(saw("a b * T"));
  other.observe(saw("a b T"));
  EXPECT_TRUE(flow.resolve());
  EXPECT_EQ(id(), other.path()->id);
}

TEST_F(PathIdentityTest, HasALongerPathOnceItsEndIsSure) {
  PathIdentity other(registry);
  other.observe(saw("a b T"));
  for (int round = 0; round < 3; ++round) EXPECT_FALSE(changes("a b * T"));
  EXPECT_NE(id(), other.path()->id);
  EXPECT_EQ(flow.end(), 4);
}

TEST_F(PathIdentityTest, HasALongerPathOnceTheHopBeforeItsEndIsHeard) {
  PathIdentity other(registry);
  other.observe(saw("a b T"));
  flow.observe(saw("a b * T"));
  EXPECT_FALSE(changes("a b c T"));
  EXPECT_NE(id(), other.path()->id);
}

TEST_F(PathIdentityTest, CorrectsAnOvershotEndWithoutAChange) {
  changes("a b * T");  // The probe of TTL 3 was lost on its way to the target.
  const auto before = id();
  EXPECT_FALSE(changes("a b T"));
  EXPECT_EQ(id(), before);
  EXPECT_EQ(flow.path()->end, 3);
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.2|203.0.113.9|");
  EXPECT_FALSE(changes("a b T"));
}

TEST_F(PathIdentityTest, DistinguishesAShorterPathFromAnOvershotEnd) {
  changes("a b c T");
  EXPECT_TRUE(changes("a b T"));  // c has gone, so the target is one TTL nearer.
  EXPECT_EQ(change->first_ttl, 3);
}

TEST_F(PathIdentityTest, NoticesAPathThatGrew) {
  changes("a b T");
  const auto before = id();
  ASSERT_TRUE(changes("a b c T"));  // A router took the TTL of the target.
  EXPECT_NE(id(), before);
  EXPECT_EQ(flow.path()->end, 4);
}

TEST_F(PathIdentityTest, IsNotChangedByRoundsThatMissedItsEnd) {
  changes("a b T");
  for (int round = 0; round < 5; ++round) EXPECT_FALSE(changes("a b * T"));
  EXPECT_EQ(flow.path()->end, 3);
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.2|203.0.113.9|");
  EXPECT_TRUE(changes("x y * T"));
}

TEST_F(PathIdentityTest, LearnsTheEndOfAPathWhoseTargetWasSilent) {
  changes("a b * *");
  const auto before = id();
  EXPECT_FALSE(changes("a b T"));
  EXPECT_EQ(id(), before);
  EXPECT_EQ(flow.path()->end, 3);
}

TEST_F(PathIdentityTest, KeepsTheEndWhenTheTargetIsSilent) {
  changes("a b T");
  EXPECT_FALSE(changes("a b * * *"));
  EXPECT_EQ(flow.path()->end, 3);
}

// Packets of the path may come through where those of this flow do not.
TEST_F(PathIdentityTest, IsNotThePathOfAFlowThatAnswersWhereItIsSilentForLong) {
  PathIdentity other(registry);
  other.observe(saw("a b c T"));
  flow.observe(saw("a b * * * *"));
  EXPECT_EQ(id(), other.path()->id);
  for (int round = 0; round < 5; ++round) flow.observe(saw("a b * * *"));
  EXPECT_NE(id(), other.path()->id);
  EXPECT_EQ(flow.knowledge(), PathKnowledge::kAmbiguous);
  const auto silent = id();
  PathIdentity third(registry);
  for (int round = 0; round < 6; ++round) third.observe(saw("a b * * *"));
  EXPECT_EQ(third.path()->id, silent);

  flow.observe(saw("a b * T"));
  EXPECT_EQ(id(), other.path()->id);
  EXPECT_EQ(flow.knowledge(), PathKnowledge::kGaps);
}

TEST_F(PathIdentityTest, IsThePathOfAFlowThatHearsOneMoreHop) {
  PathIdentity other(registry);
  other.observe(saw("a b c T"));
  for (int round = 0; round < 20; ++round) flow.observe(saw("a b c * *"));
  EXPECT_EQ(id(), other.path()->id);
}

TEST_F(PathIdentityTest, IsThePathOfAFlowThatHearsMoreIfItIsSilentNowAndThen) {
  PathIdentity other(registry);
  other.observe(saw("a b c T"));
  for (int round = 0; round < 20; ++round) {
    flow.observe(saw(round % 5 == 0 ? "a b c *" : "a * * *"));
  }
  EXPECT_EQ(id(), other.path()->id);
}

}  // namespace
}  // namespace etr::model
