// Makes reports of flows.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "run_report.h"
#include "support/address.h"
#include "support/graph_of.h"
#include "support/sample_records.h"

namespace plain {

using etr::test::address;
using namespace std::chrono_literals;

struct NoNames final : etr::Names {
  std::string name(const etr::IpAddress& asked) override {
    return asked == address("192.0.2.2") ? "gw.example" : "";
  }
};

inline etr::ResponderStats responder(const std::string& source, std::uint64_t received,
                                     std::chrono::milliseconds mean, double deviation_ms = 0) {
  etr::ResponderStats stats;
  stats.address = address(source);
  stats.received = received;
  stats.last = stats.best = stats.worst = mean;
  stats.mean_ns = static_cast<double>(etr::Duration(mean).count());
  stats.stddev_ns = deviation_ms * 1e6;
  stats.kind = etr::ReplyKind::kTimeExceeded;
  stats.icmp_type = 11;
  return stats;
}

inline etr::HopStats hop(std::uint8_t ttl, std::uint64_t answered, std::uint64_t lost,
                         etr::HopClass hop_class, std::vector<etr::ResponderStats> responders) {
  etr::HopStats stats;
  stats.ttl = ttl;
  stats.sent = answered + lost;
  stats.answered = answered;
  stats.lost = lost;
  stats.hop_class = hop_class;
  stats.responders = std::move(responders);
  return stats;
}

inline etr::FlowSnapshot flow(std::uint32_t index, std::uint32_t path_id,
                              std::vector<etr::HopStats> hops) {
  etr::FlowSnapshot snapshot;
  snapshot.flow = index;
  snapshot.source_port = static_cast<std::uint16_t>(50000 + index);
  snapshot.path_id = path_id;
  snapshot.path_hash = path_id == 0 ? "845425ea" : "6ceacc8b";
  snapshot.reached = true;
  snapshot.rounds = 10;
  snapshot.distance = static_cast<std::uint8_t>(hops.size());
  snapshot.hops = std::move(hops);
  return snapshot;
}

inline std::string report(const std::vector<etr::FlowSnapshot>& flows,
                          const std::vector<etr::Path>& paths = {},
                          const etr::RunInfo& run = etr::test::sample_run(), Room room = {},
                          const std::vector<etr::GraphPath>& left = {}) {
  RunReport report;
  for (const etr::Path& path : paths) report.add(path);
  etr::Snapshot snapshot;
  for (const auto& one : flows) {
    snapshot.flows.push_back(std::make_shared<const etr::FlowSnapshot>(one));
  }
  for (const auto& graph : etr::test::graphs_of(snapshot.flows)) {
    auto with_left = std::make_shared<etr::PathGraph>(*graph);
    with_left->paths.insert(with_left->paths.end(), left.begin(), left.end());
    snapshot.graphs.push_back(with_left);
  }
  NoNames names;
  return report.text(run, snapshot, names, room);
}

inline std::vector<etr::HopStats> three_hops(std::chrono::milliseconds rtt) {
  using Class = etr::HopClass;
  return {hop(1, 10, 0, Class::kAnswering, {responder("192.0.2.2", 10, rtt)}),
          hop(2, 0, 10, Class::kSilent, {}),
          hop(3, 9, 1, Class::kLossy, {responder("192.0.2.9", 9, 2 * rtt)})};
}

}  // namespace plain
