#include "plugin/conformance/samples.h"

#include <chrono>
#include <string>

namespace etr::plugin {
namespace {

using namespace std::chrono_literals;

constexpr int kHops = 12;
const Timestamp kStart{1'700'000'000s};

bool is_ipv4(std::uint32_t flow) { return flow % 2 == 0; }

IpAddress address(std::uint32_t flow, int number) {
  return *IpAddress::parse((is_ipv4(flow) ? "192.0.2." : "2001:db8::") + std::to_string(number));
}

std::string name(int ttl) {
  switch (ttl) {
    case 1: return "";
    case 2: return "plain.example.net";
    case 3: return std::string(255, 'x');
    case 4: return "\"quoted\",comma\\back\tslash.example";
    case 5: return "\xe4\xb8\xad\xe6\x96\x87.example";  // Wide characters.
    case 6:
      return "a\xcc\x81\xcc\x81\xe2\x80\xae"
             "evil.example";  // Combining, right to left.
    case 7: return "<b>&amp;</b>";
    default: return "=cmd()|'/c calc'!A0";
  }
}

Hop sample_hop(std::uint32_t flow, int ttl) {
  Hop hop;
  hop.ttl = static_cast<std::uint8_t>(ttl);
  hop.sent_at = kStart + ttl * 10ms;
  hop.verdict = ttl == 8 ? Verdict::kLost : ttl == 9 ? Verdict::kSendFailed : Verdict::kAnswered;
  hop.hop_class = ttl == 8 ? HopClass::kSilent : HopClass::kAnswering;
  if (hop.verdict != Verdict::kAnswered) return hop;
  hop.name = name(ttl);
  Reply& reply = hop.reply.emplace();
  reply.source = address(flow, ttl);
  reply.kind = ttl == kHops ? ReplyKind::kSynAck : ReplyKind::kTimeExceeded;
  reply.icmp_type = is_ipv4(flow) ? 11 : 3;
  if (ttl != 10) reply.rtt = ttl * 1234567ns;
  reply.received_at = hop.sent_at + ttl * 1234567ns;
  reply.ttl = static_cast<std::uint8_t>(64 - ttl);
  if (ttl != kHops) reply.quoted_ttl = 1;
  if (ttl == 3) reply.mpls = {{16000, 0, false, 1}, {1048575, 7, true, 255}};
  return hop;
}

}  // namespace

RunInfo sample_run() {
  RunInfo run;
  run.version = "0.0.0";
  run.hostname = "vantage.example";
  run.started = kStart;
  for (std::uint32_t trace = 0; trace < 2; ++trace) {
    run.traces.push_back(
        {trace, trace == 0 ? "four.example" : "six.example", address(trace, kHops), 443, "TCP"});
  }
  run.flows = 8;
  run.first_source_port = 50000;
  run.max_ttl = 30;
  run.round_interval = 2s;
  run.timeout = 1s;
  run.rate = 300;
  run.prober = "tcp-syn";
  run.hasher = "crc32";
  return run;
}

Path sample_path(std::uint32_t flow, std::uint64_t round) {
  Path path;
  path.trace = flow % 2;
  path.flow = flow;
  path.round = round;
  path.protocol = "TCP";
  path.source = address(flow, 200);
  path.destination = address(flow, kHops);
  path.source_port = static_cast<std::uint16_t>(50000 + flow);
  path.destination_port = 443;
  path.destination_name = name(4);
  path.path_id = flow + 1;
  path.path_hash = "845425ea";
  path.reached = true;
  path.complete = round % 5 != 4;
  path.started = kStart + round * 2s;
  path.finished = path.started + 300ms;
  for (int ttl = 1; ttl <= kHops; ++ttl) path.hops.push_back(sample_hop(flow, ttl));
  if (!path.complete) path.hops.back() = Hop{kHops, Verdict::kCut, 1, path.started, {}, {}, {}};
  if (round % 7 == 6) path.blocked = Blocked{5, address(flow, 5), 3, 13};
  return path;
}

std::vector<Event> sample_events() {
  std::vector<Event> events;
  for (const EventKind kind :
       {EventKind::kPathChange, EventKind::kLateReply, EventKind::kDuplicateReply,
        EventKind::kSendError, EventKind::kRoundStretched, EventKind::kFlowSkipped,
        EventKind::kRejected, EventKind::kRouteChange, EventKind::kNotice}) {
    Event bare;
    bare.kind = kind;
    bare.at = kStart;
    events.push_back(bare);
    Event full = bare;
    full.trace = 0;
    full.flow = 3;
    full.round = 9;
    full.ttl = 4;
    full.address = address(0, 4);
    full.rtt = 2500us;
    full.change = PathChange{1,
                             2,
                             "845425ea",
                             "6ceacc8b",
                             3,
                             5,
                             {{3, address(0, 3), address(1, 3)}, {5, {}, address(1, 5)}},
                             2,
                             1.4};
    full.count = 17;
    full.text = "something happened at " + name(4);
    events.push_back(full);
  }
  return events;
}

namespace {

/// All flows of a trace on one path, with an example of whatever a graph may hold.
std::shared_ptr<const PathGraph> sample_graph(std::uint32_t trace, std::uint32_t flows) {
  auto graph = std::make_shared<PathGraph>();
  graph->trace = trace;
  graph->at = graph->judged_at = kStart + 60s;
  auto members = std::make_shared<std::vector<GraphFlow>>();
  for (std::uint32_t index = trace; index < flows; index += 2) {
    members->push_back({index, static_cast<std::uint16_t>(50000 + index)});
  }
  graph->flows = static_cast<std::uint32_t>(members->size());
  GraphPath path{trace + 1, "845425ea", {}, members, true, kHops, true, false, {}};
  for (std::uint32_t place = 0; place < kHops; ++place) {
    const auto ttl = static_cast<std::uint8_t>(place + 1);
    GraphVertex vertex;
    vertex.id = place + 1;
    vertex.ttl = ttl;
    if (ttl != 8) vertex.address = address(trace, ttl);
    vertex.flows = graph->flows;
    vertex.per_packet = ttl == 5;
    vertex.hop_class = ttl == 8 ? HopClass::kSilent : HopClass::kLossy;
    vertex.statistics.answered = ttl == 8 ? 0 : 28;
    vertex.statistics.lost = 30 - vertex.statistics.answered;
    if (ttl != 8) {
      vertex.statistics.rtt_samples = 28;
      vertex.statistics.rtt_mean_ns = 1e6 * ttl;
      vertex.statistics.rtt_best = vertex.statistics.rtt_worst = ttl * 1ms;
    }
    graph->vertices.push_back(vertex);
    GraphEdge edge;
    if (place > 0) edge.from = place - 1;
    edge.to = place;
    edge.flows = edge.samples = graph->flows;
    edge.share = 1;
    edge.share_interval = {0.5, 1};
    if (ttl == 8 || ttl == 9) edge.lossy_link = 0;
    graph->edges.push_back(edge);
    BranchPoint point{
        edge.from, ttl == 8 ? 0U : 1U, graph->flows, 0.9, 0.5, static_cast<BranchState>(ttl % 5)};
    graph->branch_points.push_back(point);
    path.vertices.emplace_back(place);
  }
  path.at_end = graph->vertices.back().statistics;
  graph->paths.push_back(path);
  const PresentLoss failed{1, {0.98, 1}};
  graph->lossy_links = {{{7, 8}, 0.07, {0.04, 0.12}, graph->flows, 400, 28, kStart + 30s, failed}};
  if (trace == 1) {
    graph->shared_loss = LossyLink{{0}, 0.02, {0.01, 0.04}, graph->flows, 400, 8, {}, {}};
  }
  return graph;
}

}  // namespace

std::shared_ptr<const Snapshot> sample_snapshot(std::uint32_t flows) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->at = kStart + 60s;
  snapshot->elapsed = 60s;
  snapshot->round_interval = 2s;
  for (std::uint32_t index = 0; index < flows; ++index) {
    auto flow = std::make_shared<FlowSnapshot>();
    flow->trace = index % 2;
    flow->flow = index;
    flow->source = address(index, 200);
    flow->source_port = static_cast<std::uint16_t>(50000 + index);
    flow->path_id = index + 1;
    flow->path_hash = "845425ea";
    flow->reached = index % 3 != 0;
    if (flow->reached) flow->distance = kHops;
    flow->rounds = 30;
    for (int ttl = 1; ttl <= kHops; ++ttl) {
      HopStats hop;
      hop.ttl = static_cast<std::uint8_t>(ttl);
      hop.sent = 30;
      hop.answered = ttl == 8 ? 0 : 28;
      hop.lost = 30 - hop.answered;
      hop.hop_class = ttl == 8 ? HopClass::kSilent : HopClass::kLossy;
      ResponderStats responder;
      responder.address = address(index, ttl);
      responder.received = hop.answered;
      responder.last = responder.best = responder.worst = ttl * 1ms;
      responder.mean_ns = 1e6 * ttl;
      if (ttl != 8) hop.responders.push_back(responder);
      flow->hops.push_back(hop);
    }
    snapshot->flows.push_back(std::move(flow));
  }
  for (const std::uint32_t trace : {0U, 1U}) {
    snapshot->graphs.push_back(sample_graph(trace, flows));
  }
  return snapshot;
}

Summary sample_summary() { return {StopReason::kUser, sample_snapshot(4), 80}; }

}  // namespace etr::plugin
