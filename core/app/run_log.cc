#include "app/run_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace etr::app {

namespace {

using Level = MessageLog::Level;

Level level_of(EventKind kind) {
  switch (kind) {
    case EventKind::kSendError:
    case EventKind::kRoundStretched:
    case EventKind::kFlowSkipped: return Level::kWarn;
    case EventKind::kLateReply:
    case EventKind::kDuplicateReply:
    case EventKind::kRejected: return Level::kDebug;
    case EventKind::kPathChange:
    case EventKind::kRouteChange:
    case EventKind::kNotice: break;
  }
  return Level::kInfo;
}

const char* text_of(StopReason reason) {
  switch (reason) {
    case StopReason::kFinished: return "all rounds done";
    case StopReason::kUser: return "the user quit";
    case StopReason::kSignal: return "a signal";
    case StopReason::kFault: break;
  }
  return "a fault";
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void RunLog::open(const RunInfo& run) {
  run_ = run;
  for (const TraceInfo& trace : run.traces) {
    log_.note(Level::kInfo,
              absl::StrFormat("target %s (%s): %s port %d, source ports %d-%d, up to TTL %d, a "
                              "round every %g s, timeout %g s",
                              trace.target, trace.destination.to_string(), trace.protocol,
                              trace.destination_port, run.first_source_port,
                              run.first_source_port + run.flows - 1, run.max_ttl,
                              seconds(run.round_interval), seconds(run.timeout)));
  }
}

void RunLog::write(const Path& path) {
  if (!log_.has_file()) return;  // No log was asked for, and there may be many records.
  if (seen_.insert(path.trace).second) {
    log_.note(Level::kInfo, absl::StrCat(target(path.trace), ": first record, source address ",
                                         path.source.to_string()));
  }
  log_.note(
      Level::kDebug,
      absl::StrFormat("%s: flow %d, source port %d, round %d: path %d (%s), %d hops, %s%s",
                      target(path.trace), path.flow, path.source_port, path.round, path.path_id,
                      path.path_hash, path.hops.size(), path.reached ? "reached" : "not reached",
                      path.complete ? "" : ", cut short"));
}

void RunLog::on_event(const Event& event) {
  std::string text;
  if (event.trace) absl::StrAppend(&text, target(event.trace), ": ");
  if (event.flow) absl::StrAppend(&text, "flow ", *event.flow, ": ");
  if (event.round) absl::StrAppend(&text, "round ", *event.round, ": ");
  if (event.ttl) absl::StrAppend(&text, "TTL ", int{*event.ttl}, ": ");
  absl::StrAppend(&text, std::string(to_string(event.kind)));
  if (event.address) absl::StrAppend(&text, ", ", event.address->to_string());
  if (event.rtt) absl::StrAppend(&text, ", ", 1e3 * seconds(*event.rtt), " ms");
  if (!event.text.empty()) absl::StrAppend(&text, ": ", event.text);
  if (event.count != 1) absl::StrAppend(&text, " (", event.count, " times)");
  const Level level = level_of(event.kind);
  if (headless_ && level == Level::kWarn) {
    log_.warn(text);
  } else {
    log_.note(level, text);
  }
}

void RunLog::close(const Summary& summary) {
  const Counters& counters = summary.snapshot->counters;
  log_.note(
      Level::kInfo,
      absl::StrFormat("ended after %.1f s, %s: %d records; probes sent %d, answered %d, late "
                      "%d, duplicate %d, rejected %d, not sent %d; packets dropped by the "
                      "capture %d",
                      seconds(summary.snapshot->elapsed), text_of(summary.reason), summary.records,
                      counters.probes_sent, counters.replies, counters.late, counters.duplicates,
                      counters.rejected, counters.send_errors, counters.capture_drops));
}

std::string RunLog::target(std::optional<std::uint32_t> trace) const {
  for (const TraceInfo& known : run_.traces) {
    if (trace == known.trace) return known.target;
  }
  return "?";
}

}  // namespace etr::app
