// Writes records of every kind with the ndjson sink, for record_schema_test.py, and the header of
// the csv sink: write_samples NDJSON-FILE CSV-FILE.
#include <string>

#include "csv_sink.h"
#include "ndjson_sink.h"
#include "support/sample_records.h"

namespace {

using etr::test::address;
using etr::test::sample_path;

void write_paths(etr::Sink& sink) {
  sink.write(sample_path());

  etr::Path every_kind = sample_path();
  every_kind.hops.clear();
  for (int kind = 0; kind <= static_cast<int>(etr::ReplyKind::kOther); ++kind) {
    etr::Hop hop = etr::test::answered_hop(static_cast<std::uint8_t>(kind + 1), "2001:db8::1",
                                           etr::Duration(1'000'000));
    hop.reply->kind = static_cast<etr::ReplyKind>(kind);
    hop.hop_class = static_cast<etr::HopClass>(kind % 5);
    every_kind.hops.push_back(hop);
  }
  every_kind.hops[2].reply->mtu = 1400;
  every_kind.hops[3].reply->rewritten = true;
  every_kind.hops[4].reply->user_clock = true;
  every_kind.hops[6].reply->rtt.reset();
  sink.write(every_kind);

  etr::Path nothing_came = sample_path();
  nothing_came.reached = false;
  nothing_came.complete = false;
  nothing_came.blocked = etr::Blocked{4, address("192.0.2.7"), 3, 13};
  nothing_came.hops.clear();
  for (const auto verdict : {etr::Verdict::kLost, etr::Verdict::kSendFailed, etr::Verdict::kCut}) {
    etr::Hop hop = etr::test::lost_hop(static_cast<std::uint8_t>(nothing_came.hops.size() + 1));
    hop.verdict = verdict;
    if (verdict == etr::Verdict::kSendFailed) hop.sent_at = {};
    if (verdict == etr::Verdict::kLost) hop.asked = 3;
    nothing_came.hops.push_back(hop);
  }
  sink.write(nothing_came);
}

void write_events(etr::Sink& sink) {
  for (int kind = 0; kind <= static_cast<int>(etr::EventKind::kNotice); ++kind) {
    etr::Event event;
    event.kind = static_cast<etr::EventKind>(kind);
    event.at = etr::test::sample_time(kind);
    sink.on_event(event);
    event.trace = 0;
    event.flow = 1;
    event.round = 2;
    event.ttl = 3;
    event.address = address("192.0.2.2");
    event.rtt = etr::Duration(1);
    event.change = etr::PathChange{
        1, 2, "845425ea", "6ceacc8b", 3, 4, {{3, address("192.0.2.3"), {}}}, 2, 1.4};
    event.text = "text";
    sink.on_event(event);
  }
}

}  // namespace

int main(int /*argc*/, char** argv) {
  NdjsonSink::Options ndjson_options;
  ndjson_options.path = argv[1];
  ndjson_options.events = true;
  NdjsonSink ndjson(ndjson_options);
  ndjson.open(etr::test::sample_run());
  write_paths(ndjson);
  write_events(ndjson);
  ndjson.close(etr::test::sample_summary());

  CsvSink::Options csv_options;
  csv_options.path = argv[2];
  CsvSink csv(csv_options);
  csv.open(etr::test::sample_run());
  csv.close(etr::test::sample_summary());
  return 0;
}
