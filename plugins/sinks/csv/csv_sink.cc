#include "csv_sink.h"

#include <algorithm>
#include <optional>

#include "etr/text.h"

namespace {

constexpr std::size_t kBatchSize = std::size_t{64} << 10U;
constexpr std::string_view kEndOfRow = "\r\n";
constexpr std::string_view kHeader =
    "trace,target,probe_id,probe_num,started,timestamp,protocol,source_ip,source_port,"
    "destination_ip,destination_port,destination_ptr,path_hash,path_id,reached_dest,complete,"
    "ttl,ip,ptr,verdict,class,sent_at,recv_time,rtt_ns,kind,icmp_type,icmp_code,reply_ttl,"
    "quoted_ttl,mtu,mpls,asked\r\n";

/// A field of arbitrary text. Made printable, so that a row is one line; text that a spreadsheet
/// would run as a formula gets an apostrophe before it.
std::string field(std::string_view text) {
  std::string clean = etr::printable(text);
  if (!clean.empty() && std::string_view("=+-@").find(clean[0]) != std::string_view::npos) {
    clean.insert(0, "'");
  }
  if (clean.find_first_of(",\"") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char c : clean) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string time(etr::Timestamp value) {
  return value == etr::Timestamp{} ? std::string() : etr::to_rfc3339(value);
}

const char* boolean(bool value) { return value ? "true" : "false"; }

/// "label:tc:bottom:ttl", entries separated by a space, top first.
std::string mpls(const std::vector<etr::MplsLabel>& stack) {
  std::string text;
  for (const etr::MplsLabel& entry : stack) {
    if (!text.empty()) text += ' ';
    text += std::to_string(entry.label) + ':' + std::to_string(entry.traffic_class) + ':' +
            (entry.bottom ? '1' : '0') + ':' + std::to_string(entry.ttl);
  }
  return text;
}

}  // namespace

CsvSink::CsvSink(const Options& options) : options_(options), file_(options.path) {}

void CsvSink::open(const etr::RunInfo& run) {
  run_ = run;
  file_.open(etr::RecordFile::Mode::kAppend);
}

/// Before the first row. Until then the file is as it was: the run may not begin after all.
void CsvSink::begin_file() {
  if (begun_) return;
  begun_ = true;
  if (!options_.append && !file_.empty()) {
    file_.close();
    file_.open(etr::RecordFile::Mode::kTruncate);
  }
  write_header();
}

void CsvSink::write_header() {
  if (options_.header && file_.empty()) rows_ += kHeader;
}

void CsvSink::write(const etr::Path& path) {
  begin_file();
  const auto trace =
      std::find_if(run_.traces.begin(), run_.traces.end(),
                   [&](const etr::TraceInfo& info) { return info.trace == path.trace; });
  std::string front = std::to_string(path.trace) + ',' +
                      (trace == run_.traces.end() ? std::string() : field(trace->target));
  const auto add = [&](const std::string& value) {
    front += ',';
    front += value;
  };
  add(std::to_string(path.flow));
  add(std::to_string(path.round));
  add(time(path.started));
  add(time(path.finished));
  add(field(path.protocol));
  add(path.source.to_string());
  add(std::to_string(path.source_port));
  add(path.destination.to_string());
  add(std::to_string(path.destination_port));
  add(field(path.destination_name));
  add(path.path_hash);
  add(std::to_string(path.path_id));
  add(boolean(path.reached));
  add(boolean(path.complete));
  for (const etr::Hop& hop : path.hops) write_hop(front, hop);
  if (rows_.size() >= kBatchSize) flush();
}

void CsvSink::write_hop(const std::string& front, const etr::Hop& hop) {
  rows_ += front;
  const auto add = [&](std::string_view value) {
    rows_ += ',';
    rows_ += value;
  };
  add(std::to_string(hop.ttl));
  const bool answered = hop.reply.has_value();
  add(answered ? hop.reply->source.to_string() : std::string());
  add(answered ? field(hop.name) : std::string());
  add(to_string(hop.verdict));
  add(to_string(hop.hop_class));
  add(time(hop.sent_at));
  if (answered) {
    const etr::Reply& reply = *hop.reply;
    const bool icmp = is_icmp(reply.kind);
    add(time(reply.received_at));
    add(reply.rtt ? std::to_string(reply.rtt->count()) : std::string());
    add(to_string(reply.kind));
    add(icmp ? std::to_string(reply.icmp_type) : std::string());
    add(icmp ? std::to_string(reply.icmp_code) : std::string());
    add(std::to_string(reply.ttl));
    add(reply.quoted_ttl ? std::to_string(*reply.quoted_ttl) : std::string());
    add(reply.mtu ? std::to_string(*reply.mtu) : std::string());
    add(mpls(reply.mpls));
  } else {
    rows_ += ",,,,,,,,,";
  }
  add(std::to_string(hop.asked));
  rows_ += kEndOfRow;
}

void CsvSink::flush() {
  if (rows_.empty()) return;
  file_.write(rows_);
  rows_.clear();
}

void CsvSink::reopen() {
  flush();
  file_.reopen();
  if (begun_) write_header();
}

void CsvSink::close(const etr::Summary& summary) {
  // A table without rows has its header, too.
  const bool ran = summary.reason != etr::StopReason::kFault;
  if (ran && file_.is_open() && file_.empty()) begin_file();
  flush();
  file_.close();
}
