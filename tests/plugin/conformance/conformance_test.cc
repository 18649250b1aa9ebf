// The suite passes plugins that keep the contract, and finds each violation.
#include "plugin/conformance/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace etr::plugin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Every problem that the suite reports for a plugin, line by line.
std::string complaints(const std::string& file, const std::vector<RawOption>& options = {}) {
  std::string text;
  for (const Finding& finding : check_conformance(file, options).findings) {
    for (const std::string& problem : finding.problems)
      text += finding.check + ": " + problem + "\n";
  }
  return text;
}

std::string fixture(const std::string& name) {
  return std::string(ETR_FIXTURE_DIR) + "/sinks/" + name + ".so";
}

TEST(Conformance, EveryShippedPluginConforms) {
  int plugins = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(ETR_BINARY_DIR "/plugins")) {
    if (entry.path().extension() != ".so") continue;
    ++plugins;
    EXPECT_THAT(complaints(entry.path().string()), IsEmpty()) << entry.path();
  }
  EXPECT_GE(plugins, 7);
}

TEST(Conformance, EveryShippedPluginConformsWithOtherOptionsToo) {
  const auto set = [](const std::string& name, const std::string& value) {
    return RawOption{name, FlagText{value}, "--set"};
  };
  const std::vector<std::pair<std::string, std::vector<RawOption>>> cases{
      {"sinks/ndjson", {set("events", "true"), set("path", "records.ndjson")}},
      {"sinks/ndjson", {set("append", "true"), set("path", "records.ndjson")}},
      {"sinks/csv", {set("header", "false"), set("path", "records.csv")}},
      {"views/plain", {set("every_hop", "true"), set("tables", "false"), set("host_width", "10")}},
      {"views/tui",
       {set("ascii", "true"), set("colours", "false"), set("theme", "light"), set("start", "graph"),
        set("names", "addresses")}},
  };
  for (const auto& [name, options] : cases) {
    EXPECT_THAT(complaints(ETR_BINARY_DIR "/plugins/" + name + ".so", options), IsEmpty()) << name;
  }
}

TEST(Conformance, OptionsAreGivenToThePlugin) {
  const std::string file = fixture("troubled");
  const RawOption throwing{"throws_at", FlagText{"0"}, "--set"};
  EXPECT_THAT(complaints(file), Not(HasSubstr("had enough")));
  EXPECT_THAT(complaints(file, {throwing}),
              HasSubstr("it takes a whole run: threw: the sink had enough"));
  const RawOption unknown{"throw_at", FlagText{"0"}, "--set"};
  EXPECT_THAT(complaints(file, {unknown}), HasSubstr("did you mean 'throws_at'"));
}

TEST(Conformance, ARefusedLibraryIsOneFinding) {
  const ConformanceReport report = check_conformance(fixture("older-abi"));
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_FALSE(report.conforms());
  EXPECT_THAT(report.findings[0].problems.at(0), HasSubstr("older etr"));
}

TEST(Conformance, ANameThatIsNotTheFilesIsFound) {
  EXPECT_THAT(complaints(fixture("misnamed")), HasSubstr("so its file must be other.so"));
}

TEST(Conformance, AThrowingCreateIsFound) {
  EXPECT_THAT(complaints(fixture("throwing-create")), HasSubstr("threw: no luck"));
  EXPECT_THAT(complaints(fixture("throwing-int")),
              HasSubstr("threw something that is not a std::exception"));
}

TEST(Conformance, ASinkWithoutFaultConforms) {
  EXPECT_THAT(complaints(fixture("sink-none")), IsEmpty());
}

TEST(Conformance, EachFaultOfASinkIsFound) {
  EXPECT_THAT(complaints(fixture("sink-throws-in-close")),
              HasSubstr("it can be closed without having been opened: threw: not open"));
  EXPECT_THAT(complaints(fixture("sink-throws-int")),
              HasSubstr("it takes a whole run: threw something that is not a std::exception"));
  EXPECT_THAT(complaints(fixture("sink-exits")), HasSubstr("ended the process with status 3"));
  EXPECT_THAT(complaints(fixture("sink-shares-state")),
              HasSubstr("two instances work at once: threw: already open"));
  EXPECT_THAT(complaints(fixture("sink-ignores-errors")),
              HasSubstr("it reports no error when the disk is full"));
  EXPECT_THAT(complaints(fixture("sink-is-slow")), HasSubstr("it would slow 64 flows down"));
}

// Sanitizers turn the signal into an exit with a status; both are reported.
TEST(Conformance, ACrashEndsOneCheckAndIsNamed) {
  EXPECT_THAT(complaints(fixture("sink-crashes")),
              AnyOf(HasSubstr("it takes a whole run: crashed: signal 11"),
                    HasSubstr("it takes a whole run: ended the process")));
}

TEST(Conformance, AProberWithoutFaultConforms) {
  EXPECT_THAT(complaints(fixture("prober-none")), IsEmpty());
}

TEST(Conformance, EachFaultOfAProberIsFound) {
  EXPECT_THAT(complaints(fixture("prober-forgets-slot")),
              HasSubstr("decode_quote does not read it back"));
  EXPECT_THAT(complaints(fixture("prober-reads-ttl-0")), HasSubstr("gives a TTL of 0"));
  EXPECT_THAT(complaints(fixture("prober-writes-too-far")), HasSubstr("writes past its buffer"));
  EXPECT_THAT(complaints(fixture("prober-bad-checksum")), HasSubstr("its checksum is wrong"));
  EXPECT_THAT(complaints(fixture("prober-varies-port")), HasSubstr("flow_key does not give"));
  EXPECT_THAT(complaints(fixture("prober-throws-on-short")),
              HasSubstr("decode takes hostile bytes: threw: too short"));
  EXPECT_THAT(complaints(fixture("prober-no-slots")), HasSubstr("slots() is 0"));
}

}  // namespace
}  // namespace etr::plugin
