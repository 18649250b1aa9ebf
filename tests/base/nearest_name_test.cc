#include "base/nearest_name.h"

#include <gtest/gtest.h>

namespace etr::base {
namespace {

TEST(NearestName, FindsATypingMistake) {
  EXPECT_EQ(nearest_name("ndjsom", {"csv", "ndjson"}), "ndjson");
  EXPECT_EQ(nearest_name("flwos", {"flows", "rate"}), "flows");
  EXPECT_EQ(nearest_name("round_intervall", {"round_interval", "ttl_delay"}), "round_interval");
}

TEST(NearestName, PrefersTheSmallerDifference) {
  EXPECT_EQ(nearest_name("crc3", {"crc64", "crc32"}), "crc32");
}

TEST(NearestName, SuggestsNothingForSomethingElse) {
  EXPECT_EQ(nearest_name("kafka", {"csv", "ndjson"}), "");
  EXPECT_EQ(nearest_name("x", {"csv"}), "");
  EXPECT_EQ(nearest_name("", {"a", "ab"}), "");
  EXPECT_EQ(nearest_name("csv", {}), "");
}

TEST(NearestName, IgnoresTextLongerThanAnyName) {
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), {"csv"}), "");
}

TEST(NearestName, MakesAQuestionOrNothing) {
  EXPECT_EQ(did_you_mean("cvs", {"csv"}), "; did you mean 'csv'?");
  EXPECT_EQ(did_you_mean("kafka", {"csv"}), "");
}

}  // namespace
}  // namespace etr::base
