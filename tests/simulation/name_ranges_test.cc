#include "simulation/name_ranges.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace etr::simulation {
namespace {

using ::testing::ElementsAre;

TEST(NameRanges, PlainNameStandsForItself) {
  EXPECT_THAT(*expand_ranges("core"), ElementsAre(RangedName{"core", {}}));
}

TEST(NameRanges, LastRangeRunsFastest) {
  EXPECT_THAT(*expand_ranges("a[1-2].[3-4]x"),
              ElementsAre(RangedName{"a1.3x", {"1", "3"}}, RangedName{"a1.4x", {"1", "4"}},
                          RangedName{"a2.3x", {"2", "3"}}, RangedName{"a2.4x", {"2", "4"}}));
}

TEST(NameRanges, LeadingZerosAreKept) {
  EXPECT_THAT(
      *expand_ranges("r[08-10]"),
      ElementsAre(RangedName{"r08", {"08"}}, RangedName{"r09", {"09"}}, RangedName{"r10", {"10"}}));
  EXPECT_EQ(*fill_in("r{1+1}", {"08"}), "r09");
}

TEST(NameRanges, MalformedRangesAreRefused) {
  for (const char* pattern : {"a[", "a[1", "a[]", "a[1]", "a[1-]", "a[-2]", "a[2-1]", "a[x-y]",
                              "a[1-99999999999]", "a[0-200][0-200]"}) {
    EXPECT_FALSE(expand_ranges(pattern).ok()) << pattern;
  }
}

TEST(NameRanges, NumbersFillIn) {
  EXPECT_EQ(*fill_in("10.{2}.{1}.{1+10}", {"3", "4"}), "10.4.3.13");
  EXPECT_EQ(*fill_in("r{1-1}", {"3"}), "r2");
  EXPECT_EQ(*fill_in("none", {}), "none");
}

TEST(NameRanges, MalformedReferencesAreRefused) {
  for (const char* text : {"{", "{1", "{}", "{0}", "{2}", "{x}", "{1+}", "{1+x}", "{1-9}"}) {
    EXPECT_FALSE(fill_in(text, {"3"}).ok()) << text;
  }
}

}  // namespace
}  // namespace etr::simulation
