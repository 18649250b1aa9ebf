#include "etr/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

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

TEST(Option, AnIntegerHasTheBoundsOfItsType) {
  const auto specs = detail::option_specs<Plugin>();
  EXPECT_EQ(std::get<std::int64_t>(specs[1].minimum), 0);
  EXPECT_EQ(std::get<std::int64_t>(specs[1].maximum), 255);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(specs[3].minimum));
}

class Rich {
 public:
  enum class Mode : std::uint8_t { kAppend, kTruncate };
  struct Options {
    std::uint16_t port = 80;
    Mode mode = Mode::kTruncate;
    std::vector<std::string> fields = {"a"};
    std::optional<std::int64_t> limit;
    std::string url;
  };
  static constexpr auto kOptions = std::tuple{
      option("port", &Options::port, "A port").range(1, 1023),
      option("mode", &Options::mode, "A mode").choices("append", "truncate"),
      option("fields", &Options::fields, "Fields"), option("limit", &Options::limit, "A limit"),
      option("url", &Options::url, "A URL").required().secret()};
  static void validate(const Options& options) {
    if (options.limit && options.mode == Mode::kAppend) {
      throw std::runtime_error("'limit' has no meaning where mode is append");
    }
  }
};

TEST(Option, TheListHoldsWhatIsAccepted) {
  const auto specs = detail::option_specs<Rich>();
  EXPECT_EQ(std::get<std::int64_t>(specs[0].maximum), 1023);
  EXPECT_EQ(std::get<std::string>(specs[1].default_value), "truncate");
  EXPECT_THAT(specs[1].choices, testing::ElementsAre("append", "truncate"));
  EXPECT_EQ(specs[2].type, OptionType::kList);
  EXPECT_EQ(specs[3].type, OptionType::kInteger);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(specs[3].default_value));
  EXPECT_TRUE(specs[4].required);
  EXPECT_TRUE(specs[4].secret);
}

TEST(Option, ValuesReachMembersOfEveryType) {
  const auto options = detail::read_options<Rich>({{"port", std::int64_t{7}},
                                                   {"mode", std::string("append")},
                                                   {"fields", std::vector<std::string>{"x", "y"}},
                                                   {"limit", std::int64_t{5}}});
  EXPECT_EQ(options.port, 7);
  EXPECT_EQ(options.mode, Rich::Mode::kAppend);
  EXPECT_THAT(options.fields, testing::ElementsAre("x", "y"));
  EXPECT_EQ(options.limit, 5);
  EXPECT_EQ(detail::read_options<Rich>({{"limit", std::monostate{}}}).limit, std::nullopt);
}

TEST(Option, AClassMayRefuseValuesThatDoNotGoTogether) {
  EXPECT_NO_THROW(detail::validate_options<Rich>({{"limit", std::int64_t{5}}}));
  EXPECT_THROW(
      detail::validate_options<Rich>({{"limit", std::int64_t{5}}, {"mode", std::string("append")}}),
      std::runtime_error);
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
