#include "pipeline/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "plugin/guard.h"
#include "support/sample_records.h"

namespace etr::pipeline {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// How long a condition that must come true may take on a busy machine.
constexpr seconds kPatience(30);

/// Lines from several threads that a test can wait for.
class Journal {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool wait_for(const std::string& line) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
    });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// Holds a thread until it is opened.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

struct FakeSink final : Sink {
  explicit FakeSink(std::shared_ptr<Journal> to) : journal(std::move(to)) {}
  void open(const RunInfo&) override {
    journal->add("open");
    if (on_open) on_open();
  }
  void write(const Path& path) override {
    journal->add("write " + std::to_string(path.round) + " " + path.destination_name + " " +
                 (path.hops.empty() ? "" : path.hops[0].name));
    if (on_write) on_write();
  }
  void on_event(const Event& event) override { journal->add("event " + event.text); }
  void flush() override { journal->add("flush"); }
  void reopen() override { journal->add("reopen"); }
  void close(const Summary& summary) override {
    journal->add("close " + std::to_string(summary.records));
  }
  bool uses_standard_output() const override { return standard_output; }

  std::shared_ptr<Journal> journal;
  std::function<void()> on_open;
  std::function<void()> on_write;
  bool standard_output = false;
};

struct FakeView final : View {
  explicit FakeView(std::shared_ptr<Journal> to) : journal(std::move(to)) {}
  void open(const RunInfo&, Names&) override {
    journal->add("open");
    if (on_open) on_open();
  }
  void render(const std::shared_ptr<const Snapshot>& snapshot) override {
    journal->add("render " + std::to_string(snapshot->counters.probes_sent));
    if (on_render) on_render();
  }
  void on_path(const Path& path) override {
    journal->add("path " + std::to_string(path.round));
    if (on_path_hook) on_path_hook();
  }
  void on_event(const Event& event) override { journal->add("event " + event.text); }
  int input_fd() const override { return input; }
  Command on_input() override {
    char key = 0;
    if (::read(input, &key, 1) != 1) return {};
    using Kind = Command::Kind;
    switch (key) {
      case 'q': return {Kind::kQuit, {}};
      case 'r': return {Kind::kRedraw, {}};
      case 'z': return {Kind::kSuspend, {}};
      default: return {};
    }
  }
  void on_resize() override { journal->add("resize"); }
  void suspend() override { journal->add("suspend"); }
  void resume() override { journal->add("resume"); }
  std::optional<Duration> next_refresh() const override { return refresh; }
  void close(const Summary& summary) override {
    journal->add("close " + std::to_string(summary.records));
  }

  std::shared_ptr<Journal> journal;
  std::function<void()> on_open;
  std::function<void()> on_render;
  std::function<void()> on_path_hook;
  int input = -1;
  std::optional<Duration> refresh;
};

class OutputTest : public testing::Test {
 protected:
  FakeSink* add_sink(const std::string& name) {
    auto sink = std::make_unique<FakeSink>(journal_);
    FakeSink* const raw = sink.get();
    sinks_.push_back({name, std::move(sink)});
    return raw;
  }
  FakeView* set_view() {
    auto view = std::make_unique<FakeView>(view_journal_);
    FakeView* const raw = view.get();
    view_ = NamedView{"tui", std::move(view)};
    return raw;
  }

  Output& make(OutputOptions options = {}) {
    OutputCallbacks callbacks;
    callbacks.report = [this](const std::string& line) { reports_->add(line); };
    callbacks.room = [this] { reports_->add("room"); };
    callbacks.command = [this](const Command& command) {
      reports_->add("command " + std::to_string(static_cast<int>(command.kind)));
    };
    callbacks.stop_process = [this] { view_journal_->add("stopped"); };
    callbacks.closed_pipe = [this] { reports_->add("closed pipe"); };
    output_ = std::make_unique<Output>(options, std::move(sinks_), std::move(view_), names_,
                                       std::move(callbacks));
    return *output_;
  }

  static Path path(std::uint64_t round) {
    Path path = test::sample_path();
    path.round = round;
    return path;
  }
  void send(std::uint64_t round) {
    ASSERT_TRUE(output_->reserve());
    output_->on_path(path(round));
  }
  void finish() {
    output_->finish(test::sample_summary());
    ASSERT_TRUE(output_->wait_until_done(kPatience));
  }

  const std::shared_ptr<Journal> journal_ = std::make_shared<Journal>();
  const std::shared_ptr<Journal> view_journal_ = std::make_shared<Journal>();
  const std::shared_ptr<Journal> reports_ = std::make_shared<Journal>();
  std::shared_ptr<NameSource> names_ = std::make_shared<FixedNames>();
  std::vector<NamedSink> sinks_;
  std::optional<NamedView> view_;
  std::unique_ptr<Output> output_;
};

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

TEST_F(OutputTest, ReservesRoomAndSaysWhenThereIsSomeAgain) {
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

TEST_F(OutputTest, OnAVirtualClockReservingWaitsAndNothingIsDroppedForTheView) {
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

TEST_F(OutputTest, OnAVirtualClockAWaitingReservationEndsWithTheRun) {
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

// etr-compat A22.
TEST_F(OutputTest, ASinkThatFailsIsReportedOnceAndClosedWhileTheOthersGoOn) {
  add_sink("bad")->on_write = [] { throw std::runtime_error("no space left on device"); };
  auto good = std::make_shared<Journal>();
  sinks_.push_back({"good", std::make_unique<FakeSink>(good)});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  send(1);
  finish();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'bad': no space left on device"));
  EXPECT_TRUE(output_->failed());
  EXPECT_THAT(journal_->lines(), testing::Not(testing::Contains("close 7")));
  EXPECT_THAT(journal_->lines(), testing::Not(testing::Contains("write 1  ")));
  EXPECT_THAT(good->lines(), testing::IsSupersetOf({"write 0  ", "write 1  ", "close 7"}));
}

TEST_F(OutputTest, AGuardedSinksFaultNamesItOnce) {
  auto sink = std::make_unique<FakeSink>(journal_);
  sink->on_write = [] { throw std::runtime_error("disk full"); };
  sinks_.push_back({"csv", plugin::guard(std::move(sink), "sink 'csv'")});
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  send(0);
  finish();
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'csv': disk full"));
}

TEST_F(OutputTest, AClosedStandardOutputEndsTheRunQuietly) {
  auto sink = std::make_unique<FakeSink>(journal_);
  sink->standard_output = true;
  sink->on_write = [] {
    throw std::system_error(EPIPE, std::generic_category(), "cannot write standard output");
  };
  sinks_.push_back({"ndjson", plugin::guard(std::move(sink), "sink 'ndjson'")});
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
  EXPECT_THAT(reports_->lines(), ElementsAre("sink 'fifo': cannot write 'fifo': Broken pipe"));
  EXPECT_FALSE(output_->closed_pipe());
}

// etr-compat B5.
TEST_F(OutputTest, AStuckSinkCostsTheDeadlineAndItsLossesAreCounted) {
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

TEST_F(OutputTest, TooManyEventsAtOnceAreCountedAndSaid) {
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

TEST_F(OutputTest, WithoutSinksAndViewARunIsFine) {
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  EXPECT_FALSE(output_->wants_snapshot());
  send(0);
  finish();
  EXPECT_FALSE(output_->failed());
}

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

TEST_F(OutputTest, CommandsOfTheViewReachTheOwner) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK), 0);
  set_view()->input = pipe[0];
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  ASSERT_EQ(::write(pipe[1], "rzq", 3), 3);
  EXPECT_TRUE(reports_->wait_for("command " + std::to_string(static_cast<int>(
                                                  Command::Kind::kQuit))));
  finish();
  EXPECT_THAT(view_journal_->lines(),
              ElementsAre("open", "render 0", "render 0", "suspend", "stopped", "resume",
                          "render 0", "close 7"));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(OutputTest, InputThatHungUpIsLeftAlone) {
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

TEST_F(OutputTest, ResizingAndStoppingAreTheViewsAffair) {
  set_view();
  ASSERT_TRUE(make().start(test::sample_run()).ok());
  output_->resize();
  EXPECT_TRUE(view_journal_->wait_for("resize"));
  output_->suspend();
  EXPECT_TRUE(view_journal_->wait_for("resume"));
  finish();
}

TEST_F(OutputTest, AViewThatFailsIsReportedAndTheSinksGoOn) {
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

// etr-compat A21.
TEST_F(OutputTest, AViewThatCannotOpenEndsTheRunBeforeItBegins) {
  add_sink("a");
  set_view()->on_open = [] { throw std::runtime_error("unknown terminal 'x'"); };
  EXPECT_EQ(make().start(test::sample_run()).message(), "view 'tui': unknown terminal 'x'");
  finish();
  EXPECT_THAT(reports_->lines(), IsEmpty());
}

TEST_F(OutputTest, AStuckViewDoesNotHangTheExit) {
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

// etr-compat A24.
TEST_F(OutputTest, AViewThatIsSlowMissesPathsAndIsToldHowMany) {
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
}  // namespace etr::pipeline
