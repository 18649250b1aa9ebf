// The program itself: its exit status, and which stream gets what.
#include "app/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "support/temporary_folder.h"

namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

using etr::test::err;
using etr::test::out;
using Result = etr::test::ProgramResult;

TEST(Program, HelpGoesToStandardErrorAndSucceeds) {
  EXPECT_EQ(err("--help").status, 0);
  EXPECT_THAT(err("--help").text, StartsWith("etr traces the paths"));
  EXPECT_EQ(out("--help").text, "");
}

TEST(Program, TheVersionIsOneLine) {
  EXPECT_THAT(out("-v").text,
              MatchesRegex("etr (development build|[0-9.]+) \\(commit: [^,]+, built: .+\\)\n"));
  EXPECT_EQ(out("-v -4 -6").status, 0);
}

// Defect B9 of the Go etr, docs/compatibility.md: builds from source ran whatever `git` was in
// PATH.
TEST(Program, TheVersionNeedsNoOtherProgram) {
  const Result bare = etr::test::run_shell("env -i PATH=/nowhere " ETR_PROGRAM " -v");
  EXPECT_EQ(bare.status, 0);
  EXPECT_EQ(bare.text, out("-v").text);
}

TEST(Program, FailsIfWhatItPrintsCannotBeWritten) {
  for (const char* const arguments : {"-v", "plugins list", "--check"}) {
    const Result full = etr::test::run_program(arguments, "2>&1 >/dev/full");
    EXPECT_EQ(full.status, 1) << arguments;
    EXPECT_EQ(full.text, "Error: cannot write standard output: no space left on device\n");
  }
}

// The next file or socket would take its number, and get what is meant for the user.
TEST(Program, ReportsAFullStandardOutputAlikeForRecordsAndView) {
  const std::string network =
      " --simulate " ETR_SOURCE_DIR "/examples/networks/nested4x4.toml -c 1 203.0.113.9";
  for (const auto& [flags, part, lines] :
       {std::tuple("-J", "sink 'ndjson'", 2), std::tuple("--view plain", "view 'plain'", 1)}) {
    const Result result = etr::test::run_program(flags + network, "2>&1 >/dev/full");
    EXPECT_EQ(result.status, 1) << flags;
    EXPECT_THAT(result.text, HasSubstr(std::string(part) + ": cannot write standard output: "
                                                           "no space left on device"));
    EXPECT_EQ(std::count(result.text.begin(), result.text.end(), '\n'), lines) << result.text;
  }
  EXPECT_THAT(etr::test::run_program("-J" + network, "2>&1 >/dev/full").text,
              HasSubstr("sink 'ndjson': 5 records not written"));
}

TEST(Program, OpensNothingInPlaceOfAClosedStandardDescriptor) {
  const std::string trace = "--simulate demo -c 1 -P 1 -t 200ms -J www.shop.example ";
  const Result closed = etr::test::run_program(trace, "2>&1 >&-");
  EXPECT_EQ(closed.status, 1);
  EXPECT_THAT(closed.text, HasSubstr("cannot write standard output: bad file descriptor"));
  const Result others = etr::test::run_program(trace, "<&- 2>&-");
  EXPECT_EQ(others.status, 0);
  EXPECT_THAT(others.text, StartsWith("{\"probe_id\"")) << "the first line is a record";
}

TEST(Program, ExitsWith2IfArgumentsCannotBeParsed) {
  EXPECT_EQ(err("--nonsense h").status, 2);
  EXPECT_THAT(err("--nonsense h").text, StartsWith("Error: unknown flag '--nonsense'"));
  EXPECT_EQ(err("-P many h").status, 2);
  EXPECT_EQ(err("-t 5 h").status, 2);
  EXPECT_EQ(err("--set x h").status, 2);
}

TEST(Program, ExitsWith1AndOneLineForInvalidValues) {
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

// Defect A22 of the Go etr, docs/compatibility.md: a run in which nothing could be sent ended with
// 0. A few failed sends are no failed run.
TEST(Program, FailsIfNoProbeCouldBeSent) {
  const etr::test::TemporaryFolder folder;
  const std::string network = folder.file("network.toml");
  const auto run = [&](const std::string& until) {
    std::ofstream(network)
        << "clock = \"virtual\"\n[source]\naddress = \"192.0.2.1\"\nnext = [\"t\"]\n"
           "[[target]]\nid = \"t\"\naddress = \"203.0.113.9\"\n"
           "[[send_fault]]\nfrom = \"0s\"\nuntil = \""
        << until << "\"\nerror = \"network is down\"\n";
    return err("--simulate " + network + " -J -c 3 -P 1");
  };
  const Result dead = run("1h");
  EXPECT_EQ(dead.status, 1);
  EXPECT_THAT(dead.text, HasSubstr("network is down"));
  EXPECT_THAT(dead.text, ContainsRegex("none of [0-9]+ probes could be sent"));
  const Result late = run("1s");
  EXPECT_EQ(late.status, 0);
  EXPECT_THAT(late.text, HasSubstr("network is down"));
}

TEST(Program, ASimulatedNetworkMayBeNamed) {
  EXPECT_THAT(out("--check --simulate diamond16").text,
              ContainsRegex("simulate = \"/.*/share/etr/networks/diamond16.toml\""));
}

TEST(Program, AWrongVerbOfPluginsLeadsToTheHelpOfPlugins) {
  EXPECT_THAT(err("plugins show").text, HasSubstr("(see 'etr plugins --help')"));
  EXPECT_THAT(err("--show").text, HasSubstr("(see 'etr --help')"));
}

}  // namespace
