// Which path a flow is on, and when it changes.
#include "model/path_identity.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "path_identity_fixture.h"

namespace etr::model {
namespace {

using testing::named;
using testing::PathIdentityTest;
using testing::saw;

TEST_F(PathIdentityTest, HasNoPathBeforeTheFirstRound) {
  EXPECT_FALSE(flow.path());
  EXPECT_FALSE(flow.address(1));
  EXPECT_EQ(flow.canonical(), "");
}

TEST_F(PathIdentityTest, NeverChangesBecauseOfLoss) {
  std::mt19937 random(23);
  const std::vector<std::string> full{"a", "b", "c", "d", "e", "T"};
  for (int run = 0; run < 200; ++run) {
    PathRegistry alone;  // A registry of its own: no other flow may resolve the unknown hops.
    PathIdentity lossy(alone);
    std::optional<std::uint32_t> id;
    for (int round = 0; round < 30; ++round) {
      std::string words;
      bool heard_target = false;
      for (const std::string& word : full) {
        const bool lost = random() % 2 == 0;
        heard_target = heard_target || (word == "T" && !lost);
        words += (lost ? "*" : word) + " ";
      }
      // A round that misses the target at its TTL may hear it one or two TTLs higher.
      if (!heard_target && round == 0) words += random() % 2 == 0 ? "T" : "* T";
      EXPECT_FALSE(lossy.observe(saw(words))) << words;
      if (!id) id = lossy.path()->id;
      ASSERT_EQ(lossy.path()->id, *id);
    }
  }
}

TEST_F(PathIdentityTest, RefinesThePathWhenAHopIsFirstHeard) {
  EXPECT_FALSE(changes("a * c T"));
  EXPECT_FALSE(flow.path()->complete());
  EXPECT_FALSE(flow.address(2));
  const auto first = id();
  EXPECT_FALSE(changes("* b * *"));
  EXPECT_EQ(id(), first);
  EXPECT_EQ(flow.address(2), named("b"));
  EXPECT_TRUE(flow.path()->complete());
}

TEST_F(PathIdentityTest, WritesConfirmedAddressesInTtlOrder) {
  changes("a * c T");
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.3|203.0.113.9|");
  changes("* b * *");
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.2|10.0.0.3|203.0.113.9|");
  changes("* * * *");
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.2|10.0.0.3|203.0.113.9|");
}

TEST_F(PathIdentityTest, DistinguishesASilentHopFromNoHop) {
  PathIdentity other(registry);
  flow.observe(saw("a * T"));
  other.observe(saw("a T"));
  EXPECT_EQ(flow.canonical(), other.canonical());
  EXPECT_NE(id(), other.path()->id);
}

TEST_F(PathIdentityTest, ChangesAtOnceIfTwoTtlsDiffer) {
  changes("a b c d T");
  const auto before = id();
  ASSERT_TRUE(changes("a x c y T"));
  EXPECT_EQ(change->before.id, before);
  EXPECT_NE(id(), before);
  EXPECT_EQ(change->first_ttl, 2);
  EXPECT_EQ(change->last_ttl, 4);
}

TEST_F(PathIdentityTest, ConfirmsOneDifferenceInTheNextRound) {
  changes("a b c T");
  const auto before = id();
  EXPECT_FALSE(changes("a x c T"));
  EXPECT_EQ(id(), before);
  EXPECT_EQ(flow.address(2), named("b"));
  ASSERT_TRUE(changes("a x c T"));
  EXPECT_EQ(change->first_ttl, 2);
  EXPECT_EQ(change->last_ttl, 2);
  EXPECT_EQ(flow.address(2), named("x"));
}

TEST_F(PathIdentityTest, DoubtsASingleDifferenceOnce) {
  EXPECT_FALSE(flow.doubtful(saw("a b c T")));
  changes("a b c T");
  EXPECT_FALSE(flow.doubtful(saw("a b c T")));
  EXPECT_FALSE(flow.doubtful(saw("a * c T")));
  EXPECT_FALSE(flow.doubtful(saw("a d e T")));
  EXPECT_EQ(flow.doubtful(saw("a d c T")), 2);
  changes("a d c T");
  EXPECT_FALSE(flow.doubtful(saw("a d c T")));  // Seen twice: accepted without another probe.
}

TEST_F(PathIdentityTest, AcceptsOneDifferenceConfirmedByASecondProbe) {
  changes("a b c T");
  Observation seen = saw("a d c T");
  seen.confirmations = {{2, named("b"), {}}};
  EXPECT_FALSE(flow.observe(seen));
  seen.confirmations = {{2, named("d"), {}}};
  EXPECT_TRUE(flow.observe(seen));
}

TEST_F(PathIdentityTest, DropsADifferenceThatTheNextRoundRefutes) {
  changes("a b c T");
  EXPECT_FALSE(changes("a x c T"));
  EXPECT_FALSE(changes("a b c T"));
  EXPECT_FALSE(changes("a x c T"));
}

TEST_F(PathIdentityTest, KeepsADifferenceOverARoundThatLostTheHop) {
  changes("a b c T");
  EXPECT_FALSE(changes("a x c T"));
  EXPECT_FALSE(changes("a * c T"));
  EXPECT_TRUE(changes("a x c T"));
}

TEST_F(PathIdentityTest, NeedsTheSameDifferenceTwice) {
  changes("a b c T");
  EXPECT_FALSE(changes("a x c T"));
  EXPECT_FALSE(changes("a y c T"));
}

TEST_F(PathIdentityTest, GivesAFormerPathItsOldId) {
  changes("a b c d T");
  const auto first = id();
  ASSERT_TRUE(changes("a x y d T"));
  const auto second = id();
  ASSERT_TRUE(changes("a b c d T"));
  EXPECT_EQ(id(), first);
  ASSERT_TRUE(changes("a x * * T") || changes("a x y * T"));
  EXPECT_EQ(id(), second);
  EXPECT_EQ(flow.address(3), named("y"));  // Known from the former path.
}

TEST_F(PathIdentityTest, GivesAFormerPathItsOldIdIfItHasUnknownHops) {
  changes("a b * d T");
  const auto first = id();
  ASSERT_TRUE(changes("a x * y T"));
  ASSERT_TRUE(changes("a b * d T"));
  EXPECT_EQ(id(), first);
}

TEST_F(PathIdentityTest, SharesTheIdOfACompletePathWithOtherFlows) {
  PathIdentity second(registry);
  flow.observe(saw("a b T"));
  second.observe(saw("a b T"));
  EXPECT_EQ(id(), second.path()->id);
  EXPECT_EQ(second.knowledge(), PathKnowledge::kWhole);
}

TEST_F(PathIdentityTest, SharesTheIdIfTheSameHopsAreUnknown) {
  PathIdentity second(registry);
  flow.observe(saw("a * T"));
  second.observe(saw("a * T"));
  EXPECT_EQ(id(), second.path()->id);
  EXPECT_EQ(second.knowledge(), PathKnowledge::kGaps);
}

TEST_F(PathIdentityTest, TakesTheIdOfTheOnlyPathItFits) {
  PathIdentity second(registry);
  flow.observe(saw("a b T"));
  second.observe(saw("a * T"));
  EXPECT_EQ(second.path()->id, id());
  EXPECT_EQ(second.knowledge(), PathKnowledge::kGaps);
  EXPECT_EQ(second.canonical(), flow.canonical());
}

TEST_F(PathIdentityTest, IsAmbiguousIfItFitsSeveralPaths) {
  PathIdentity second(registry);
  PathIdentity third(registry);
  PathIdentity fourth(registry);
  flow.observe(saw("a b T"));
  second.observe(saw("a c T"));
  third.observe(saw("a * T"));
  fourth.observe(saw("a * T"));
  EXPECT_EQ(third.knowledge(), PathKnowledge::kAmbiguous);
  EXPECT_NE(third.path()->id, id());
  EXPECT_NE(third.path()->id, second.path()->id);
  EXPECT_EQ(third.path()->id, fourth.path()->id);
}

TEST_F(PathIdentityTest, ResolvesAgainWhenOtherFlowsShowMore) {
  PathIdentity second(registry);
  PathIdentity third(registry);
  flow.observe(saw("a b T"));
  third.observe(saw("a * T"));
  EXPECT_EQ(third.path()->id, id());
  EXPECT_FALSE(third.resolve());
  second.observe(saw("a c T"));
  EXPECT_TRUE(third.resolve());
  EXPECT_EQ(third.knowledge(), PathKnowledge::kAmbiguous);
  third.observe(saw("a c T"));
  EXPECT_EQ(third.path()->id, second.path()->id);
  EXPECT_EQ(third.knowledge(), PathKnowledge::kWhole);
}

TEST_F(PathIdentityTest, KeepsItsIdWhenItLearnsItsHops) {
  PathIdentity second(registry);
  flow.observe(saw("a * c T"));
  const auto before = id();
  second.observe(saw("a b c T"));
  EXPECT_EQ(second.path()->id, before);
  flow.observe(saw("a b c T"));
  EXPECT_EQ(id(), before);
}

TEST_F(PathIdentityTest, IsAmbiguousIfNoHopIsKnown) {
  PathIdentity second(registry);
  flow.observe(saw("* * *"));
  EXPECT_EQ(flow.knowledge(), PathKnowledge::kAmbiguous);
  second.observe(saw("a b T"));
  flow.resolve();
  EXPECT_NE(id(), second.path()->id);
  EXPECT_EQ(flow.canonical(), "");
}

TEST_F(PathIdentityTest, SharesTheIdOfAPathCompletedLater) {
  PathIdentity second(registry);
  flow.observe(saw("a * T"));
  flow.observe(saw("* b *"));
  second.observe(saw("a b T"));
  EXPECT_EQ(second.path()->id, id());
}

TEST_F(PathIdentityTest, HoldsTheRoutersOfAHopBalancedPerPacket) {
  changes("a b d T");
  for (int round = 0; round < 20; ++round) changes(round % 2 == 0 ? "a c d T" : "a b d T");
  EXPECT_EQ(flow.path()->hops[1], (std::set<IpAddress>{named("b"), named("c")}));
  const auto settled = id();
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    EXPECT_FALSE(changes(random() % 2 == 0 ? "a c d T" : "a b d T"));
    EXPECT_EQ(id(), settled);
  }
  EXPECT_EQ(flow.address(2), named("b"));  // The smallest.
  EXPECT_EQ(flow.canonical(), "10.0.0.1|10.0.0.2|10.0.0.4|203.0.113.9|");
}

TEST_F(PathIdentityTest, SettlesWhereSeveralHopsAreBalancedPerPacket) {
  std::mt19937 random(29);
  const auto round = [&] {
    return std::string("a ") + "bc"[random() % 2] + " " + "de"[random() % 2] + " " +
           "fg"[random() % 2] + " T";
  };
  for (int run = 0; run < 100; ++run) {
    PathIdentity balanced(registry);
    for (int i = 0; i < 60; ++i) balanced.observe(saw(round()));
    int late_changes = 0;
    for (int i = 0; i < 60; ++i) late_changes += balanced.observe(saw(round())) ? 1 : 0;
    EXPECT_EQ(late_changes, 0) << "run " << run;
  }
}

TEST_F(PathIdentityTest, DoesNotTakeOneChangeForBalancing) {
  changes("a b c T");
  for (int i = 0; i < 10; ++i) changes("a b c T");
  for (int i = 0; i < 10; ++i) changes("a x c T");
  EXPECT_EQ(flow.path()->hops[1], std::set<IpAddress>{named("x")});
}

TEST_F(PathIdentityTest, StillNoticesAChangeBesideABalancedHop) {
  changes("a b d e T");
  for (int round = 0; round < 10; ++round) changes(round % 2 == 0 ? "a c d e T" : "a b d e T");
  const auto settled = id();
  ASSERT_TRUE(changes("a b x y T"));
  EXPECT_EQ(change->first_ttl, 3);
  EXPECT_NE(id(), settled);
  EXPECT_FALSE(changes("a c x y T"));  // The hop at TTL 2 is still balanced.
  EXPECT_FALSE(changes("a b x y T"));
}

TEST_F(PathIdentityTest, RemembersABoundedNumberOfFormerPaths) {
  Observation seen = saw("a b c d T");
  for (int i = 0; i < 500; ++i) {
    seen.hops[1] =
        IpAddress{Family::kIpv4,
                  {10, 1, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)}};
    seen.hops[2] =
        IpAddress{Family::kIpv4,
                  {10, 2, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)}};
    // Three rounds each, or it would look like balancing per packet.
    for (int round = 0; round < 3; ++round) flow.observe(seen);
  }
  EXPECT_EQ(flow.path()->id, 499U);
  EXPECT_TRUE(changes("a b c d T"));
}

// Several balancers, or a route that moves on at one hop, make new paths out of known hops.
TEST_F(PathIdentityTest, AcceptsAMixOfKnownPathsThatPersists) {
  changes("a b c z T");
  ASSERT_TRUE(changes("a d e z T"));
  ASSERT_TRUE(changes("a b c z T"));
  const auto before = id();
  EXPECT_FALSE(changes("a d c z T")) << "the route may have changed during the round";
  EXPECT_EQ(id(), before);
  EXPECT_TRUE(changes("a d c z T"));
}

}  // namespace
}  // namespace etr::model
