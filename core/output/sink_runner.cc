#include "output/sink_runner.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "output/channel.h"
#include "output/output_fault.h"
#include "output/output_thread.h"

namespace etr::output {
namespace {

/// Only wakes the thread.
struct SinkNudge {};
using SinkMessage = std::variant<RecordPtr, Event, SinkNudge>;

std::chrono::steady_clock::rep now_ticks() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

class SinkRunner::State : public std::enable_shared_from_this<State> {
 public:
  State(NamedSink named, std::shared_ptr<NameSource> names, SinkLimits limits, Callbacks callbacks)
      : channel(limits.capacity, limits.capacity),
        longest_call_(limits.longest_call),
        label_(std::move(named.label)),
        names_(std::move(names)),
        callbacks_(std::move(callbacks)),
        sink_(std::move(named.sink)) {}

  absl::Status start(const RunInfo& run) {
    return thread.start("etr-sink", [self = shared_from_this(), run] { self->run(run); });
  }

  bool has_room(std::size_t promised) { return hangs_ || channel.has_room(promised); }

  void push(const RecordPtr& record) {
    const bool taken = hangs_ ? channel.push_if_room(record) : channel.push(record);
    if (!taken) ++not_written_;
  }

  void push(const Event& event) {
    if (!channel.push_extra(event)) ++lost_events_;
  }

  void watch() {
    const auto since = in_call_since_.load();
    if (hangs_ || since == 0) return;
    const std::chrono::steady_clock::duration in_call(now_ticks() - since);
    if (in_call < longest_call_) return;
    hangs_ = true;
    if (in_call_since_ != since) hangs_ = false;  // It has returned meanwhile.
    if (!hangs_) return;
    callbacks_.report(
        absl::StrFormat("%s: has not returned for %d s: what it cannot take is dropped", label_,
                        std::chrono::duration_cast<std::chrono::seconds>(longest_call_).count()));
    callbacks_.room();
  }

  void finish(const Summary& summary) {
    summary_ = summary;
    channel.close();
  }

  void give_up() {
    if (!thread.wait_until_done(Duration::zero())) {
      thread.abandon();
      stuck_ = true;
    }
    const std::uint64_t count = not_written();
    if (count == 0 || closed_pipe_) return;
    failed_ = true;
    callbacks_.report(
        absl::StrFormat("%s: %d record%s not written", label_, count, count == 1 ? "" : "s"));
  }

  std::uint64_t not_written() const { return not_written_ + channel.size() + unflushed_; }

  void reopen() {
    reopen_wanted_ = true;
    channel.push_extra(SinkNudge{});  // if refused, queued items wake the thread
  }

  bool failed() const { return failed_; }
  bool stuck() const { return stuck_; }
  bool hangs() const { return hangs_; }

  Channel<SinkMessage> channel;
  OutputThread thread;

 private:
  /// Calls the sink, so that watch() knows since when.
  template <class Call>
  auto call(Call call) {
    struct InCall {
      explicit InCall(State& state) : state_(state) { state_.in_call_since_ = now_ticks(); }
      ~InCall() {
        state_.in_call_since_ = 0;
        state_.hangs_ = false;
      }
      State& state_;
    };
    const InCall in_call(*this);
    return call();
  }

  void run(const RunInfo& run) {
    absl::Status opened;
    try {
      on_standard_output_ = call([&] { return sink_->uses_standard_output(); });
      call([&] { sink_->open(run); });
    } catch (const std::exception& error) {
      opened = absl::UnavailableError(describe_fault(label_, error));
      drop();
    }
    const bool is_open = opened.ok();
    thread.opened(std::move(opened));
    if (is_open) attempt_loop();
  }

  void attempt_loop() {
    try {
      loop();
    } catch (const std::exception& error) {
      if (!thread.is_abandoned()) report(error);
      drop();
    }
  }

  void loop() {
    while (true) {
      auto popped = channel.try_pop();
      if (!popped.item) {
        report_lost_events();
        flush();
        popped = channel.pop();
        if (!popped.item) break;
      }
      if (popped.room_wanted) callbacks_.room();
      if (reopen_wanted_.exchange(false)) call([&] { sink_->reopen(); });
      deliver(std::move(*popped.item));
      if (thread.is_abandoned()) return;
    }
    call([&] { sink_->close(summary_); });
    sink_.reset();
  }

  void deliver(SinkMessage message) {
    if (const auto* const record = std::get_if<RecordPtr>(&message)) {
      ++unflushed_;
      call([&] { sink_->write((*record)->read(*names_)); });
    } else if (const auto* const event = std::get_if<Event>(&message)) {
      call([&] { sink_->on_event(*event); });
    }
  }

  void flush() {
    call([&] { sink_->flush(); });
    unflushed_ = 0;
  }

  void report(const std::exception& error) {
    closed_pipe_ = on_standard_output_ && is_closed_pipe(error);
    if (closed_pipe_) {
      callbacks_.closed_pipe();
    } else {
      callbacks_.report(describe_fault(label_, error));
    }
  }

  /// The sink is no longer used: what is and will be queued counts as not written.
  void drop() {
    failed_ = true;
    const bool room_wanted = channel.close();
    for (auto popped = channel.try_pop(); popped.item; popped = channel.try_pop()) {
      not_written_ += std::holds_alternative<RecordPtr>(*popped.item) ? 1U : 0U;
    }
    sink_.reset();
    if (room_wanted && !thread.is_abandoned()) callbacks_.room();
  }

  void report_lost_events() {
    const std::uint64_t lost = lost_events_.exchange(0);
    if (lost == 0) return;
    Event event;
    event.at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    event.count = lost;
    event.text = absl::StrFormat(
        "%d events were dropped: they came faster than they could be written", lost);
    call([&] { sink_->on_event(event); });
  }

  const Duration longest_call_;
  const std::string label_;
  const std::shared_ptr<NameSource> names_;
  const Callbacks callbacks_;
  std::atomic<std::uint64_t> not_written_{0};  ///< Of records that left the queue, or never got in.
  std::atomic<std::uint64_t> unflushed_{0};    ///< Handed to the sink since it was last flushed.
  std::atomic<std::uint64_t> lost_events_{0};
  std::atomic<bool> reopen_wanted_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> hangs_{false};  ///< Has been in one call for too long.
  std::atomic<bool> closed_pipe_{false};
  std::atomic<std::chrono::steady_clock::rep> in_call_since_{0};  ///< 0: in none.
  bool stuck_ = false;                                            ///< Main thread.
  /// The default until finish() sets it, before it closes the channel; read once that is closed and
  /// empty.
  Summary summary_{StopReason::kFault, std::make_shared<const Snapshot>(), 0};

  // Used by the sink's thread only.
  std::unique_ptr<Sink> sink_;  ///< Null once it failed or was closed.
  bool on_standard_output_ = false;
};

SinkRunner::SinkRunner(NamedSink sink, std::shared_ptr<NameSource> names, SinkLimits limits,
                       Callbacks callbacks)
    : state_(std::make_shared<State>(std::move(sink), std::move(names), limits,
                                     std::move(callbacks))) {}

SinkRunner::~SinkRunner() {
  state_->channel.close();
  state_->thread.wait_until_done();
}

absl::Status SinkRunner::start(const RunInfo& run) { return state_->start(run); }
bool SinkRunner::has_room(std::size_t promised) { return state_->has_room(promised); }
bool SinkRunner::wait_for_room(std::size_t promised) {
  return state_->channel.wait_for_room(promised);
}
void SinkRunner::push(const RecordPtr& record) { state_->push(record); }
void SinkRunner::push(const Event& event) { state_->push(event); }
void SinkRunner::watch() { state_->watch(); }
void SinkRunner::reopen() { state_->reopen(); }
void SinkRunner::stop_waiting() { state_->channel.stop_waiting(); }
void SinkRunner::finish(const Summary& summary) { state_->finish(summary); }
bool SinkRunner::wait_until_done(Duration limit) { return state_->thread.wait_until_done(limit); }
void SinkRunner::give_up() { state_->give_up(); }
bool SinkRunner::stuck() const { return state_->stuck(); }
bool SinkRunner::hangs() const { return state_->hangs(); }
bool SinkRunner::failed() const { return state_->failed(); }
std::uint64_t SinkRunner::not_written() const { return state_->not_written(); }

}  // namespace etr::output
