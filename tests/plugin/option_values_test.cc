#include "plugin/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

namespace etr::plugin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::vector<OptionSpec> kSpecs{{"path", "File", std::string("x.out")},
                                     {"limit", "Records", std::int64_t{10}},
                                     {"share", "Share", 0.5},
                                     {"header", "Header", true},
                                     {"every", "Time", Duration(250ms)}};

std::string error_of(const RawOption& option) {
  const auto checked = check_options(kSpecs, {option});
  EXPECT_FALSE(checked.ok());
  return std::string(checked.status().message());
}

template <class Value>
Value value_of(const RawOption& option) {
  const auto checked = check_options(kSpecs, {option});
  EXPECT_TRUE(checked.ok()) << checked.status();
  return checked.ok() ? std::get<Value>(checked->at(0).value) : Value{};
}

TEST(OptionValues, TakesEachTypeFromAFile) {
  EXPECT_EQ(value_of<std::string>({"path", std::string("a b"), "f:1:1"}), "a b");
  EXPECT_EQ(value_of<std::int64_t>({"limit", std::int64_t{-3}, "f:1:1"}), -3);
  EXPECT_EQ(value_of<double>({"share", 0.25, "f:1:1"}), 0.25);
  EXPECT_EQ(value_of<bool>({"header", false, "f:1:1"}), false);
  EXPECT_EQ(value_of<Duration>({"every", std::string("1m30s"), "f:1:1"}), 90s);
}

TEST(OptionValues, TakesEachTypeFromAFlag) {
  EXPECT_EQ(value_of<std::string>({"path", FlagText{"12"}, "--sink"}), "12");
  EXPECT_EQ(value_of<std::int64_t>({"limit", FlagText{"12"}, "--sink"}), 12);
  EXPECT_EQ(value_of<double>({"share", FlagText{"12"}, "--sink"}), 12.0);
  EXPECT_EQ(value_of<bool>({"header", FlagText{"false"}, "--sink"}), false);
  EXPECT_EQ(value_of<Duration>({"every", FlagText{"0"}, "--sink"}), 0ns);
}

TEST(OptionValues, AnIntegerWillDoForANumberButNotTheOtherWay) {
  EXPECT_EQ(value_of<double>({"share", std::int64_t{1}, "f:1:1"}), 1.0);
  EXPECT_EQ(error_of({"limit", 1.5, "f:1:1"}),
            "f:1:1: option 'limit': expected a whole number, not 1.5");
}

TEST(OptionValues, RefusesTheWrongTypeWithItsPlace) {
  EXPECT_EQ(error_of({"header", std::string("yes"), "p.toml:3:5"}),
            "p.toml:3:5: option 'header': expected true or false, not \"yes\"");
  EXPECT_EQ(error_of({"path", true, "p.toml:3:5"}),
            "p.toml:3:5: option 'path': expected a string, not true");
  EXPECT_EQ(error_of({"every", std::int64_t{5}, "p.toml:3:5"}),
            "p.toml:3:5: option 'every': expected a duration such as \"250ms\", not 5");
  EXPECT_EQ(error_of({"limit", FlagText{"many"}, "--sink"}),
            "--sink: option 'limit': expected a whole number, not 'many'");
}

TEST(OptionValues, RefusesNumbersThatAreNone) {
  EXPECT_THAT(error_of({"share", std::numeric_limits<double>::quiet_NaN(), ""}),
              HasSubstr("a number"));
  EXPECT_THAT(error_of({"share", FlagText{"inf"}, ""}), HasSubstr("a number"));
  EXPECT_THAT(error_of({"limit", FlagText{"9223372036854775808"}, ""}),
              HasSubstr("a whole number"));
}

TEST(OptionValues, OffersTheNearestKnownName) {
  EXPECT_EQ(error_of({"heder", true, "p.toml:2:1"}),
            "p.toml:2:1: unknown option 'heder'; did you mean 'header'?");
}

TEST(OptionValues, TheLastValueWins) {
  EXPECT_EQ(std::get<std::int64_t>(check_options(kSpecs, {{"limit", std::int64_t{1}, ""},
                                                          {"limit", FlagText{"2"}, ""}})
                                       ->at(0)
                                       .value),
            2);
}

TEST(OptionValues, DefaultsFillWhatWasNotGiven) {
  const auto all = with_defaults(kSpecs, {{"limit", std::int64_t{3}}});
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(std::get<std::string>(all[0].value), "x.out");
  EXPECT_EQ(std::get<std::int64_t>(all[1].value), 3);
}

TEST(Toml, EscapesWhatAStringCannotHold) {
  EXPECT_EQ(toml_string("a\"b\\c\n\x1b\x7f"), "\"a\\\"b\\\\c\\u000a\\u001b\\u007f\"");
}

TEST(Toml, ANumberNeverLooksLikeAnInteger) {
  EXPECT_EQ(to_toml(300.0), "300.0");
  EXPECT_EQ(to_toml(0.1), "0.1");
  EXPECT_EQ(to_toml(std::int64_t{300}), "300");
}

}  // namespace
}  // namespace etr::plugin
