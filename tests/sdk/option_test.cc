#include "etr/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>

#include "etr/plugin.h"

namespace etr {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Plugin {
 public:
  struct Options {
    bool flag = true;
    std::uint8_t small = 7;
    std::int64_t large = -1;
    double share = 0.5;
    std::string text = "x";
    Duration time = 250ms;
  };
  static constexpr auto kOptions = std::tuple{option("flag", &Options::flag, "A flag"),
                                              option("small", &Options::small, "A small number"),
                                              option("large", &Options::large, "A number"),
                                              option("share", &Options::share, "A share"),
                                              option("text", &Options::text, "A text"),
                                              option("time", &Options::time, "A time")};
};

std::string error_of(const std::vector<NamedOption>& values) {
  try {
    detail::read_options<Plugin>(values);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "none";
}

TEST(Option, TheListHoldsNamesHelpAndDefaults) {
  const auto specs = detail::option_specs<Plugin>();
  ASSERT_EQ(specs.size(), 6U);
  EXPECT_EQ(specs[1].name, "small");
  EXPECT_EQ(specs[1].help, "A small number");
  EXPECT_EQ(std::get<std::int64_t>(specs[1].default_value), 7);
  EXPECT_EQ(std::get<Duration>(specs[5].default_value), 250ms);
}

TEST(Option, ValuesGoOverTheDefaults) {
  const auto options =
      detail::read_options<Plugin>({{"small", std::int64_t{255}}, {"time", Duration(1s)}});
  EXPECT_EQ(options.small, 255);
  EXPECT_EQ(options.time, 1s);
  EXPECT_EQ(options.text, "x");
  EXPECT_TRUE(options.flag);
}

TEST(Option, AValueThatDoesNotFitItsMemberIsRefused) {
  EXPECT_EQ(error_of({{"small", std::int64_t{256}}}), "option 'small' is out of range");
  EXPECT_EQ(error_of({{"small", std::int64_t{-1}}}), "option 'small' is out of range");
}

TEST(Option, AnUnknownNameIsRefused) {
  EXPECT_EQ(error_of({{"nonsense", true}}), "unknown option 'nonsense'");
}

TEST(Option, AValueOfTheWrongTypeIsRefused) { EXPECT_NE(error_of({{"flag", 1.0}}), "none"); }

struct Bare final : Sink {
  static constexpr PluginInfo kInfo{"bare", "1.0.0", "Has no options"};
  void write(const Path&) override {}
};

TEST(Option, APluginWithoutOptionsTakesNone) {
  constexpr PluginDescriptor descriptor = detail::describe<Bare>();
  EXPECT_TRUE(descriptor.options().empty());
  EXPECT_NE(descriptor.create_sink({}), nullptr);
  EXPECT_EQ(descriptor.create_view, nullptr);
  EXPECT_EQ(descriptor.head.kind, static_cast<std::uint32_t>(PluginKind::kSink));
  EXPECT_THROW(descriptor.create_sink({{"x", true}}), std::runtime_error);
}

}  // namespace
}  // namespace etr
