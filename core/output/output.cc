#include "output/output.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "etr/text.h"

namespace etr::output {

Output::Output(OutputOptions options, std::vector<NamedSink> sinks, std::optional<NamedView> view,
               std::shared_ptr<NameSource> names, OutputCallbacks callbacks)
    : options_(options),
      names_(std::move(names)),
      callbacks_(std::move(callbacks)),
      sinks_(std::move(sinks), names_, options.capacity,
             {[this](const std::string& text) { report_sink(text); }, callbacks_.room,
              [this] {
                closed_pipe_ = true;
                callbacks_.closed_pipe();
              }}) {
  if (!view) return;
  view_.emplace(
      std::move(*view), names_, options.capacity, options.snapshot_interval,
      ViewRunner::Callbacks{callbacks_.report, callbacks_.command, callbacks_.stop_process, [this] {
                              closed_pipe_ = true;
                              callbacks_.closed_pipe();
                            }});
}

Output::~Output() = default;

/// A sink that fails is an event in the view, too: the report is seen only when that has closed.
void Output::report_sink(const std::string& text) {
  callbacks_.report(text);
  if (!view_) return;
  Event event;
  event.at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  event.text = printable(text);
  view_->push(event);
}

absl::Status Output::start(const RunInfo& run) {
  for (const TraceInfo& trace : run.traces) names_->request(trace.destination);
  if (absl::Status status = sinks_.start(run); !status.ok()) return status;
  return view_ ? view_->start(run) : absl::OkStatus();
}

bool Output::reserve() {
  if (!options_.virtual_clock) return sinks_.reserve();
  if (!sinks_.wait_and_reserve()) return false;
  // Without a reservation the view may drop the path, which is correct once the view is closed.
  if (view_ && view_->wait_and_reserve()) ++view_reservations_;
  return true;
}

void Output::on_path(Path path) {
  if (view_ && view_reservations_ > 0) {
    --view_reservations_;
    view_->push_reserved(path);
  } else if (view_) {
    view_->push(path);
  }
  sinks_.push(std::move(path));
}

void Output::on_event(Event event) {
  if (view_) view_->push(event);
  sinks_.push(event);
}

void Output::on_responder(const IpAddress& address) { names_->request(address); }

bool Output::wants_snapshot() const { return view_ && view_->wants_snapshot(); }

void Output::on_snapshot(std::shared_ptr<const Snapshot> snapshot) {
  if (view_) view_->push(std::move(snapshot));
}

void Output::reopen() { sinks_.reopen(); }

void Output::resize() {
  if (view_) view_->resize();
}

void Output::suspend() {
  if (view_) view_->suspend();
}

void Output::stop_waiting() {
  sinks_.stop_waiting();
  if (view_) view_->stop_waiting();
}

void Output::finish(const Summary& summary) {
  sinks_.finish(summary);
  if (view_) view_->finish(summary);
}

bool Output::wait_until_done(Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto left = [&] {
    return std::max<Duration>(Duration::zero(), end - std::chrono::steady_clock::now());
  };
  const bool sinks_done = sinks_.wait_until_done(left());
  return (!view_ || view_->wait_until_done(left())) && sinks_done;
}

void Output::give_up() {
  if (!sinks_.wait_until_done(Duration::zero())) {
    sinks_.give_up();
    stuck_ = true;
  }
  if (view_ && !view_->wait_until_done(Duration::zero())) {
    view_->give_up();
    stuck_ = true;
  }
}

bool Output::failed() const { return sinks_.failed() || (view_ && view_->failed()); }

}  // namespace etr::output
