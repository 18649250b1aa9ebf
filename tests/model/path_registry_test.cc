#include "model/path_registry.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "support/packet_builder.h"

namespace etr::model {
namespace {

/// "a b * T": the known hops at TTL 1 to 4; "bc" is balanced per packet, "T" the destination.
KnownPath path(const std::string& words) {
  KnownPath made;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    std::set<IpAddress>& hop = made.hops.emplace_back();
    if (word == "*") continue;
    for (const char name : word) {
      hop.insert(etr::testing::address("10.0.0." + std::to_string(int{name})));
    }
    if (word == "T") made.end = static_cast<std::uint8_t>(made.hops.size());
  }
  return made;
}

std::uint32_t enter(PathRegistry& registry, const std::string& words) {
  const std::uint32_t id = registry.resolve(path(words)).id;
  registry.enter(id);
  return id;
}

TEST(PathRelation, ComparesWhatIsKnownOfBoth) {
  EXPECT_EQ(relate(path("a b T"), path("a b T")), Relation::kEqual);
  EXPECT_EQ(relate(path("a b T"), path("a c T")), Relation::kContradicts);
  EXPECT_EQ(relate(path("a * T"), path("a c T")), Relation::kWithin);
  EXPECT_EQ(relate(path("a c T"), path("a * T")), Relation::kContains);
  EXPECT_EQ(relate(path("a * c T"), path("* b c T")), Relation::kOverlaps);
  EXPECT_EQ(relate(path("a b"), path("a b T")), Relation::kWithin);
  EXPECT_EQ(relate(path("a * T"), path("a T")), Relation::kContradicts);
  EXPECT_EQ(relate(path("a b c"), path("a T")), Relation::kContradicts);
  EXPECT_EQ(relate(path("a b T"), path("a bc T")), Relation::kWithin);
  EXPECT_EQ(relate(path("a bd T"), path("a bc T")), Relation::kEqual);
}

TEST(PathRegistry, CountsOnlyPathsThatContradictEachOther) {
  PathRegistry registry;
  enter(registry, "a * c T");
  enter(registry, "* b c T");
  EXPECT_EQ(registry.resolve(path("* b c T")).known, PathKnowledge::kAmbiguous);
}

// A poorly known path must not make better known ones ambiguous.
TEST(PathRegistry, PrefersTheBetterKnownPath) {
  PathRegistry registry;
  const auto poor = enter(registry, "a");
  const auto first = enter(registry, "* b c T");
  const auto second = enter(registry, "* d c T");
  EXPECT_TRUE(registry.is_distinct(first));
  EXPECT_TRUE(registry.is_distinct(second));
  EXPECT_FALSE(registry.is_distinct(poor));
  EXPECT_EQ(registry.resolve(path("a")).id, poor);
}

// The first two know equally many hops, but only the later ones know the TTL where paths branch.
TEST(PathRegistry, PrefersPathsThatAreKnownWherePathsBranch) {
  PathRegistry registry;
  const auto poor = enter(registry, "a * c T");
  enter(registry, "* b c T");
  enter(registry, "* d c T");
  const auto first = registry.resolve(path("* b c T"));
  const auto second = registry.resolve(path("* d c T"));
  EXPECT_TRUE(registry.is_distinct(first.id));
  EXPECT_TRUE(registry.is_distinct(second.id));
  EXPECT_FALSE(registry.is_distinct(poor));
}

TEST(PathRegistry, UnitesPathsThatDifferOnlyAtAHopBalancedPerPacket) {
  PathRegistry registry;
  const auto first = enter(registry, "a b c T");
  const auto second = enter(registry, "a d c T");
  const auto third = enter(registry, "a d e T");
  const auto balanced = registry.resolve(path("a bd c T"));
  EXPECT_TRUE(balanced.id == first || balanced.id == second);
  EXPECT_EQ(registry.resolve(path("a b c T")).id, balanced.id);
  EXPECT_EQ(registry.resolve(path("a d c T")).id, balanced.id);
  EXPECT_TRUE(registry.is_distinct(third));
  EXPECT_EQ(registry.resolve(path("a bd e T")).id, third);
  const auto united = registry.take_united();
  ASSERT_EQ(united.size(), 1U);
  EXPECT_EQ(united[0], first + second - balanced.id);
  EXPECT_TRUE(registry.take_united().empty());
}

TEST(PathRegistry, UnitesPathsOfWhichDifferentHopsAreKnownToBeBalanced) {
  PathRegistry registry;
  const auto first = enter(registry, "a bc d T");
  EXPECT_EQ(registry.resolve(path("a b de T")).id, first);
  EXPECT_EQ(registry.find(first)->hops, path("a bc de T").hops);
}

TEST(PathRegistry, ForgetsPathsThatNoFlowIsOn) {
  PathRegistry registry;
  const auto kept = enter(registry, "a b T");
  for (int i = 0; i < 2000; ++i) {
    KnownPath other = path("a b T");
    other.hops[1] = {
        IpAddress{Family::kIpv4,
                  {10, 1, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)}}};
    const auto id = registry.resolve(other).id;
    registry.enter(id);
    registry.leave(id);
  }
  EXPECT_LE(registry.size(), PathRegistry::kMaxUnused + 1);
  EXPECT_EQ(registry.resolve(path("a b T")).id, kept);
}

TEST(PathRegistry, GivesAForgottenPathItsFormerNumber) {
  PathRegistry registry;
  enter(registry, "a b T");
  EXPECT_EQ(registry.resolve(path("a c T"), 77).id, 77U);
  EXPECT_NE(registry.resolve(path("a d T"), 77).id, 77U) << "in use";
}

TEST(PathRegistry, ListsTheAddressesThatDiffer) {
  const auto changes = differing_hops(path("a b * d T"), path("a c e T"));
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].ttl, 2);
  EXPECT_TRUE(changes[0].old_address && changes[0].new_address);
  EXPECT_EQ(changes[1].ttl, 4) << "TTL 3 was unknown before";
  EXPECT_EQ(changes[2].ttl, 5);
  EXPECT_FALSE(changes[2].new_address);
}

}  // namespace
}  // namespace etr::model
