// An output whose sinks, view and owner record every call.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "output/output.h"
#include "support/sample_records.h"

namespace etr::output {

/// How long a condition that must come true may take on a busy machine.
inline constexpr std::chrono::seconds kPatience(30);

/// Lines from several threads, for which a test can wait.
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
  void flush() override {
    journal->add("flush");
    if (on_flush) on_flush();
  }
  void reopen() override { journal->add("reopen"); }
  void close(const Summary& summary) override {
    journal->add("close " + std::to_string(summary.records));
  }
  bool uses_standard_output() const override { return standard_output; }

  std::shared_ptr<Journal> journal;
  std::function<void()> on_open;
  std::function<void()> on_write;
  std::function<void()> on_flush;
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
    sinks_.push_back({"sink '" + name + "'", std::move(sink)});
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
    output_->give_up();
  }

  const std::shared_ptr<Journal> journal_ = std::make_shared<Journal>();
  const std::shared_ptr<Journal> view_journal_ = std::make_shared<Journal>();
  const std::shared_ptr<Journal> reports_ = std::make_shared<Journal>();
  std::shared_ptr<NameSource> names_ = std::make_shared<FixedNames>();
  std::vector<NamedSink> sinks_;
  std::optional<NamedView> view_;
  std::unique_ptr<Output> output_;
};

}  // namespace etr::output
