#include "output/view_runner.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "base/mutex.h"
#include "base/wake_fd.h"
#include "output/channel.h"
#include "output/output_fault.h"
#include "output/output_thread.h"

namespace etr::output {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using ViewMessage = std::variant<RecordPtr, Event>;

/// A view that asks for 0, or for a time that has passed, is drawn about 60 times per second.
constexpr std::chrono::milliseconds kShortestRefresh{16};

/// Milliseconds for poll(), rounded up so that it does not wake just before the time.
int poll_timeout(std::optional<Duration> wait) {
  if (!wait) return -1;
  const auto whole =
      std::chrono::ceil<std::chrono::milliseconds>(std::max(*wait, Duration::zero()));
  return static_cast<int>(std::min<std::int64_t>(whole.count(), 60'000));
}

}  // namespace

class ViewRunner::State : public std::enable_shared_from_this<State> {
 public:
  State(NamedView named, std::shared_ptr<NameSource> names, std::size_t capacity,
        Duration snapshot_interval, Callbacks callbacks)
      : channel(capacity, capacity),
        label_("view '" + named.name + "'"),
        names_(std::move(names)),
        snapshot_interval_(snapshot_interval),
        callbacks_(std::move(callbacks)),
        view_(std::move(named.view)) {}

  absl::Status start(const RunInfo& run) {
    return thread.start("etr-view", [self = shared_from_this(), run] { self->run(run); });
  }

  void push(ViewMessage message) {
    if (!alive_) return;
    if (!channel.push_extra(std::move(message))) ++dropped_;
    wake_.wake();
  }

  void push_always(const RecordPtr& record) {
    channel.push(record);
    wake_.wake();
  }

  bool wants_snapshot() const {
    return alive_ && !snapshot_waits_ &&
           std::chrono::steady_clock::now().time_since_epoch().count() >= next_snapshot_;
  }

  void push(std::shared_ptr<const Snapshot> snapshot) {
    {
      const base::MutexLock lock(mutex_);
      news_ = std::move(snapshot);
    }
    snapshot_waits_ = true;
    next_snapshot_ =
        (std::chrono::steady_clock::now() + snapshot_interval_).time_since_epoch().count();
    wake_.wake();
  }

  void resize() {
    resize_wanted_ = true;
    wake_.wake();
  }
  void suspend() {
    suspend_wanted_ = true;
    wake_.wake();
  }

  void finish(const Summary& summary) {
    summary_ = summary;
    finish_at_last();
  }

  void finish_at_last() {
    channel.close();
    finishing_ = true;
    wake_.wake();
  }

  void give_up() {
    thread.abandon();
    failed_ = true;
    callbacks_.report(label_ + ": does not return: its last output is lost");
  }

  bool failed() const { return failed_; }

  Channel<ViewMessage> channel;
  OutputThread thread;

 private:
  void run(const RunInfo& run) {
    absl::Status opened;
    try {
      view_->open(run, *names_);
    } catch (const std::exception& error) {
      opened = absl::UnavailableError(describe_fault(label_, error));
      failed_ = true;
    }
    const bool is_open = opened.ok();
    thread.opened(std::move(opened));
    if (is_open) attempt_loop();
    alive_ = false;
    view_.reset();
    // Messages are no longer read; a producer on a virtual clock must not wait for room.
    channel.close();
  }

  void attempt_loop() {
    try {
      loop();
    } catch (const std::exception& error) {
      failed_ = true;
      if (thread.is_abandoned()) return;
      if (is_closed_pipe(error)) {
        callbacks_.closed_pipe();
      } else {
        callbacks_.report(describe_fault(label_, error));
      }
    }
  }

  void loop() {
    shown_ = std::make_shared<const Snapshot>();
    render();
    int input = view_->input_fd();
    while (true) {
      const bool finishing = finishing_;  // read before the channel: earlier items are shown
      deliver_messages();
      if (finishing) break;
      deliver_requests();
      take_snapshot();
      if (refresh_at_ && std::chrono::steady_clock::now() >= *refresh_at_) render();
      if (!wait_and_read(input)) input = -1;
    }
    view_->close(summary_);
  }

  void deliver_messages() {
    for (auto popped = channel.try_pop(); popped.item; popped = channel.try_pop()) {
      if (const auto* const record = std::get_if<RecordPtr>(&*popped.item)) {
        view_->on_path((*record)->read(*names_));
      } else {
        view_->on_event(std::get<Event>(*popped.item));
      }
    }
    if (const std::uint64_t dropped = dropped_.exchange(0); dropped != 0) {
      Event event;
      event.at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
      event.count = dropped;
      event.text = absl::StrFormat("%d paths or events were not shown", dropped);
      view_->on_event(event);
    }
  }

  void deliver_requests() {
    if (resize_wanted_.exchange(false)) {
      view_->on_resize();
      render();
    }
    if (suspend_wanted_.exchange(false)) stop_and_resume();
  }

  void stop_and_resume() {
    view_->suspend();
    callbacks_.stop_process();
    view_->resume();
    render();
  }

  void take_snapshot() {
    {
      const base::MutexLock lock(mutex_);
      if (news_ == nullptr) return;
      shown_ = std::exchange(news_, nullptr);
    }
    render();
    snapshot_waits_ = false;
  }

  void render() {
    view_->render(shown_);
    const std::optional<Duration> refresh = view_->next_refresh();
    refresh_at_ = std::nullopt;
    if (refresh) {
      refresh_at_ = std::chrono::steady_clock::now() +
                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::max<Duration>(*refresh, kShortestRefresh));
    }
  }

  /// False once the input descriptor is unusable.
  bool wait_and_read(int input) {
    std::optional<Duration> wait;
    if (refresh_at_) wait = *refresh_at_ - std::chrono::steady_clock::now();
    std::array<pollfd, 2> watched{pollfd{wake_.fd(), POLLIN, 0}, pollfd{input, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), poll_timeout(wait)) <= 0) return true;
    if (watched[0].revents != 0) wake_.clear();
    if (input < 0 || watched[1].revents == 0) return true;
    for (Command command = view_->on_input(); command.kind != Command::Kind::kNone;
         command = view_->on_input()) {
      obey(command);
    }
    // A terminal that hung up stays readable forever.
    return (watched[1].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
  }

  void obey(const Command& command) {
    switch (command.kind) {
      case Command::Kind::kNone: break;
      case Command::Kind::kRedraw: render(); break;
      case Command::Kind::kSuspend: stop_and_resume(); break;
      default: callbacks_.command(command);
    }
  }

  const std::string label_;
  const std::shared_ptr<NameSource> names_;
  const Duration snapshot_interval_;
  const Callbacks callbacks_;
  base::WakeFd wake_;
  std::atomic<bool> alive_{true};
  std::atomic<bool> snapshot_waits_{false};  ///< The view has not drawn the last one yet.
  std::atomic<std::chrono::steady_clock::rep> next_snapshot_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<bool> resize_wanted_{false};
  std::atomic<bool> suspend_wanted_{false};
  std::atomic<bool> finishing_{false};
  std::atomic<bool> failed_{false};

  // Used by the view's thread only.
  std::unique_ptr<View> view_;
  std::shared_ptr<const Snapshot> shown_;
  std::optional<SteadyTime> refresh_at_;

  base::Mutex mutex_;  // no record goes through what it guards
  std::shared_ptr<const Snapshot> news_ ETR_GUARDED_BY(mutex_);

  /// The default until finish() sets it, before it sets finishing_; read once that is seen.
  Summary summary_{StopReason::kFault, std::make_shared<const Snapshot>(), 0};
};

ViewRunner::ViewRunner(NamedView view, std::shared_ptr<NameSource> names, std::size_t capacity,
                       Duration snapshot_interval, Callbacks callbacks)
    : state_(std::make_shared<State>(std::move(view), std::move(names), capacity, snapshot_interval,
                                     std::move(callbacks))) {}

ViewRunner::~ViewRunner() {
  state_->finish_at_last();
  state_->thread.wait_until_done();
}

absl::Status ViewRunner::start(const RunInfo& run) { return state_->start(run); }
bool ViewRunner::wait_for_room(std::size_t promised) {
  return state_->channel.wait_for_room(promised);
}
void ViewRunner::push_always(const RecordPtr& record) { state_->push_always(record); }
void ViewRunner::push(const RecordPtr& record) { state_->push(record); }
void ViewRunner::push(const Event& event) { state_->push(event); }
bool ViewRunner::wants_snapshot() const { return state_->wants_snapshot(); }
void ViewRunner::push(std::shared_ptr<const Snapshot> snapshot) {
  state_->push(std::move(snapshot));
}
void ViewRunner::resize() { state_->resize(); }
void ViewRunner::suspend() { state_->suspend(); }
void ViewRunner::stop_waiting() { state_->channel.stop_waiting(); }
void ViewRunner::finish(const Summary& summary) { state_->finish(summary); }
bool ViewRunner::wait_until_done(Duration limit) { return state_->thread.wait_until_done(limit); }
void ViewRunner::give_up() { state_->give_up(); }
bool ViewRunner::failed() const { return state_->failed(); }

}  // namespace etr::output
