#include "app/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "pipeline/trace_options.h"

namespace etr::app {
namespace {

using testing::HasSubstr;

TEST(Flags, EveryOptionOfATraceHasAFlag) {
  std::set<std::string> set_by_flags{"family", "resolve"};  // -4, -6 and -n
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) set_by_flags.emplace(flag.option);
  }
  for (const OptionSpec& spec : pipeline::trace_option_specs()) {
    EXPECT_TRUE(set_by_flags.count(spec.name)) << spec.name;
  }
}

TEST(Flags, EveryFlagSetsAnOptionThatExists) {
  const auto specs = pipeline::trace_option_specs();
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags) {
      if (flag.option.empty()) continue;
      EXPECT_TRUE(std::any_of(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
        return spec.name == flag.option;
      })) << flag.name;
    }
  }
}

TEST(Flags, TheHelpNamesEveryFlag) {
  const std::string help = help_text();
  for (const FlagGroup& group : flag_groups()) {
    for (const Flag& flag : group.flags)
      EXPECT_THAT(help, HasSubstr("--" + std::string(flag.name)));
  }
}

TEST(Flags, TheHelpFitsATerminal) {
  std::size_t column = 0;
  for (const char c : help_text()) {
    column = c == '\n' ? 0 : column + 1;
    ASSERT_LE(column, 100U);
  }
}

}  // namespace
}  // namespace etr::app
