#include "ndjson_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/stat.h>

#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "support/read_file.h"
#include "support/sample_records.h"
#include "support/temporary_folder.h"

namespace {

using etr::test::address;
using etr::test::read_file;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class NdjsonSinkTest : public testing::Test {
 protected:
  NdjsonSink::Options options(bool events = false) const {
    NdjsonSink::Options options;
    options.path = file();
    options.events = events;
    return options;
  }
  std::string file() const { return folder_.file("paths.ndjson"); }

  /// The lines that a whole run with these paths writes.
  std::vector<std::string> written(const std::vector<etr::Path>& paths, bool events = false) const {
    NdjsonSink sink(options(events));
    sink.open(etr::test::sample_run());
    for (const etr::Path& path : paths) sink.write(path);
    sink.close(etr::test::sample_summary());
    return lines_of(read_file(file()));
  }

  etr::test::TemporaryFolder folder_;
};

TEST_F(NdjsonSinkTest, WritesTheKeysOfTheGoEtrInItsOrderThenOurs) {
  EXPECT_THAT(
      written({etr::test::sample_path()}),
      testing::ElementsAre(
          R"({"probe_id":2,"probe_num":7,"path_hash":"845425ea","source_ip":"192.0.2.1",)"
          R"("source_port":50002,"destination_ip":"192.0.2.9","destination_port":443,)"
          R"("destination_ptr":"","protocol":"TCP","reached_dest":true,"hops":[)"
          R"({"ttl":1,"ip":"192.0.2.2","rtt":1235,"timeout":false,"ptr":"gw.example",)"
          R"("recv_time":"2026-01-02T03:04:05.002234567Z","verdict":"answered",)"
          R"("class":"answering","sent_at":"2026-01-02T03:04:05.001Z","rtt_ns":1234567,)"
          R"("kind":"time-exceeded","icmp_type":11,"icmp_code":0,"reply_ttl":64,"quoted_ttl":1,)"
          R"("mpls":[{"label":16004,"tc":0,"bottom":true,"ttl":1}]},)"
          R"({"ttl":2,"ip":"","rtt":0,"timeout":true,"ptr":"",)"
          R"("recv_time":"0001-01-01T00:00:00Z","verdict":"lost","class":"silent",)"
          R"("sent_at":"2026-01-02T03:04:05.002Z","rtt_ns":null,"kind":null,"icmp_type":null,)"
          R"("icmp_code":null,"reply_ttl":null,"quoted_ttl":null,"mpls":[]},)"
          R"({"ttl":3,"ip":"192.0.2.9","rtt":20000,"timeout":false,"ptr":"",)"
          R"("recv_time":"2026-01-02T03:04:05.0210004Z","verdict":"answered",)"
          R"("class":"answering","sent_at":"2026-01-02T03:04:05.001Z","rtt_ns":20000400,)"
          R"("kind":"syn-ack","icmp_type":null,"icmp_code":null,"reply_ttl":61,)"
          R"("quoted_ttl":null,"mpls":[]}],"timestamp":"2026-01-02T03:04:06.002345678Z",)"
          R"("trace":0,"target":"target.example","started":"2026-01-02T03:04:05.001Z",)"
          R"("path_id":1,"path_knowledge":"whole","complete":true,"blocked":null})"));
}

TEST_F(NdjsonSinkTest, APathWithoutHopsHasAnEmptyListAndNeverNull) {
  etr::Path path = etr::test::sample_path();
  path.hops.clear();
  path.complete = false;
  const auto lines = written({path});
  EXPECT_THAT(lines.at(0), HasSubstr(R"("hops":[],"timestamp")"));
  EXPECT_THAT(lines.at(0), HasSubstr(R"("complete":false)"));
}

// Defect A14 of the Go etr, docs/compatibility.md: each hop has its own time of receipt, which is
// not that of the record.
TEST_F(NdjsonSinkTest, ReceiptTimesAreThoseOfTheHopsAndInUtc) {
  etr::Path path = etr::test::sample_path();
  path.hops[0].reply->received_at = etr::test::sample_time(5);
  path.hops[2].reply->received_at = etr::test::sample_time(120'000'000);
  const std::string line = written({path}).at(0);
  EXPECT_THAT(line, HasSubstr(R"("recv_time":"2026-01-02T03:04:05.000000005Z")"));
  EXPECT_THAT(line, HasSubstr(R"("recv_time":"2026-01-02T03:04:05.12Z")"));
  EXPECT_THAT(line, HasSubstr(R"("timestamp":"2026-01-02T03:04:06.002345678Z")"));
}

// Defect A18 of the Go etr, docs/compatibility.md.
TEST_F(NdjsonSinkTest, WritesTheKindOfReplyAndTheBlockingRouter) {
  etr::Path path = etr::test::sample_path();
  path.reached = false;
  path.hops[2].reply->kind = etr::ReplyKind::kUnreachable;
  path.hops[2].reply->icmp_type = 3;
  path.hops[2].reply->icmp_code = 13;
  path.hops[2].reply->mtu = 1400;
  path.hops[2].reply->rewritten = true;
  path.hops[2].reply->user_clock = true;
  path.blocked = etr::Blocked{3, address("2001:db8::1"), 3, 13};
  const std::string line = written({path}).at(0);
  EXPECT_THAT(line, HasSubstr(R"("kind":"unreachable","icmp_type":3,"icmp_code":13)"));
  EXPECT_THAT(line, HasSubstr(R"("mtu":1400,"rewritten":true,"user_clock":true)"));
  EXPECT_THAT(line,
              HasSubstr(R"("blocked":{"ttl":3,"ip":"2001:db8::1","icmp_type":3,"icmp_code":13}})"));
}

TEST_F(NdjsonSinkTest, WritesNullForAnRttThatWasNotMeasured) {
  etr::Path path = etr::test::sample_path();
  path.hops[2].reply->kind = etr::ReplyKind::kAck;
  path.hops[2].reply->rtt.reset();
  EXPECT_THAT(written({path}).at(0), HasSubstr(R"("rtt_ns":null,"kind":"ack")"));
}

TEST_F(NdjsonSinkTest, SendFailuresAreNotLosses) {
  etr::Path path = etr::test::sample_path();
  path.hops[1].verdict = etr::Verdict::kSendFailed;
  path.hops[1].sent_at = {};
  EXPECT_THAT(written({path}).at(0),
              HasSubstr(R"("verdict":"send-failed","class":"silent","sent_at":null)"));
}

TEST_F(NdjsonSinkTest, HostileNamesBecomeValidEscapedJson) {
  etr::Path path = etr::test::sample_path();
  path.hops[0].name = "<a&b>\"\\\x1b[2J\n\x7f\xff\xc3\xa9\xe2\x80\xae\xed\xa0\x80\xc2\x9b";
  const std::string line = written({path}).at(0);
  EXPECT_THAT(line, HasSubstr(R"("ptr":"\u003ca\u0026b\u003e\"\\\u001b[2J\n\u007f\ufffdé\u202e)"
                              R"(\ufffd\ufffd\ufffd\u009b")"));
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(line.c_str());
  EXPECT_FALSE(document.HasParseError());
}

TEST_F(NdjsonSinkTest, WritesTypedLinesOnlyIfAskedFor) {
  NdjsonSink sink(options(true));
  sink.open(etr::test::sample_run());
  sink.write(etr::test::sample_path());
  etr::Event event;
  event.kind = etr::EventKind::kLateReply;
  event.at = etr::test::sample_time();
  event.trace = 0;
  event.flow = 1;
  event.round = 4;
  event.ttl = 3;
  event.address = address("192.0.2.2");
  event.rtt = etr::Duration(1'500'000'000);
  event.text = "late answer";
  sink.on_event(event);
  sink.close(etr::test::sample_summary());
  EXPECT_THAT(
      lines_of(read_file(file())),
      testing::ElementsAre(
          R"({"type":"run","format":1,"version":"0.1.0","hostname":"vantage",)"
          R"("started":"2026-01-02T03:04:05Z","prober":"tcp-syn","hasher":"crc32","flows":5,)"
          R"("first_source_port":50000,"rounds":0,"max_ttl":30,"round_interval_ns":2000000000,)"
          R"("timeout_ns":1000000000,"rate":300.0,"traces":[{"trace":0,"target":"target.example",)"
          R"("destination_ip":"192.0.2.9","destination_port":443,"protocol":"TCP"}]})",
          StartsWith(R"({"probe_id":2,)"),
          R"({"type":"event","event":"late","timestamp":"2026-01-02T03:04:05Z","trace":0,)"
          R"("target":"target.example","probe_id":1,"probe_num":4,"ttl":3,"ip":"192.0.2.2",)"
          R"("rtt_ns":1500000000,"count":1,"text":"late answer"})",
          R"({"type":"summary","timestamp":"2026-01-02T03:04:08Z","reason":"user",)"
          R"("elapsed_ns":3000000000,"records":7,"probes_sent":21,"replies":14,"late":0,)"
          R"("duplicates":0,"rejected":0,"send_errors":0,"capture_drops":0})"));
  EXPECT_EQ(written({etr::test::sample_path()}).size(), 1U);
}

TEST_F(NdjsonSinkTest, ARateThatIsNoNumberIsNull) {
  NdjsonSink sink(options(true));
  etr::RunInfo run = etr::test::sample_run();
  run.rate = std::numeric_limits<double>::infinity();
  sink.open(run);
  sink.close(etr::test::sample_summary());
  EXPECT_THAT(read_file(file()), HasSubstr(R"("rate":null,)"));
}

TEST_F(NdjsonSinkTest, EmptiesTheFileUnlessToldToAppend) {
  EXPECT_EQ(written({etr::test::sample_path(), etr::test::sample_path()}).size(), 2U);
  EXPECT_EQ(written({etr::test::sample_path()}).size(), 1U);
  NdjsonSink::Options append = options();
  append.append = true;
  NdjsonSink sink(append);
  sink.open(etr::test::sample_run());
  sink.write(etr::test::sample_path());
  sink.close(etr::test::sample_summary());
  EXPECT_EQ(lines_of(read_file(file())).size(), 2U);
}

TEST_F(NdjsonSinkTest, KeepsTheFileOfARunThatCannotStart) {
  written({etr::test::sample_path()});
  const std::string before = read_file(file());
  for (const bool events : {false, true}) {
    NdjsonSink sink(options(events));
    sink.open(etr::test::sample_run());
    sink.flush();
    etr::Summary summary = etr::test::sample_summary();
    summary.reason = etr::StopReason::kFault;
    summary.records = 0;
    sink.close(summary);
    EXPECT_EQ(read_file(file()), before);
  }
}

TEST_F(NdjsonSinkTest, TouchesNoFileBeforeTheRunOpens) {
  { NdjsonSink sink(options()); }
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(NdjsonSinkTest, FlushPutsWholeLinesInTheFile) {
  NdjsonSink sink(options());
  sink.open(etr::test::sample_run());
  sink.write(etr::test::sample_path());
  EXPECT_EQ(read_file(file()), "");
  sink.flush();
  EXPECT_EQ(lines_of(read_file(file())).size(), 1U);
  EXPECT_EQ(read_file(file()).back(), '\n');
}

TEST_F(NdjsonSinkTest, ReopeningMovesOnToANewFileAfterRotation) {
  NdjsonSink sink(options());
  sink.open(etr::test::sample_run());
  sink.write(etr::test::sample_path());
  std::filesystem::rename(file(), folder_.file("old"));
  sink.reopen();
  sink.write(etr::test::sample_path());
  sink.write(etr::test::sample_path());
  sink.close(etr::test::sample_summary());
  EXPECT_EQ(lines_of(read_file(folder_.file("old"))).size(), 1U);
  EXPECT_EQ(lines_of(read_file(file())).size(), 2U);
}

// Defect A22 of the Go etr, docs/compatibility.md.
TEST_F(NdjsonSinkTest, ReportsAFullDisk) {
  NdjsonSink::Options full;
  full.path = "/dev/full";
  NdjsonSink sink(full);
  sink.open(etr::test::sample_run());
  sink.write(etr::test::sample_path());
  EXPECT_THAT([&] { sink.flush(); }, testing::ThrowsMessage<std::runtime_error>(
                                         "cannot write '/dev/full': no space left on device"));
}

}  // namespace
