#include "output/output.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "etr/text.h"

namespace etr::output {

Output::Output(OutputOptions options, std::vector<NamedSink> sinks, std::optional<NamedView> view,
               std::shared_ptr<NameSource> names, OutputCallbacks callbacks)
    : options_(options), names_(std::move(names)), callbacks_(std::move(callbacks)) {
  const auto closed_pipe = [this] {
    closed_pipe_ = true;
    callbacks_.closed_pipe();
  };
  if (view) {
    view_.emplace(std::move(*view), names_, options.capacity, options.snapshot_interval,
                  ViewRunner::Callbacks{callbacks_.report, callbacks_.command,
                                        callbacks_.stop_process, closed_pipe});
  }
  for (NamedSink& sink : sinks) {
    sinks_.push_back(std::make_unique<SinkRunner>(
        std::move(sink), names_, SinkLimits{options.capacity, options.longest_call},
        SinkRunner::Callbacks{[this](const std::string& text) { report_sink(text); },
                              callbacks_.room, closed_pipe}));
  }
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
  for (const auto& sink : sinks_) {
    if (absl::Status status = sink->start(run); !status.ok()) return status;
  }
  return view_ ? view_->start(run) : absl::OkStatus();
}

bool Output::reserve() {
  for (const auto& sink : sinks_) {
    const bool room =
        options_.virtual_clock ? sink->wait_for_room(promised_) : sink->has_room(promised_);
    if (!room) return false;
  }
  if (view_ && options_.virtual_clock) view_->wait_for_room(promised_);
  ++promised_;
  return true;
}

void Output::on_path(Path path) {
  --promised_;
  const RecordPtr record = std::make_shared<Record>(std::move(path));
  if (view_ && options_.virtual_clock) {
    view_->push_always(record);
  } else if (view_) {
    view_->push(record);
  }
  for (const auto& sink : sinks_) sink->push(record);
}

void Output::on_event(Event event) {
  if (view_) view_->push(event);
  for (const auto& sink : sinks_) sink->push(event);
}

void Output::on_responder(const IpAddress& address) { names_->request(address); }

bool Output::wants_snapshot() const { return view_ && view_->wants_snapshot(); }

void Output::on_snapshot(std::shared_ptr<const Snapshot> snapshot) {
  if (view_) view_->push(std::move(snapshot));
}

void Output::reopen() {
  for (const auto& sink : sinks_) sink->reopen();
}

void Output::resize() {
  if (view_) view_->resize();
}

void Output::suspend() {
  if (view_) view_->suspend();
}

void Output::stop_waiting() {
  for (const auto& sink : sinks_) sink->stop_waiting();
  if (view_) view_->stop_waiting();
}

void Output::watch() {
  for (const auto& sink : sinks_) sink->watch();
}

void Output::finish(const Summary& summary) {
  for (const auto& sink : sinks_) sink->finish(summary);
  if (view_) view_->finish(summary);
}

bool Output::wait_until_done(Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto left = [&] {
    return std::max<Duration>(Duration::zero(), end - std::chrono::steady_clock::now());
  };
  bool done = true;
  for (const auto& sink : sinks_) done = sink->wait_until_done(left()) && done;
  return (!view_ || view_->wait_until_done(left())) && done;
}

bool Output::only_hanging() {
  bool hanging = false;
  for (const auto& sink : sinks_) {
    if (sink->wait_until_done(Duration::zero())) continue;
    if (!sink->hangs()) return false;
    hanging = true;
  }
  return hanging && (!view_ || view_->wait_until_done(Duration::zero()));
}

void Output::give_up() {
  for (const auto& sink : sinks_) {
    sink->give_up();
    stuck_ = stuck_ || sink->stuck();
  }
  if (view_ && !view_->wait_until_done(Duration::zero())) {
    view_->give_up();
    stuck_ = true;
  }
}

bool Output::failed() const {
  const bool sink_failed =
      std::any_of(sinks_.begin(), sinks_.end(), [](const auto& sink) { return sink->failed(); });
  return sink_failed || (view_ && view_->failed());
}

}  // namespace etr::output
