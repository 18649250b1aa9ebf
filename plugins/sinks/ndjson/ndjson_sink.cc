#include "ndjson_sink.h"

#include <algorithm>
#include <chrono>

namespace {

/// Incremented with any change that could break a reader.
constexpr std::uint64_t kFormatVersion = 1;
/// Lines are buffered up to this size before they are written, unless the sink is told to flush.
constexpr std::size_t kBatchSize = std::size_t{64} << 10U;
/// What Go writes for a time that is not set; etr's readers know it.
constexpr std::string_view kNoTime = "0001-01-01T00:00:00Z";

std::string_view to_string(etr::StopReason reason) {
  switch (reason) {
    case etr::StopReason::kFinished: return "finished";
    case etr::StopReason::kUser: return "user";
    case etr::StopReason::kSignal: return "signal";
    case etr::StopReason::kFault: break;
  }
  return "fault";
}

/// An answer whose RTT was not measured has 0 here and null in rtt_ns.
std::uint64_t rounded_microseconds(std::optional<etr::Duration> rtt) {
  if (!rtt || rtt->count() < 0) return 0;
  return (static_cast<std::uint64_t>(rtt->count()) + 500) / 1000;
}

void write_mpls(JsonWriter& json, const std::vector<etr::MplsLabel>& stack) {
  json.begin_array("mpls");
  for (const etr::MplsLabel& entry : stack) {
    json.begin_object();
    json.number("label", entry.label);
    json.number("tc", entry.traffic_class);
    json.boolean("bottom", entry.bottom);
    json.number("ttl", entry.ttl);
    json.end_object();
  }
  json.end_array();
}

/// Empty if it is unknown.
void write_address(JsonWriter& json, std::string_view key,
                   const std::optional<etr::IpAddress>& address) {
  if (address) return json.address(key, *address);
  json.symbol(key, "");
}

}  // namespace

NdjsonSink::NdjsonSink(const Options& options) : options_(options), file_(options.path) {}

void NdjsonSink::open(const etr::RunInfo& run) {
  run_ = run;
  file_.open(etr::RecordFile::Mode::kAppend);
}

/// Before the first line. Until then the file is as it was: the run may not begin after all.
void NdjsonSink::begin_file() {
  if (begun_) return;
  begun_ = true;
  if (!options_.append && !file_.empty()) {
    file_.close();
    file_.open(etr::RecordFile::Mode::kTruncate);
  }
  if (options_.events) write_run();
}

void NdjsonSink::write(const etr::Path& path) {
  begin_file();
  json_.begin_object();
  // The Go etr's keys, in its order.
  json_.number("probe_id", path.flow);
  json_.number("probe_num", path.round);
  json_.symbol("path_hash", path.path_hash);
  json_.address("source_ip", path.source);
  json_.number("source_port", path.source_port);
  json_.address("destination_ip", path.destination);
  json_.number("destination_port", path.destination_port);
  json_.text("destination_ptr", path.destination_name);
  json_.text("protocol", path.protocol);
  json_.boolean("reached_dest", path.reached);
  json_.begin_array("hops");
  for (const etr::Hop& hop : path.hops) write_hop(hop);
  json_.end_array();
  json_.time("timestamp", path.finished);
  // The keys of this etr.
  json_.number("trace", path.trace);
  json_.text("target", target(path.trace));
  json_.time("started", path.started);
  json_.number("path_id", path.path_id);
  json_.symbol("path_knowledge", to_string(path.path_knowledge));
  json_.boolean("complete", path.complete);
  if (path.blocked) {
    json_.begin_object("blocked");
    json_.number("ttl", path.blocked->ttl);
    json_.address("ip", path.blocked->by);
    json_.number("icmp_type", path.blocked->icmp_type);
    json_.number("icmp_code", path.blocked->icmp_code);
    json_.end_object();
  } else {
    json_.null("blocked");
  }
  json_.end_object();
  end_line();
}

void NdjsonSink::write_hop(const etr::Hop& hop) {
  const etr::Reply* const reply = hop.reply ? &*hop.reply : nullptr;
  json_.begin_object();
  json_.number("ttl", hop.ttl);
  if (reply != nullptr) {
    json_.address("ip", reply->source);
    json_.number("rtt", rounded_microseconds(reply->rtt));
    json_.boolean("timeout", false);
    json_.text("ptr", hop.name);
    json_.time("recv_time", reply->received_at);
  } else {
    json_.symbol("ip", "");
    json_.number("rtt", 0);
    json_.boolean("timeout", true);
    json_.symbol("ptr", "");
    json_.symbol("recv_time", kNoTime);
  }
  json_.symbol("verdict", etr::to_string(hop.verdict));
  json_.symbol("class", etr::to_string(hop.hop_class));
  if (hop.sent_at == etr::Timestamp{}) {
    json_.null("sent_at");
  } else {
    json_.time("sent_at", hop.sent_at);
  }
  if (reply != nullptr) {
    if (reply->rtt) {
      json_.signed_number("rtt_ns", reply->rtt->count());
    } else {
      json_.null("rtt_ns");
    }
    json_.symbol("kind", etr::to_string(reply->kind));
    if (is_icmp(reply->kind)) {
      json_.number("icmp_type", reply->icmp_type);
      json_.number("icmp_code", reply->icmp_code);
    } else {
      json_.null("icmp_type");
      json_.null("icmp_code");
    }
    json_.number("reply_ttl", reply->ttl);
    json_.optional_number("quoted_ttl", reply->quoted_ttl);
    write_mpls(json_, reply->mpls);
    // Facts too rare for a key in every hop.
    if (reply->mtu) json_.number("mtu", *reply->mtu);
    if (reply->rewritten) json_.boolean("rewritten", true);
    if (reply->user_clock) json_.boolean("user_clock", true);
  } else {
    for (const char* const key :
         {"rtt_ns", "kind", "icmp_type", "icmp_code", "reply_ttl", "quoted_ttl"}) {
      json_.null(key);
    }
    json_.begin_array("mpls");
    json_.end_array();
  }
  if (hop.asked != 1) json_.number("asked", hop.asked);
  json_.end_object();
}

void NdjsonSink::write_run() {
  json_.begin_object();
  json_.symbol("type", "run");
  json_.number("format", kFormatVersion);
  json_.text("version", run_.version);
  json_.text("hostname", run_.hostname);
  json_.time("started", run_.started);
  json_.text("prober", run_.prober);
  json_.text("hasher", run_.hasher);
  json_.number("flows", run_.flows);
  json_.number("first_source_port", run_.first_source_port);
  json_.number("rounds", run_.rounds);
  json_.number("max_ttl", run_.max_ttl);
  json_.signed_number("round_interval_ns", run_.round_interval.count());
  json_.signed_number("timeout_ns", run_.timeout.count());
  json_.real("rate", run_.rate);
  json_.begin_array("traces");
  for (const etr::TraceInfo& trace : run_.traces) {
    json_.begin_object();
    json_.number("trace", trace.trace);
    json_.text("target", trace.target);
    json_.address("destination_ip", trace.destination);
    json_.number("destination_port", trace.destination_port);
    json_.text("protocol", trace.protocol);
    json_.end_object();
  }
  json_.end_array();
  json_.end_object();
  end_line();
}

void NdjsonSink::on_event(const etr::Event& event) {
  if (!options_.events) return;
  begin_file();
  json_.begin_object();
  json_.symbol("type", "event");
  json_.symbol("event", to_string(event.kind));
  json_.time("timestamp", event.at);
  if (event.trace) {
    json_.number("trace", *event.trace);
    json_.text("target", target(*event.trace));
  }
  if (event.flow) json_.number("probe_id", *event.flow);
  if (event.round) json_.number("probe_num", *event.round);
  if (event.ttl) json_.number("ttl", *event.ttl);
  if (event.address) json_.address("ip", *event.address);
  if (event.rtt) json_.signed_number("rtt_ns", event.rtt->count());
  if (event.change) {
    write_change(*event.change);
  }
  json_.number("count", event.count);
  json_.text("text", event.text);
  json_.end_object();
  end_line();
}

void NdjsonSink::write_change(const etr::PathChange& change) {
  json_.number("old_path_id", change.old_path_id);
  json_.number("new_path_id", change.new_path_id);
  json_.symbol("old_path_hash", change.old_path_hash);
  json_.symbol("new_path_hash", change.new_path_hash);
  json_.number("first_ttl", change.first_ttl);
  json_.number("last_ttl", change.last_ttl);
  json_.begin_array("changed_hops");
  for (const etr::HopChange& hop : change.hops) {
    json_.begin_object();
    json_.number("ttl", hop.ttl);
    write_address(json_, "old_ip", hop.old_address);
    write_address(json_, "new_ip", hop.new_address);
    json_.end_object();
  }
  json_.end_array();
  json_.number("flows", change.flows);
  if (change.per_second > 0) json_.real("changes_per_second", change.per_second);
}

void NdjsonSink::end_line() {
  json_.end_line();
  if (json_.written().size() >= kBatchSize) flush();
}

void NdjsonSink::flush() {
  if (json_.written().empty()) return;
  file_.write(json_.written());
  json_.clear();
}

void NdjsonSink::reopen() {
  flush();
  file_.reopen();
  if (options_.events && begun_ && file_.empty()) write_run();
}

void NdjsonSink::close(const etr::Summary& summary) {
  const bool ran = begun_ || summary.reason != etr::StopReason::kFault;
  if (options_.events && file_.is_open() && ran) {
    begin_file();
    json_.begin_object();
    json_.symbol("type", "summary");
    json_.time("timestamp", summary.snapshot->at);
    json_.symbol("reason", to_string(summary.reason));
    json_.signed_number("elapsed_ns", summary.snapshot->elapsed.count());
    json_.number("records", summary.records);
    const etr::Counters& counters = summary.snapshot->counters;
    json_.number("probes_sent", counters.probes_sent);
    json_.number("replies", counters.replies);
    json_.number("late", counters.late);
    json_.number("duplicates", counters.duplicates);
    json_.number("rejected", counters.rejected);
    json_.number("send_errors", counters.send_errors);
    json_.number("capture_drops", counters.capture_drops);
    json_.end_object();
    end_line();
  }
  flush();
  file_.close();
}

const std::string& NdjsonSink::target(std::uint32_t trace) const {
  static const std::string kUnknown;
  const auto found = std::find_if(run_.traces.begin(), run_.traces.end(),
                                  [&](const etr::TraceInfo& info) { return info.trace == trace; });
  return found == run_.traces.end() ? kUnknown : found->target;
}
