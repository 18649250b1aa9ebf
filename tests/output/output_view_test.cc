// The output and its view.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "output_fixture.h"

namespace etr::output {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(OutputTest, AViewDrawsTheNewestSnapshotAndIsClosedLast) {
  set_view();
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  EXPECT_TRUE(output_->wants_snapshot());
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->counters.probes_sent = 42;
  output_->on_snapshot(snapshot);
  EXPECT_TRUE(view_journal_->wait_for("render 42"));
  send(5);
  finish();
  EXPECT_THAT(view_journal_->lines(),
              ElementsAre("open", "render 0", "render 42", "path 5", "close 7"));
}

TEST_F(OutputTest, NoSnapshotIsWantedWhileOneWaitsOrSoonAfter) {
  Gate gate;
  FakeView* const view = set_view();
  std::atomic<int> renders{0};
  view->on_render = [&] {
    if (++renders == 2) gate.pass();
  };
  OutputOptions options;
  options.snapshot_interval = std::chrono::hours(1);
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  EXPECT_TRUE(output_->wants_snapshot());
  output_->on_snapshot(std::make_shared<Snapshot>());
  EXPECT_FALSE(output_->wants_snapshot());
  gate.open();
  finish();
  EXPECT_FALSE(output_->wants_snapshot());
}

TEST_F(OutputTest, AViewIsDrawnAgainWhenItAsksForIt) {
  FakeView* const view = set_view();
  view->refresh = std::chrono::milliseconds(1);
  auto renders = std::make_shared<std::atomic<int>>(0);
  view->on_render = [this, renders] {
    if (++*renders == 3) reports_->add("third");
  };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  EXPECT_TRUE(reports_->wait_for("third"));
  finish();
}

TEST_F(OutputTest, AViewThatWantsNoPauseIsStillDrawnOnlyEvery16Ms) {
  for (const Duration refresh : {Duration::zero(), Duration(-1), Duration(1)}) {
    FakeView* const view = set_view();
    view->refresh = refresh;
    const std::string fifth = "fifth of " + std::to_string(refresh.count());
    view->on_render = [this, fifth, renders = 0]() mutable {
      if (++renders == 5) reports_->add(fifth);
    };
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(make().start(test::sample_run()).ok());
    EXPECT_TRUE(reports_->wait_for(fifth));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 4 * std::chrono::milliseconds(16));
    finish();
  }
}

TEST_F(OutputTest, CommandsOfTheViewReachTheOwner) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK), 0);
  set_view()->input = pipe[0];
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  ASSERT_EQ(::write(pipe[1], "rzq", 3), 3);
  EXPECT_TRUE(
      reports_->wait_for("command " + std::to_string(static_cast<int>(Command::Kind::kQuit))));
  finish();
  EXPECT_THAT(view_journal_->lines(), ElementsAre("open", "render 0", "render 0", "suspend",
                                                  "stopped", "resume", "render 0", "close 7"));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(OutputTest, IgnoresInputAfterAHangup) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK), 0);
  set_view()->input = pipe[0];
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  ::close(pipe[1]);
  send(1);
  finish();
  EXPECT_FALSE(output_->failed());
  ::close(pipe[0]);
}

TEST_F(OutputTest, PassesResizingAndStoppingToTheView) {
  set_view();
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  output_->resize();
  EXPECT_TRUE(view_journal_->wait_for("resize"));
  output_->suspend();
  EXPECT_TRUE(view_journal_->wait_for("resume"));
  finish();
}

TEST_F(OutputTest, ReportsAFailedViewAndKeepsTheSinks) {
  add_sink("a");
  set_view()->on_path_hook = [] { throw std::runtime_error("terminal is gone"); };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  EXPECT_TRUE(reports_->wait_for("view 'tui': terminal is gone"));
  send(1);
  finish();
  EXPECT_TRUE(output_->failed());
  EXPECT_FALSE(output_->wants_snapshot());
  EXPECT_THAT(journal_->lines(), testing::Contains("close 7"));
}

TEST_F(OutputTest, ASinkThatFailsIsAnEventInTheView) {
  add_sink("a")->on_write = [] { throw std::runtime_error("disk\nfull"); };
  set_view();
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  EXPECT_TRUE(view_journal_->wait_for("event sink 'a': disk?full"));
  finish();
}

// Defect A21 of the Go etr, docs/compatibility.md.
TEST_F(OutputTest, AViewThatCannotOpenEndsTheRunBeforeItBegins) {
  add_sink("a");
  set_view()->on_open = [] { throw std::runtime_error("unknown terminal 'x'"); };
  EXPECT_EQ(make().start(test::sample_run()).message(), "view 'tui': unknown terminal 'x'");
  finish();
  EXPECT_THAT(reports_->lines(), IsEmpty());
}

TEST_F(OutputTest, DoesNotWaitForAStuckViewAtTheEnd) {
  auto gate = std::make_shared<Gate>();
  set_view()->on_path_hook = [gate] { gate->pass(); };
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  ASSERT_TRUE(view_journal_->wait_for("path 0"));
  output_->finish(test::sample_summary());
  EXPECT_FALSE(output_->wait_until_done(std::chrono::milliseconds(1)));
  output_->give_up();
  EXPECT_TRUE(output_->stuck());
  EXPECT_THAT(reports_->lines(), ElementsAre(HasSubstr("view 'tui': ")));
  gate->open();
}

// Defect A24 of the Go etr, docs/compatibility.md.
TEST_F(OutputTest, DropsPathsForASlowViewAndReportsHowMany) {
  Gate gate;
  set_view()->on_path_hook = [&] { gate.pass(); };
  OutputOptions options;
  options.capacity = 2;
  ASSERT_TRUE(make(options).start(test::sample_run()).ok());
  const auto send_when_there_is_room = [&](std::uint64_t round) {
    while (!output_->reserve()) ASSERT_TRUE(reports_->wait_for("room"));
    output_->on_path(path(round));
  };
  send_when_there_is_room(0);
  ASSERT_TRUE(view_journal_->wait_for("path 0"));
  for (std::uint64_t round = 1; round < 6; ++round) send_when_there_is_room(round);
  gate.open();
  EXPECT_TRUE(view_journal_->wait_for("event 3 paths or events were not shown"));
  finish();
}

}  // namespace
}  // namespace etr::output
