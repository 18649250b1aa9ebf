// The program itself: its exit status, and which stream gets what.
#include "app/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

using etr::test::err;
using etr::test::out;
using Result = etr::test::ProgramResult;

TEST(Program, HelpGoesToStandardErrorAndSucceeds) {
  EXPECT_EQ(err("--help").status, 0);
  EXPECT_THAT(err("--help").text, StartsWith("etr shows every path"));
  EXPECT_EQ(out("--help").text, "");
}

TEST(Program, TheVersionIsOneLine) {
  EXPECT_THAT(out("-v").text,
              MatchesRegex("etr (development build|[0-9.]+) \\(commit: [^,]+, built: .+\\)\n"));
  EXPECT_EQ(out("-v -4 -6").status, 0);
}

TEST(Program, WhatCannotBeReadExits2) {
  EXPECT_EQ(err("--nonsense h").status, 2);
  EXPECT_THAT(err("--nonsense h").text, StartsWith("Error: unknown flag '--nonsense'"));
  EXPECT_EQ(err("-P many h").status, 2);
  EXPECT_EQ(err("-t 5 h").status, 2);
  EXPECT_EQ(err("--set x h").status, 2);
}

TEST(Program, WhatMakesNoSenseExits1WithOneLine) {
  const std::string cases[] = {
      "",
      "-4 -6 h",
      "-T -U h",
      "-J -j x h",
      "-p 0 h",
      "-p 70000 h",
      "-m 0 h",
      "-m 256 h",
      "-P 0 h",
      "-s 65535 -P 2 h",
      "-s 0 h",
      "-t 0 h",
      "-c -1 h",
      "--rate -1 h",
      "--pipeline /nowhere h",
      "--pipeline nosuch h",
      "--set trace.x=1 h",
      "--source nowhere h",
  };
  for (const std::string& arguments : cases) {
    const Result result = err(arguments);
    EXPECT_EQ(result.status, 1) << arguments;
    EXPECT_THAT(result.text, MatchesRegex("Error: [^\n]+\n")) << arguments;
  }
}

TEST(Program, ThePluginsCommandNeedsNothingElse) {
  EXPECT_EQ(err("plugins list").text, "");
  EXPECT_EQ(out("plugins list").status, 0);
  EXPECT_EQ(err("plugins").status, 2);
}

TEST(Program, AWrongVerbOfPluginsLeadsToTheHelpOfPlugins) {
  EXPECT_THAT(err("plugins show").text, HasSubstr("(see 'etr plugins --help')"));
  EXPECT_THAT(err("--show").text, HasSubstr("(see 'etr --help')"));
}

}  // namespace
