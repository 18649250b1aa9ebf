#include "tests/plugins/views/tui/sample_run.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>

#include "tests/support/graph_of.h"

namespace sample {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr etr::Timestamp kStart{seconds(1'790'000'000)};

/// Knuth's linear congruential generator: the same numbers on every platform.
class Dice {
 public:
  double next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
  }

 private:
  std::uint64_t state_ = 42;
};

/// One hop of the synthetic network, as one flow sees it.
struct Node {
  std::optional<etr::IpAddress> address;  ///< Empty: silent.
  double delay_ms = 1;
  double silence = 0;  ///< Share of replies that it withholds.
  double loss = 0;     ///< Share of probes lost up to here.
  bool destination = false;
  std::vector<etr::MplsLabel> mpls;
};

using Network = std::function<std::vector<Node>(std::uint32_t flow)>;

std::string digest(const std::vector<Node>& nodes) {
  std::uint32_t mixed = 2166136261U;
  for (const Node& node : nodes) {
    const std::string text = node.address ? node.address->to_string() : "*";
    for (const char octet : text) mixed = (mixed ^ static_cast<unsigned char>(octet)) * 16777619U;
  }
  std::string out;
  for (int shift = 28; shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[mixed >> static_cast<unsigned>(shift) & 0xfU];
  }
  return out;
}

void add_answer(etr::ResponderStats& stats, const etr::Reply& reply) {
  const etr::Duration rtt = *reply.rtt;
  const etr::Duration step{std::abs((rtt - stats.last).count())};
  ++stats.received;
  const auto count = static_cast<double>(stats.received);
  const double sample = static_cast<double>(rtt.count());
  const double off = sample - stats.mean_ns;
  const double before = stats.stddev_ns * stats.stddev_ns * std::max(0.0, count - 2);
  stats.mean_ns += off / count;
  if (count > 1) {
    stats.stddev_ns = std::sqrt((before + off * (sample - stats.mean_ns)) / (count - 1));
    stats.jitter_last = step;
    stats.jitter += (step - stats.jitter) / 16;
    stats.jitter_worst = std::max(stats.jitter_worst, step);
    stats.jitter_mean += (step - stats.jitter_mean) / static_cast<std::int64_t>(stats.received - 1);
  }
  stats.best = count > 1 ? std::min(stats.best, rtt) : rtt;
  stats.worst = std::max(stats.worst, rtt);
  stats.last = rtt;
  stats.p50 = etr::Duration{std::llround(stats.mean_ns)};
  stats.p95 = stats.p99 = stats.worst;
  stats.address = reply.source;
  stats.kind = reply.kind;
  stats.icmp_type = reply.icmp_type;
  stats.icmp_code = reply.icmp_code;
  stats.reply_ttl = reply.ttl;
  stats.quoted_ttl = reply.quoted_ttl;
  stats.mpls = reply.mpls;
}

etr::Hop probe(const Node& node, std::uint8_t ttl, Dice& dice, etr::Timestamp at) {
  etr::Hop hop;
  hop.ttl = ttl;
  hop.sent_at = at;
  const bool answered = node.address && dice.next() >= node.loss && dice.next() >= node.silence;
  const double noise = dice.next() * dice.next() * 0.4;
  if (!answered) return hop;
  etr::Reply reply;
  reply.source = *node.address;
  reply.rtt = etr::Duration{std::llround((node.delay_ms * (1 + noise)) * 1e6)};
  reply.received_at = at + *reply.rtt;
  reply.kind = node.destination ? etr::ReplyKind::kSynAck : etr::ReplyKind::kTimeExceeded;
  reply.icmp_type = node.destination ? 0 : 11;
  reply.ttl = static_cast<std::uint8_t>(65 - ttl);
  if (!node.destination) reply.quoted_ttl = 1;
  reply.mpls = node.mpls;
  hop.verdict = etr::Verdict::kAnswered;
  hop.reply = reply;
  return hop;
}

etr::HopClass class_of(const Node& node) {
  if (!node.address) return etr::HopClass::kSilent;
  if (node.silence > 0) return etr::HopClass::kLimited;
  return node.loss > 0 ? etr::HopClass::kLossy : etr::HopClass::kAnswering;
}

void run_flow(Run& run, std::uint32_t index, std::uint32_t path_id, const std::vector<Node>& nodes,
              std::uint64_t rounds, bool keep_paths) {
  Dice dice;
  for (std::uint32_t i = 0; i < index; ++i) dice.next();
  auto flow = std::make_shared<etr::FlowSnapshot>();
  flow->flow = index;
  flow->source = address("192.0.2.10");
  flow->source_port = static_cast<std::uint16_t>(run.info.first_source_port + index);
  flow->path_id = path_id;
  flow->path_hash = digest(nodes);
  flow->reached = true;
  flow->distance = static_cast<std::uint8_t>(nodes.size());
  flow->rounds = rounds;
  flow->hops.resize(nodes.size());
  for (std::uint64_t round = 0; round < rounds; ++round) {
    etr::Path path;
    path.flow = index;
    path.round = round;
    path.path_id = path_id;
    path.path_hash = flow->path_hash;
    path.started = kStart + seconds(2) * static_cast<int>(round);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto ttl = static_cast<std::uint8_t>(i + 1);
      const etr::Hop hop = probe(nodes[i], ttl, dice, path.started);
      etr::HopStats& stats = flow->hops[i];
      stats.ttl = ttl;
      stats.hop_class = class_of(nodes[i]);
      ++stats.sent;
      ++(hop.reply ? stats.answered : stats.lost);
      if (hop.reply) {
        if (stats.responders.empty()) stats.responders.emplace_back();
        add_answer(stats.responders.front(), *hop.reply);
        stats.address = hop.reply->source;
      }
      path.reached = hop.reply.has_value();
      path.hops.push_back(hop);
    }
    if (keep_paths) run.paths.push_back(std::move(path));
  }
  run.snapshot->flows.push_back(std::move(flow));
}

Run make_run(std::uint32_t flows, std::uint64_t rounds, const Network& network, bool keep_paths) {
  Run run;
  run.info.version = "0.1.0";
  run.info.hostname = "vantage";
  run.info.started = kStart;
  run.info.traces = {{0, "www.example.net", address("203.0.113.80"), 443, "TCP"}};
  run.info.flows = flows;
  run.info.first_source_port = 50000;
  run.info.max_ttl = 30;
  run.info.round_interval = seconds(2);
  run.info.timeout = seconds(1);
  run.info.prober = "tcp-syn";
  run.info.hasher = "crc32";
  run.snapshot = std::make_shared<etr::Snapshot>();
  run.snapshot->elapsed = seconds(2) * static_cast<int>(rounds) + milliseconds(345);
  run.snapshot->at = kStart + run.snapshot->elapsed;
  run.snapshot->round_interval = run.info.round_interval;
  std::map<std::string, std::uint32_t> ids;
  for (std::uint32_t i = 0; i < flows; ++i) {
    const std::vector<Node> nodes = network(i);
    const auto id = ids.try_emplace(digest(nodes), static_cast<std::uint32_t>(ids.size() + 1));
    run_flow(run, i, id.first->second, nodes, rounds, keep_paths);
  }
  etr::Counters& counters = run.snapshot->counters;
  for (const auto& flow : run.snapshot->flows) {
    for (const etr::HopStats& hop : flow->hops) {
      counters.probes_sent += hop.sent;
      counters.replies += hop.answered;
    }
  }
  run.snapshot->graphs = etr::test::graphs_of(run.snapshot->flows);
  std::stable_sort(run.paths.begin(), run.paths.end(),
                   [](const etr::Path& a, const etr::Path& b) { return a.round < b.round; });
  return run;
}

std::vector<Node> fabric_nodes(std::uint32_t flow) {
  const std::uint32_t spine = flow % 4 + 1;
  const std::uint32_t leaf = flow / 4 % 4 + 1;
  const double loss = spine == 2 && leaf == 3 ? 0.30 : 0;
  return {{address("10.0.0.1"), 0.31, 0, 0, false, {}},
          {address("10.1." + std::to_string(spine) + ".1"), 0.8 + 0.2 * spine, 0, 0, false, {}},
          {address("10.2." + std::to_string(leaf) + ".1"),
           2.5 + 0.4 * leaf,
           0,
           loss,
           false,
           {{24000 + leaf, 0, true, 1}}},
          {std::nullopt, 0, 0, loss, false, {}},
          {address("10.3.0.1"), 6.2, 0.55, loss, false, {}},
          {address("203.0.113.80"), 8.4 + 0.5 * spine, 0, loss, true, {}}};
}

std::vector<etr::Event> fabric_events() {
  std::vector<etr::Event> events(5);
  events[0].kind = etr::EventKind::kNotice;
  events[0].text = "running as root without capabilities";
  events[1].kind = etr::EventKind::kPathChange;
  events[1].flow = 6;
  events[1].round = 12;
  events[1].change = etr::PathChange{3,
                                     7,
                                     digest(fabric_nodes(2)),
                                     digest(fabric_nodes(6)),
                                     2,
                                     3,
                                     {{2, fabric_nodes(2)[1].address, fabric_nodes(6)[1].address},
                                      {3, fabric_nodes(2)[2].address, fabric_nodes(6)[2].address}}};
  events[2].kind = etr::EventKind::kLateReply;
  events[2].flow = 9;
  events[2].ttl = 5;
  events[2].address = address("10.3.0.1");
  events[2].rtt = milliseconds(1234);
  events[3].kind = etr::EventKind::kSendError;
  events[3].flow = 2;
  events[3].text = "network is down";
  events[4].kind = etr::EventKind::kRejected;
  events[4].count = 17;
  events[4].text = "the quoted IPv4 id is of no probe";
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].at = kStart + seconds(7) * static_cast<int>(i) + milliseconds(250);
  }
  return events;
}

}  // namespace

Run fabric(std::uint32_t flows, std::uint64_t rounds) {
  Run run = make_run(flows, rounds, fabric_nodes, true);
  run.events = fabric_events();
  run.names.known = {
      {"10.0.0.1", "gateway.example.net"},       {"10.1.1.1", "spine1.fabric.example.net"},
      {"10.1.2.1", "spine2.fabric.example.net"}, {"10.1.3.1", "spine3.fabric.example.net"},
      {"10.1.4.1", "spine4.fabric.example.net"}, {"203.0.113.80", "www.example.net"}};
  return run;
}

Run large(std::uint32_t flows, std::uint8_t hops) {
  const Network network = [hops](std::uint32_t flow) {
    std::vector<Node> nodes;
    for (std::uint32_t ttl = 1; ttl <= hops; ++ttl) {
      const std::uint32_t way = ttl == hops ? 0 : (flow * 2654435761U >> (ttl % 24U)) % 4;
      nodes.push_back({address("10." + std::to_string(ttl) + "." + std::to_string(way) + ".1"),
                       0.5 * ttl,
                       0,
                       way == 1 ? 0.1 : 0,
                       ttl == hops,
                       {}});
    }
    return nodes;
  };
  return make_run(flows, 3, network, true);
}

}  // namespace sample
