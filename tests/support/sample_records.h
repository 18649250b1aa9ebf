// Records for tests of their consumers: sinks, views, the output side.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "etr/event.h"
#include "etr/path.h"
#include "etr/run_info.h"
#include "etr/snapshot.h"
#include "support/address.h"

namespace etr::test {

/// 2026-01-02T03:04:05Z plus the given nanoseconds.
inline Timestamp sample_time(std::int64_t nanoseconds = 0) {
  return Timestamp(std::chrono::seconds(1767323045)) + Duration(nanoseconds);
}

inline RunInfo sample_run() {
  RunInfo run;
  run.version = "0.1.0";
  run.hostname = "vantage";
  run.started = sample_time();
  run.traces = {{0, "target.example", address("192.0.2.9"), 443, "TCP"}};
  run.flows = 5;
  run.first_source_port = 50000;
  run.max_ttl = 30;
  run.round_interval = std::chrono::seconds(2);
  run.timeout = std::chrono::seconds(1);
  run.rate = 300;
  run.prober = "tcp-syn";
  run.hasher = "crc32";
  return run;
}

inline Hop answered_hop(std::uint8_t ttl, const std::string& source, Duration rtt) {
  Hop hop;
  hop.ttl = ttl;
  hop.verdict = Verdict::kAnswered;
  hop.hop_class = HopClass::kAnswering;
  hop.sent_at = sample_time(1'000'000);
  Reply reply;
  reply.source = address(source);
  reply.kind = ReplyKind::kTimeExceeded;
  reply.icmp_type = 11;
  reply.rtt = rtt;
  reply.received_at = hop.sent_at + rtt;
  reply.ttl = 64;
  reply.quoted_ttl = 1;
  hop.reply = reply;
  return hop;
}

inline Hop lost_hop(std::uint8_t ttl) {
  Hop hop;
  hop.ttl = ttl;
  hop.verdict = Verdict::kLost;
  hop.hop_class = HopClass::kSilent;
  hop.sent_at = sample_time(2'000'000);
  return hop;
}

/// Three hops: a router with an MPLS label, silence, the destination's SYN-ACK.
inline Path sample_path() {
  Path path;
  path.flow = 2;
  path.round = 7;
  path.protocol = "TCP";
  path.source = address("192.0.2.1");
  path.destination = address("192.0.2.9");
  path.source_port = 50002;
  path.destination_port = 443;
  path.path_id = 1;
  path.path_hash = "845425ea";
  path.reached = true;
  path.started = sample_time(1'000'000);
  path.finished = sample_time(1'002'345'678);
  path.hops = {answered_hop(1, "192.0.2.2", Duration(1'234'567)), lost_hop(2),
               answered_hop(3, "192.0.2.9", Duration(20'000'400))};
  path.hops[0].name = "gw.example";
  path.hops[0].reply->mpls = {{16004, 0, true, 1}};
  Reply& last = *path.hops[2].reply;
  last.kind = ReplyKind::kSynAck;
  last.icmp_type = 0;
  last.quoted_ttl.reset();
  last.ttl = 61;
  return path;
}

inline Summary sample_summary() {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->at = sample_time(3'000'000'000);
  snapshot->elapsed = std::chrono::seconds(3);
  snapshot->counters.probes_sent = 21;
  snapshot->counters.replies = 14;
  return {StopReason::kUser, snapshot, 7};
}

}  // namespace etr::test
