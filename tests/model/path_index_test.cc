#include "model/path_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/packet_builder.h"

namespace etr::model {
namespace {

using ::testing::ElementsAre;

/// Hops by the last octets of their routers; 0: unknown.
PathHops hops(const std::vector<int>& routers) {
  PathHops made;
  for (const int router : routers) {
    std::set<IpAddress>& hop = made.emplace_back();
    if (router != 0) hop.insert(etr::testing::address("10.0.0." + std::to_string(router)));
  }
  return made;
}

TEST(PathIndex, FindsWhatSharesARouterOrIsUnknownThere) {
  PathIndex index;
  index.add(1, hops({1, 2, 3}));
  index.add(2, hops({1, 4, 3}));
  index.add(3, hops({1, 0, 3}));
  EXPECT_THAT(index.candidates(hops({1, 4})), ElementsAre(2, 3));
  index.remove(2, hops({1, 4, 3}));
  EXPECT_THAT(index.candidates(hops({0, 4})), ElementsAre(3));
}

TEST(PathIndex, TakesAShorterPathForUnknownBeyondItsHops) {
  PathIndex index;
  index.add(1, hops({1}));
  index.add(2, hops({1, 2}));
  EXPECT_THAT(index.candidates(hops({0, 3})), ElementsAre(1));
  EXPECT_THAT(index.candidates(hops({0, 0, 5})), ElementsAre(1, 2));
}

TEST(PathIndex, MissesNoPathThatFitsAmongRandomOnes) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> router(0, 3);
  const auto draw = [&] {
    std::vector<int> drawn(5);
    for (int& hop : drawn) hop = router(random);
    return drawn;
  };
  PathIndex index;
  std::vector<std::vector<int>> paths;
  for (std::uint32_t id = 0; id < 300; ++id) index.add(id, hops(paths.emplace_back(draw())));
  for (std::uint32_t id = 0; id < 300; id += 3) index.remove(id, hops(paths[id]));
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<int> wanted = draw();
    if (wanted == std::vector<int>(5, 0)) continue;
    const std::vector<std::uint32_t> found = index.candidates(hops(wanted));
    const std::set<std::uint32_t> set(found.begin(), found.end());
    for (std::uint32_t id = 0; id < 300; ++id) {
      bool fits = id % 3 != 0;
      for (std::size_t i = 0; i < 5; ++i) {
        fits = fits && (wanted[i] == 0 || paths[id][i] == 0 || wanted[i] == paths[id][i]);
      }
      ASSERT_LE(fits, set.contains(id)) << id;
      ASSERT_FALSE(id % 3 == 0 && set.contains(id)) << id;
    }
  }
}

}  // namespace
}  // namespace etr::model
