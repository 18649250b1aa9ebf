#include "plugin/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace etr::plugin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Sample {
  enum class Mode : std::uint8_t { kAppend, kTruncate };
  struct Options {
    std::string path = "x.out";
    std::int64_t limit = 10;
    double share = 0.5;
    bool header = true;
    Duration every = 250ms;
    std::uint8_t level = 3;
    Mode mode = Mode::kTruncate;
    std::vector<std::string> fields = {"a", "b"};
    std::optional<std::string> user;
    std::string password;
  };
  static constexpr auto kOptions =
      std::tuple{option("path", &Options::path, "File").path(),
                 option("limit", &Options::limit, "Records"),
                 option("share", &Options::share, "Share").range(0, 1),
                 option("header", &Options::header, "Header"),
                 option("every", &Options::every, "Time").range(10ms, 1h),
                 option("level", &Options::level, "Level"),
                 option("mode", &Options::mode, "Mode").choices("append", "truncate"),
                 option("fields", &Options::fields, "Fields").choices("a", "b", "c"),
                 option("user", &Options::user, "User"),
                 option("password", &Options::password, "Password").secret()};
};

const std::vector<OptionSpec> kSpecs = detail::option_specs<Sample>();

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
  EXPECT_EQ(value_of<double>({"share", FlagText{"1"}, "--sink"}), 1.0);
  EXPECT_EQ(value_of<bool>({"header", FlagText{"false"}, "--sink"}), false);
  EXPECT_EQ(value_of<Duration>({"every", FlagText{"20ms"}, "--sink"}), 20ms);
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

TEST(OptionValues, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(error_of({"level", std::int64_t{256}, "p.toml:2:1"}),
            "p.toml:2:1: option 'level': 256 is out of range: it is at most 255");
  EXPECT_EQ(error_of({"level", FlagText{"-1"}, "--sink"}),
            "--sink: option 'level': -1 is out of range: it is at least 0");
  EXPECT_EQ(error_of({"share", 1.5, ""}), "option 'share': 1.5 is out of range: it is at most 1.0");
  EXPECT_EQ(error_of({"every", std::string("1ms"), ""}),
            "option 'every': \"1ms\" is out of range: it is at least \"10ms\"");
}

TEST(OptionValues, RefusesWhatIsNoChoice) {
  EXPECT_EQ(value_of<std::string>({"mode", FlagText{"append"}, ""}), "append");
  EXPECT_EQ(error_of({"mode", FlagText{"truncat"}, "--sink"}),
            "--sink: option 'mode': 'truncat' is not one of append, truncate; did you mean "
            "'truncate'?");
  EXPECT_THAT(error_of({"fields", FlagText{"a,x"}, ""}), HasSubstr("'x' is not one of a, b, c"));
}

TEST(OptionValues, TakesListsFromFilesAndFlags) {
  using List = std::vector<std::string>;
  EXPECT_EQ(value_of<List>({"fields", List{"c", "a"}, ""}), (List{"c", "a"}));
  EXPECT_EQ(value_of<List>({"fields", std::string("c"), ""}), List{"c"});
  EXPECT_EQ(value_of<List>({"fields", FlagText{"c,a"}, ""}), (List{"c", "a"}));
  EXPECT_EQ(error_of({"fields", std::int64_t{1}, ""}),
            "option 'fields': expected a list of strings, not 1");
  EXPECT_EQ(to_toml(List{"a", "b\""}), R"(["a", "b\""])");
}

TEST(OptionValues, ReadsASecretFromTheFirstLineOfAFile) {
  const std::string file = testing::TempDir() + "etr-secret";
  std::ofstream(file) << "s3cret\nnot this\n";
  const auto checked = check_options(kSpecs, {{"password_file", FlagText{file}, ""}});
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->at(0).name, "password");
  EXPECT_EQ(std::get<std::string>(checked->at(0).value), "s3cret");
  std::filesystem::remove(file);
  EXPECT_EQ(error_of({"password_file", FlagText{file}, ""}),
            "option 'password_file': cannot read a line from '" + file + "'");
  EXPECT_THAT(error_of({"path_file", FlagText{file}, ""}), HasSubstr("unknown option"));
}

TEST(OptionValues, RequiresWhatHasNoDefault) {
  std::vector<OptionSpec> specs = kSpecs;
  specs[8].required = true;
  EXPECT_EQ(with_defaults(specs, {}).status().message(), "option 'user' has to be set");
  EXPECT_TRUE(with_defaults(specs, {{"user", std::string("me")}}).ok());
}

TEST(OptionValues, DefaultsFillWhatWasNotGiven) {
  const auto all = *with_defaults(kSpecs, {{"limit", std::int64_t{3}}});
  ASSERT_EQ(all.size(), kSpecs.size());
  EXPECT_FALSE(is_set(all[8].value));
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
