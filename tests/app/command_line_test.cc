#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace etr::app {
namespace {

using plugin::FlagText;
using plugin::RawOption;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;
using Action = Invocation::Action;

Invocation parsed(const Words& words) {
  const auto invocation = parse_command_line(words);
  EXPECT_TRUE(invocation.ok()) << invocation.status();
  return invocation.ok() ? *invocation : Invocation{};
}

// The error of a command line that cannot be parsed.
std::string usage_error(const Words& words) {
  const auto invocation = parse_command_line(words);
  EXPECT_FALSE(invocation.ok());
  return std::string(invocation.status().message());
}

// The error of one that can be parsed but contradicts itself.
std::string conflict(const Words& words) {
  return std::string(check_invocation(parsed(words)).message());
}

// The last value that the flags give to an option of [trace].
std::string trace_value(const Words& words, const std::string& option) {
  std::string text = "not given";
  for (const RawOption& given : parsed(words).overrides.trace) {
    if (given.name == option) text = std::get<FlagText>(given.value).text;
  }
  return text;
}

// Defect C13 of the Go etr, docs/compatibility.md.
TEST(CommandLine, TakesHostsAndFlagsInAnyOrder) {
  EXPECT_THAT(parsed({"a.example", "-n", "b.example"}).hosts,
              ElementsAre("a.example", "b.example"));
  EXPECT_EQ(trace_value({"a.example", "-P", "20"}, "flows"), "20");
}

TEST(CommandLine, TakesEachFlagOfEtrByBothNames) {
  const std::vector<std::tuple<std::string, std::string, std::string, std::string>> flags{
      {"-p", "--dest-port", "80", "dest_port"},
      {"-s", "--source-port", "40000", "source_port"},
      {"-c", "--count", "3", "count"},
      {"-m", "--max-ttl", "12", "max_ttl"},
      {"-P", "--parallel-probes", "8", "flows"},
      {"-i", "--inter-ttl-delay", "5ms", "ttl_delay"},
      {"-d", "--inter-probe-delay", "3s", "round_interval"},
      {"-t", "--timeout", "250ms", "timeout"},
      {"-l", "--log", "x.log", "log"}};
  for (const auto& [letter, name, value, option] : flags) {
    EXPECT_EQ(trace_value({letter, value, "h"}, option), value);
    EXPECT_EQ(trace_value({name, value, "h"}, option), value);
    EXPECT_EQ(trace_value({name + "=" + value, "h"}, option), value);
    EXPECT_EQ(trace_value({letter + value, "h"}, option), value);
  }
  EXPECT_EQ(trace_value({"--log-level", "info", "h"}, "log_level"), "info");
  EXPECT_EQ(trace_value({"-4", "h"}, "family"), "ipv4");
  EXPECT_EQ(trace_value({"--ipv6", "h"}, "family"), "ipv6");
  EXPECT_EQ(trace_value({"-n", "h"}, "resolve"), "false");
}

TEST(CommandLine, ShortFlagsMayBeBundled) {
  const Invocation invocation = parsed({"-Un4P", "20", "h"});
  EXPECT_TRUE(invocation.udp);
  EXPECT_TRUE(invocation.ipv4);
  EXPECT_EQ(trace_value({"-UP20", "h"}, "flows"), "20");
}

TEST(CommandLine, EachKeyOfTheTraceTableIsAFlagOfItsName) {
  EXPECT_EQ(trace_value({"--flows", "3", "h"}, "flows"), "3");
  EXPECT_EQ(trace_value({"--round-interval", "3s", "h"}, "round_interval"), "3s");
  EXPECT_EQ(trace_value({"--ttl-delay", "3ms", "h"}, "ttl_delay"), "3ms");
  EXPECT_THAT(usage_error({"--flows", "3", "-P", "3", "h"}), HasSubstr("are the same flag"));
}

TEST(CommandLine, ProtocolFlagsChooseTheProber) {
  EXPECT_FALSE(parsed({"h"}).overrides.prober);
  EXPECT_EQ(parsed({"-T", "h"}).overrides.prober->name, "tcp-syn");
  EXPECT_EQ(parsed({"-U", "h"}).overrides.prober->name, "udp-length");
  EXPECT_EQ(parsed({"--prober", "x", "h"}).overrides.prober->name, "x");
  EXPECT_EQ(parsed({"--hash-algorithm", "sha256", "h"}).overrides.hasher->name, "sha256");
}

TEST(CommandLine, AJsonFileIsOneMoreSinkBesideTheView) {
  const Invocation invocation = parsed({"-j", "x.json", "h"});
  ASSERT_EQ(invocation.overrides.sinks.size(), 1U);
  EXPECT_EQ(invocation.overrides.sinks[0].name, "ndjson");
  EXPECT_EQ(invocation.overrides.sinks[0].options.at(0),
            (RawOption{"path", std::string("x.json"), ""}));
  EXPECT_FALSE(invocation.overrides.no_view);
}

TEST(CommandLine, JsonOnStandardOutputLeavesNoView) {
  for (const Words& words : {Words{"-J", "h"}, Words{"-j", "-", "h"}}) {
    const Invocation invocation = parsed(words);
    EXPECT_EQ(invocation.overrides.sinks.at(0).options.at(0),
              (RawOption{"path", std::string("-"), ""}));
    EXPECT_TRUE(invocation.overrides.no_view);
  }
}

TEST(CommandLine, SinksAndSetsMayBeRepeated) {
  const Invocation invocation =
      parsed({"--sink", "csv:path=a=b.csv,header=false", "--sink", "ndjson", "--set",
              "trace.flows=3", "--set", "view.x=", "h"});
  ASSERT_EQ(invocation.overrides.sinks.size(), 2U);
  EXPECT_THAT(invocation.overrides.sinks[0].options,
              ElementsAre(RawOption{"path", FlagText{"a=b.csv"}, ""},
                          RawOption{"header", FlagText{"false"}, ""}));
  EXPECT_THAT(invocation.overrides.sets, ElementsAre(RawOption{"trace.flows", FlagText{"3"}, ""},
                                                     RawOption{"view.x", FlagText{""}, ""}));
}

TEST(CommandLine, AQuotedValueOfASinkMayHoldCommas) {
  const Invocation invocation =
      parsed({"--sink", R"(csv:path="a,b=\"c\\",header=false,as=x)", "h"});
  EXPECT_THAT(
      invocation.overrides.sinks.at(0).options,
      ElementsAre(RawOption{"path", FlagText{R"(a,b="c\)"}, ""},
                  RawOption{"header", FlagText{"false"}, ""}, RawOption{"as", FlagText{"x"}, ""}));
}

TEST(CommandLine, ASinkOrSetWithoutAssignmentCannotBeRead) {
  for (const char* text :
       {"csv:", "csv:path", "csv:=x", "csv:a=1,", "csv:a=1,,b=2", "csv:a=\"1", "csv:a=\"1\"2"}) {
    EXPECT_THAT(usage_error({"--sink", text, "h"}), HasSubstr("write NAME:key=value")) << text;
  }
  EXPECT_THAT(usage_error({"--sink", ":a=1", "h"}), HasSubstr("does not name a sink"));
  EXPECT_THAT(usage_error({"--set", "flows", "h"}), HasSubstr("write table.key=value"));
}

TEST(CommandLine, AnUnknownFlagGetsTheNearest) {
  EXPECT_EQ(usage_error({"--tcpp", "h"}), "unknown flag '--tcpp'; did you mean '--tcp'?");
  EXPECT_EQ(usage_error({"--max-tlt", "3", "h"}),
            "unknown flag '--max-tlt'; did you mean '--max-ttl'?");
  EXPECT_THAT(usage_error({"-Z", "h"}), StartsWith("unknown flag '-Z'"));
}

TEST(CommandLine, FlagsAreNotAbbreviated) {
  EXPECT_THAT(usage_error({"--time", "3s", "h"}), StartsWith("unknown flag '--time'"));
}

TEST(CommandLine, AnUnparsableValueNamesTheFlag) {
  EXPECT_EQ(usage_error({"-P", "many", "h"}),
            "--parallel-probes: expected a whole number, not 'many'");
  EXPECT_EQ(usage_error({"-t", "100", "h"}),
            "--timeout: '100' lacks a unit: write 100s or 100ms, for example");
  EXPECT_EQ(usage_error({"--rate", "fast", "h"}), "--rate: expected a number, not 'fast'");
  EXPECT_THAT(usage_error({"-p", "99999999999999999999", "h"}), HasSubstr("a whole number"));
  EXPECT_THAT(usage_error({"h", "-P"}), HasSubstr("parallel-probes"));
}

TEST(CommandLine, AnEmptyValueIsNotTakenForNone) {
  for (const char* flag : {"--source", "--log", "--simulate", "--pipeline", "--view", "-j"}) {
    EXPECT_THAT(usage_error({flag, "", "h"}), HasSubstr("the value is empty")) << flag;
  }
}

TEST(CommandLine, AFlagIsGivenOnce) {
  EXPECT_THAT(usage_error({"-P", "1", "-P", "2", "h"}), HasSubstr("parallel-probes"));
}

TEST(CommandLine, ConflictsAreFoundInEtrsOrder) {
  EXPECT_EQ(conflict({}), "destination is required (see 'etr --help')");
  EXPECT_EQ(conflict({"-J", "-j", "x", "-T", "-U"}), "destination is required (see 'etr --help')");
  EXPECT_EQ(conflict({"-J", "-j", "x", "-T", "-U", "h"}), "cannot use both --json and --json-file");
  EXPECT_EQ(conflict({"--hash-algorithm", "md5", "-T", "-U", "h"}),
            "hash algorithm must be either 'crc32' or 'sha256'");
  EXPECT_EQ(conflict({"-T", "-U", "-4", "-6", "h"}), "cannot use both TCP and UDP");
  EXPECT_EQ(conflict({"-4", "-6", "h"}), "cannot force both IPv4 and IPv6");
}

// The Go etr checked nothing where neither -T nor -U was given. Defect C1 of the Go etr,
// docs/compatibility.md.
TEST(CommandLine, ConflictsAreFoundWithoutAProtocolFlag) {
  EXPECT_NE(conflict({"-4", "-6", "h"}), "");
  EXPECT_NE(conflict({"-J", "-j", "x", "h"}), "");
}

TEST(CommandLine, OurOwnFlagsConflictToo) {
  EXPECT_NE(conflict({"--prober", "x", "-T", "h"}), "");
  EXPECT_NE(conflict({"--hasher", "x", "--hash-algorithm", "crc32", "h"}), "");
  EXPECT_NE(conflict({"--view", "plain", "-J", "h"}), "");
  EXPECT_EQ(conflict({"--view", "plain", "-j", "x", "h"}), "");
}

TEST(CommandLine, CheckNeedsNoHost) {
  EXPECT_EQ(parsed({"--check"}).action, Action::kCheck);
  EXPECT_EQ(conflict({"--check"}), "");
}

TEST(CommandLine, VersionAndHelpAreServedBeforeAllChecks) {
  EXPECT_EQ(parsed({"-v", "-4", "-6"}).action, Action::kVersion);
  EXPECT_EQ(parsed({"-h", "-v"}).action, Action::kHelp);
}

TEST(CommandLine, PluginsIsASubcommandAndAfterTwoDashesAHost) {
  EXPECT_EQ(parsed({"plugins", "list"}).action, Action::kPlugins);
  EXPECT_EQ(parsed({"--", "plugins"}).action, Action::kRun);
  EXPECT_THAT(parsed({"--", "plugins"}).hosts, ElementsAre("plugins"));
  EXPECT_EQ(parsed({"plugins", "--help"}).action, Action::kPluginsHelp);
}

TEST(CommandLine, PluginsTakesAVerbAndItsArguments) {
  using Verb = Invocation::Plugins::Verb;
  const Invocation show =
      parsed({"plugins", "show", "csv", "--plugin-path", "a", "--plugin-path", "b"});
  EXPECT_EQ(show.plugins.verb, Verb::kShow);
  EXPECT_THAT(show.plugins.arguments, ElementsAre("csv"));
  EXPECT_THAT(show.plugin_path, ElementsAre("a", "b"));
  EXPECT_THAT(parsed({"plugins", "new", "sink", "x", "dir"}).plugins.arguments,
              ElementsAre("sink", "x", "dir"));
  EXPECT_EQ(usage_error({"plugins", "show"}), "write: etr plugins show NAME");
  EXPECT_EQ(usage_error({"plugins", "lsit"}),
            "plugins: 'lsit' is not one of list, show, check, new; did you mean 'list'?");
  EXPECT_THAT(usage_error({"plugins"}), HasSubstr("write list, show, check or new"));
}

}  // namespace
}  // namespace etr::app
