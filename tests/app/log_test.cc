// The log file, and the messages on standard error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "app/message_log.h"
#include "app/program.h"
#include "support/read_file.h"
#include "support/temporary_folder.h"

namespace etr::app {
namespace {

namespace fs = std::filesystem;
using etr::test::err;
using etr::test::out;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::string kRun =
    "--simulate " ETR_SOURCE_DIR "/examples/networks/nested4x4.toml 203.0.113.9 -c 1 -P 2 ";

using etr::test::read_file;

class Log : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  const fs::path file_ = folder_.file("etr.log");
  const std::string flag_ = "-l " + file_.string() + " ";
};

TEST_F(Log, RecordsARunFromStartToEnd) {
  ASSERT_EQ(out(kRun + flag_ + "--log-level info -J").status, 0);
  const std::string log = read_file(file_.string());
  EXPECT_THAT(log, ContainsRegex("^[0-9T:.-]+Z info etr .*started as: etr --simulate "));
  EXPECT_THAT(log, HasSubstr(" info runs "));
  EXPECT_THAT(log, ContainsRegex(" info pipeline .*default.toml\n"));
  EXPECT_THAT(log, ContainsRegex(" info prober 'tcp-syn' .* from .*tcp-syn.so\n"));
  EXPECT_THAT(log, ContainsRegex(" info sink 'ndjson' .* from .*ndjson.so\n"));
  EXPECT_THAT(log, HasSubstr(" info target 203.0.113.9 (203.0.113.9): TCP port 443, source ports "
                             "50000-50001, "));
  EXPECT_THAT(log, HasSubstr("source address 192.0.2.1\n"));
  EXPECT_THAT(log, ContainsRegex(" info ended after .*, all rounds done: 2 records; probes sent "));
  EXPECT_THAT(log, Not(HasSubstr(" debug ")));
}

TEST_F(Log, HasEachRecordAtDebug) {
  ASSERT_EQ(out(kRun + flag_ + "--log-level debug -J").status, 0);
  EXPECT_THAT(read_file(file_.string()),
              ContainsRegex(" debug 203.0.113.9: flow 1, source port 50001, round 0: "
                            "path [0-9]+ .*, reached\n"));
}

TEST_F(Log, HasErrorsAloneUnlessAskedForMore) {
  ASSERT_EQ(out(kRun + flag_ + "-J").status, 0);
  EXPECT_EQ(read_file(file_.string()), "");
  EXPECT_EQ(out(kRun + flag_ + "--view nosuch").status, 1);
  EXPECT_THAT(read_file(file_.string()),
              MatchesRegex(".*Z error --view: no view is called 'nosuch'.*\n"));
}

TEST_F(Log, IsAppendedTo) {
  std::ofstream(file_) << "before\n";
  ASSERT_EQ(out(kRun + flag_ + "--log-level info -J").status, 0);
  EXPECT_THAT(read_file(file_.string()),
              AllOf(ContainsRegex("^before\n"), HasSubstr("ended after")));
}

TEST_F(Log, OfACheckIsNotOpened) {
  EXPECT_EQ(out("--check " + flag_).status, 0);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Log, MakesNoFolders) {
  const fs::path deep = fs::path(folder_.file("new")) / "etr.log";
  EXPECT_EQ(err(kRun + "-J -l " + deep.string()).text,
            "Error: log: cannot open '" + deep.string() + "': no such file or directory\n");
  EXPECT_FALSE(fs::exists(deep.parent_path()));
}

TEST_F(Log, ReportsAWriteErrorOnceAndFailsTheRun) {
  const auto result = err(kRun + "-l /dev/full --log-level debug --view plain");
  EXPECT_EQ(result.text, "Error: log: cannot write '/dev/full': no space left on device\n");
  EXPECT_EQ(result.status, 1);
}

TEST_F(Log, IsOpenedAgainForRotation) {
  MessageLog log;
  ASSERT_TRUE(log.open(file_.string(), "info").ok());
  log.note(MessageLog::Level::kInfo, "first");
  fs::rename(file_, folder_.file("etr.log.1"));
  log.reopen();
  log.note(MessageLog::Level::kInfo, "second");
  EXPECT_THAT(read_file(file_.string()), MatchesRegex(".*Z info second\n"));
}

TEST_F(Log, EachMessageIsOneLine) {
  MessageLog log;
  ASSERT_TRUE(log.open(file_.string(), "info").ok());
  testing::internal::CaptureStderr();
  log.warn("two\nlines \x1b[31m\"quoted\"");
  log.print_json();
  log.error("two\nlines \x1b[31m\"quoted\"");
  const std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_THAT(shown,
              MatchesRegex("etr: two\\?lines \\?\\[31m\"quoted\"\n"
                           "\\{\"time\":\"[^\"]+\",\"level\":\"error\",\"msg\":\"two\\?lines "
                           "\\?\\[31m\\\\\"quoted\\\\\"\"\\}\n"));
  EXPECT_THAT(read_file(file_.string()),
              MatchesRegex(".*Z warning two\\?lines [^\n]+\n.*Z error two[^\n]+\n"));
}

// A source port in use makes a flow be skipped, and there is no view to show it.
TEST_F(Log, ReportsSkippedFlowsInAHeadlessRun) {
  const fs::path network = folder_.file("network.toml");
  std::ofstream(network) << R"([source]
address = "192.0.2.10"
taken_ports = [50001]
next = ["target"]
[[target]]
id = "target"
address = "203.0.113.9"
tcp = "open"
)";
  const std::string run = "--simulate " + network.string() + " -c 1 -P 2 ";
  EXPECT_THAT(err(run + "-J").text, AllOf(HasSubstr("\"level\":\"warn\""), HasSubstr("50001")));
  EXPECT_EQ(err(run + "--view plain").text, "") << "the view has shown it";
}

}  // namespace
}  // namespace etr::app
