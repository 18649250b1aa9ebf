#include "output/sink_runner.h"

#include <atomic>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "output/attach_names.h"
#include "output/channel.h"
#include "output/output_fault.h"
#include "output/output_thread.h"

namespace etr::output {
namespace {

/// Only wakes the thread.
struct Nudge {};
using Message = std::variant<Path, Event, Nudge>;

/// One sink and its state. Owned by the sinks' thread, except for the counters.
struct Slot {
  std::string label;
  std::unique_ptr<Sink> sink;  ///< Null once it failed or was closed.
  std::atomic<bool> alive{true};
  bool on_standard_output = false;
  /// Records handed to the sink since it was last flushed: they may not be in the file yet.
  std::atomic<std::uint64_t> unflushed{0};
};

}  // namespace

class SinkRunner::State : public std::enable_shared_from_this<State> {
 public:
  State(std::vector<NamedSink> sinks, std::shared_ptr<NameSource> names, std::size_t capacity,
        Callbacks callbacks)
      : channel(capacity, capacity), names_(std::move(names)), callbacks_(std::move(callbacks)) {
    for (NamedSink& named : sinks) {
      auto slot = std::make_unique<Slot>();
      slot->label = std::move(named.label);
      slot->sink = std::move(named.sink);
      slots_.push_back(std::move(slot));
    }
  }

  absl::Status start(const RunInfo& run) {
    return thread.start("etr-sinks", [self = shared_from_this(), run] { self->run(run); });
  }

  void finish(const Summary& summary) {
    summary_ = summary;
    channel.close();
  }

  void give_up() {
    thread.abandon();
    failed_ = true;
    const std::uint64_t waiting = channel.size() + in_hand_;
    for (const auto& slot : slots_) {
      if (!slot->alive) continue;
      const std::uint64_t count = waiting + slot->unflushed;
      callbacks_.report(absl::StrFormat("%s: %d record%s not written", slot->label, count,
                                        count == 1 ? "" : "s"));
    }
  }

  void push(const Event& event) {
    if (!channel.push_extra(event)) ++lost_events_;
  }

  void reopen() {
    reopen_wanted_ = true;
    channel.push_extra(Nudge{});  // if refused, queued items wake the thread
  }

  bool failed() const { return failed_; }

  Channel<Message> channel;
  OutputThread thread;

 private:
  void run(const RunInfo& run) {
    open(run);
    while (true) {
      auto popped = channel.try_pop();
      if (!popped.item) {
        report_lost_events();
        flush();
        popped = channel.pop();
        if (!popped.item) break;
      }
      if (thread.is_abandoned()) return;
      if (popped.room_wanted) callbacks_.room();
      if (reopen_wanted_.exchange(false)) for_each([](Slot& slot) { slot.sink->reopen(); });
      deliver(std::move(*popped.item));
    }
    close();
  }

  void open(const RunInfo& run) {
    absl::Status status = absl::OkStatus();
    for (const auto& slot : slots_) {
      try {
        slot->on_standard_output = slot->sink->uses_standard_output();
        slot->sink->open(run);
      } catch (const std::exception& error) {
        if (status.ok()) status = absl::UnavailableError(describe_fault(slot->label, error));
        drop(*slot);
      }
    }
    thread.opened(std::move(status));
  }

  void deliver(Message message) {
    if (auto* const path = std::get_if<Path>(&message)) {
      attach_names(*path, *names_);
      in_hand_ = 1;
      for_each([&](Slot& slot) {
        slot.sink->write(*path);
        ++slot.unflushed;
      });
      in_hand_ = 0;
    } else if (const auto* const event = std::get_if<Event>(&message)) {
      for_each([&](Slot& slot) { slot.sink->on_event(*event); });
    }
  }

  void flush() {
    for_each([](Slot& slot) {
      slot.sink->flush();
      slot.unflushed = 0;
    });
  }

  void close() {
    for_each([&](Slot& slot) {
      slot.sink->close(summary_);
      slot.alive = false;
      slot.sink.reset();
    });
  }

  template <class Call>
  void for_each(Call call) {
    for (const auto& slot : slots_) {
      if (!slot->alive) continue;
      try {
        call(*slot);
      } catch (const std::exception& error) {
        fail(*slot, error);
      }
    }
  }

  void fail(Slot& slot, const std::exception& error) {
    const bool closed_pipe = slot.on_standard_output && is_closed_pipe(error);
    if (!thread.is_abandoned()) {
      if (closed_pipe) {
        callbacks_.closed_pipe();
      } else {
        callbacks_.report(describe_fault(slot.label, error));
      }
    }
    drop(slot);
  }

  void drop(Slot& slot) {
    failed_ = true;
    slot.alive = false;
    slot.sink.reset();
  }

  void report_lost_events() {
    const std::uint64_t lost = lost_events_.exchange(0);
    if (lost == 0) return;
    Event event;
    event.at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    event.count = lost;
    event.text = absl::StrFormat(
        "%d events were dropped: they came faster than they could be written", lost);
    for_each([&](Slot& slot) { slot.sink->on_event(event); });
  }

  const std::shared_ptr<NameSource> names_;
  const Callbacks callbacks_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::atomic<std::uint64_t> in_hand_{0};  ///< The record that the sinks are writing now.
  std::atomic<std::uint64_t> lost_events_{0};
  std::atomic<bool> reopen_wanted_{false};
  std::atomic<bool> failed_{false};
  /// The default until finish() sets it, before it closes the channel; read once that is closed and
  /// empty.
  Summary summary_{StopReason::kFault, std::make_shared<const Snapshot>(), 0};
};

SinkRunner::SinkRunner(std::vector<NamedSink> sinks, std::shared_ptr<NameSource> names,
                       std::size_t capacity, Callbacks callbacks)
    : state_(std::make_shared<State>(std::move(sinks), std::move(names), capacity,
                                     std::move(callbacks))) {}

SinkRunner::~SinkRunner() {
  state_->channel.close();
  state_->thread.wait_until_done();
}

absl::Status SinkRunner::start(const RunInfo& run) { return state_->start(run); }
bool SinkRunner::reserve() { return state_->channel.reserve(); }
bool SinkRunner::wait_and_reserve() { return state_->channel.wait_and_reserve(); }
void SinkRunner::push(Path path) { state_->channel.push(std::move(path)); }
void SinkRunner::push(const Event& event) { state_->push(event); }
void SinkRunner::reopen() { state_->reopen(); }
void SinkRunner::stop_waiting() { state_->channel.stop_waiting(); }
void SinkRunner::finish(const Summary& summary) { state_->finish(summary); }
bool SinkRunner::wait_until_done(Duration limit) { return state_->thread.wait_until_done(limit); }
void SinkRunner::give_up() { state_->give_up(); }
bool SinkRunner::failed() const { return state_->failed(); }

}  // namespace etr::output
