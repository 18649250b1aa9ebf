// The output and its sinks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "output_fixture.h"
#include "plugin/guard.h"

namespace etr::output {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(OutputTest, WritesEveryRecordInOrderThenFlushesAndCloses) {
  add_sink("a");
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  for (std::uint64_t round = 0; round < 3; ++round) send(round);
  finish();
  std::vector<std::string> lines = journal_->lines();
  std::erase(lines, "flush");
  EXPECT_THAT(lines, ElementsAre("open", "write 0  ", "write 1  ", "write 2  ", "close 7"));
  EXPECT_FALSE(output_->failed());
  EXPECT_THAT(reports_->lines(), IsEmpty());
}

TEST_F(OutputTest, FlushesWhenNoRecordWaits) {
  add_sink("a");
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(1);
  EXPECT_TRUE(journal_->wait_for("flush"));
  finish();
}

TEST_F(OutputTest, PutsTheNamesKnownByThenIntoRecords) {
  names_ = std::make_shared<FixedNames>(std::unordered_map<IpAddress, std::string>{
      {test::address("192.0.2.9"), "target.example"}, {test::address("192.0.2.2"), "gw.example"}});
  add_sink("a");
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(1);
  finish();
  EXPECT_THAT(journal_->lines(), testing::Contains("write 1 target.example gw.example"));
}

TEST_F(OutputTest, ReservesRoomAndReportsWhenThereIsSomeAgain) {
  Gate gate;
  add_sink("a")->on_write = [&] { gate.pass(); };
  OutputOptions options;
  options.capacity = 2;
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));  // in the sink's hands, no longer in the channel
  send(1);
  send(2);
  EXPECT_FALSE(output_->reserve());
  gate.open();
  EXPECT_TRUE(reports_->wait_for("room"));
  EXPECT_TRUE(output_->reserve());
  output_->on_path(path(3));
  finish();
}

TEST_F(OutputTest, ReservingWaitsAndDropsNothingOnAVirtualClock) {
  add_sink("a");
  set_view();
  OutputOptions options;
  options.capacity = 1;
  options.virtual_clock = true;
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  for (std::uint64_t round = 0; round < 500; ++round) send(round);
  finish();
  std::vector<std::string> shown = view_journal_->lines();
  EXPECT_EQ(std::count_if(shown.begin(), shown.end(),
                          [](const std::string& line) { return line.starts_with("path "); }),
            500);
}

TEST_F(OutputTest, AWaitingReservationEndsWithTheRun) {
  Gate gate;
  add_sink("a")->on_write = [&] { gate.pass(); };
  OutputOptions options;
  options.capacity = 1;
  options.virtual_clock = true;
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  send(1);
  output_->stop_waiting();
  EXPECT_FALSE(output_->reserve());
  gate.open();
  finish();
}

TEST_F(OutputTest, ASinkThatCannotOpenEndsTheRunBeforeItBegins) {
  add_sink("good");
  add_sink("bad")->on_open = [] { throw std::runtime_error("cannot open 'x': permission denied"); };
  const absl::Status status = make().start(test::sample_run());
  EXPECT_EQ(status.message(), "sink 'bad': cannot open 'x': permission denied");
  finish();
}

// Defect A22 of the Go etr, docs/compatibility.md.
TEST_F(OutputTest, ReportsAFailedSinkOnceAndKeepsTheOthers) {
  add_sink("bad")->on_write = [] { throw std::runtime_error("no space left on device"); };
  auto good = std::make_shared<Journal>();
  sinks_.push_back({"sink 'good'", std::make_unique<FakeSink>(good)});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  send(1);
  finish();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'bad': no space left on device",
                                             "sink 'bad': 2 records not written"));
  EXPECT_TRUE(output_->failed());
  EXPECT_THAT(journal_->lines(), testing::Not(testing::Contains("close 7")));
  EXPECT_THAT(journal_->lines(), testing::Not(testing::Contains("write 1  ")));
  EXPECT_THAT(good->lines(), testing::IsSupersetOf({"write 0  ", "write 1  ", "close 7"}));
}

TEST_F(OutputTest, AGuardedSinksFaultNamesItOnce) {
  auto sink = std::make_unique<FakeSink>(journal_);
  sink->on_write = [] { throw std::runtime_error("disk full"); };
  sinks_.push_back({"sink 'csv'", plugin::guard(std::move(sink), "sink 'csv'")});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  finish();
  EXPECT_THAT(reports_->lines(),
              ElementsAre("sink 'csv': disk full", "sink 'csv': 1 record not written"));
}

TEST_F(OutputTest, AClosedStandardOutputEndsTheRunQuietly) {
  auto sink = std::make_unique<FakeSink>(journal_);
  sink->standard_output = true;
  sink->on_write = [] {
    throw std::system_error(EPIPE, std::generic_category(), "cannot write standard output");
  };
  sinks_.push_back({"sink 'ndjson'", plugin::guard(std::move(sink), "sink 'ndjson'")});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  finish();
  EXPECT_THAT(reports_->lines(), ElementsAre("closed pipe"));
  EXPECT_TRUE(output_->closed_pipe());
}

TEST_F(OutputTest, AClosedPipeOfAnotherFileIsAFaultLikeAnyOther) {
  add_sink("fifo")->on_write = [] {
    throw std::system_error(EPIPE, std::generic_category(), "cannot write 'fifo'");
  };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  finish();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'fifo': cannot write 'fifo': Broken pipe",
                                             "sink 'fifo': 1 record not written"));
  EXPECT_FALSE(output_->closed_pipe());
}

// Defect B5 of the Go etr, docs/compatibility.md.
TEST_F(OutputTest, CountsTheLossesOfAStuckSinkAfterTheDeadline) {
  auto gate = std::make_shared<Gate>();
  add_sink("slow")->on_write = [gate] { gate->pass(); };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  send(1);
  send(2);
  output_->finish(test::sample_summary());
  EXPECT_FALSE(output_->wait_until_done(std::chrono::milliseconds(1)));
  output_->give_up();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'slow': 3 records not written"));
  EXPECT_TRUE(output_->failed());
  EXPECT_TRUE(output_->stuck());
  output_.reset();  // does not wait for the thread, whose state lives on
  gate->open();
}

TEST_F(OutputTest, AStuckSinkCostsTheOthersNoRecord) {
  auto gate = std::make_shared<Gate>();
  add_sink("stuck")->on_write = [gate] { gate->pass(); };
  auto good = std::make_shared<Journal>();
  sinks_.push_back({"sink 'good'", std::make_unique<FakeSink>(good)});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  for (std::uint64_t round = 1; round < 100; ++round) send(round);
  EXPECT_TRUE(good->wait_for("write 99  "));
  output_->finish(test::sample_summary());
  EXPECT_TRUE(good->wait_for("close 7"));
  output_->give_up();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'stuck': 100 records not written"));
  gate->open();
}

TEST_F(OutputTest, RecordsStopWaitingForASinkThatDoesNotReturn) {
  auto gate = std::make_shared<Gate>();
  add_sink("stuck")->on_write = [gate] { gate->pass(); };
  auto good = std::make_shared<Journal>();
  sinks_.push_back({"sink 'good'", std::make_unique<FakeSink>(good)});
  OutputOptions options;
  options.capacity = 2;
  options.longest_call = Duration::zero();
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  ASSERT_TRUE(good->wait_for("flush"));
  send(1);
  ASSERT_TRUE(good->wait_for("write 1  "));
  send(2);
  EXPECT_FALSE(output_->reserve());
  output_->watch();
  EXPECT_THAT(
      reports_->lines(),
      testing::IsSupersetOf(
          {"sink 'stuck': has not returned for 0 s: what it cannot take is dropped", "room"}));
  ASSERT_TRUE(good->wait_for("write 2  "));
  for (const std::uint64_t round : {3U, 4U}) {
    send(round);
    ASSERT_TRUE(good->wait_for("write " + std::to_string(round) + "  "));
  }
  gate->open();
  finish();
  EXPECT_THAT(reports_->lines(), testing::Contains("sink 'stuck': 2 records not written"));
  EXPECT_THAT(journal_->lines(), testing::IsSupersetOf({"write 1  ", "write 2  ", "close 7"}));
  EXPECT_TRUE(output_->failed());
}

TEST_F(OutputTest, TheEndOfARunDoesNotWaitForASinkThatDoesNotReturn) {
  auto gate = std::make_shared<Gate>();
  add_sink("stuck")->on_write = [gate] { gate->pass(); };
  OutputOptions options;
  options.longest_call = Duration::zero();
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  output_->finish(test::sample_summary());
  EXPECT_FALSE(output_->only_hanging());
  output_->watch();
  EXPECT_TRUE(output_->only_hanging());
  output_->give_up();
  EXPECT_TRUE(output_->stuck());
  gate->open();
}

// A sink that keeps records in memory has written them only once it was flushed.
TEST_F(OutputTest, CountsWhatAFailedSinkHadNotFlushed) {
  add_sink("batch")->on_flush = [] { throw std::runtime_error("no space left on device"); };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  for (std::uint64_t round = 0; round < 3; ++round) send(round);
  finish();
  EXPECT_THAT(reports_->lines(), testing::Contains("sink 'batch': 3 records not written"));
}

TEST_F(OutputTest, FilesAreReopenedBetweenRecords) {
  add_sink("a");
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  output_->reopen();
  EXPECT_TRUE(journal_->wait_for("reopen"));
  finish();
}

TEST_F(OutputTest, EventsReachSinksAndView) {
  add_sink("a");
  set_view();
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  Event event;
  event.text = "something";
  output_->on_event(event);
  finish();
  EXPECT_THAT(journal_->lines(), testing::Contains("event something"));
  EXPECT_THAT(view_journal_->lines(), testing::Contains("event something"));
}

TEST_F(OutputTest, CountsAndReportsDroppedEvents) {
  Gate gate;
  add_sink("a")->on_write = [&] { gate.pass(); };
  OutputOptions options;
  options.capacity = 2;
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(journal_->wait_for("write 0  "));
  for (int i = 0; i < 5; ++i) output_->on_event({});
  gate.open();
  EXPECT_TRUE(journal_->wait_for(
      "event 3 events were dropped: they came faster than they could be written"));
  finish();
}

TEST_F(OutputTest, RunsWithoutSinksAndView) {
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  EXPECT_FALSE(output_->wants_snapshot());
  send(0);
  finish();
  EXPECT_FALSE(output_->failed());
}

}  // namespace
}  // namespace etr::output
