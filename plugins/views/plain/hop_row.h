// A row of the hop table: one TTL of a path, pooled over the flows on that path.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "etr/pooled.h"
#include "etr/snapshot.h"

namespace plain {

struct HopRow {
  struct Responder {
    etr::IpAddress address;
    std::uint64_t received = 0;
    etr::PooledStatistics rtts;
    const etr::ResponderStats* latest = nullptr;
  };

  std::uint64_t sent = 0;
  etr::PooledHop pooled;
  std::vector<Responder> responders;
  std::vector<Responder> former;  ///< Of earlier paths of these flows.

  void add(const etr::HopStats& hop) {
    sent += hop.sent;
    pooled.add_verdicts(hop);
    for (const etr::ResponderStats& stats : hop.responders) add(responders, stats);
    for (const etr::ResponderStats& stats : hop.former) add(former, stats);
  }

 private:
  static void add(std::vector<Responder>& known, const etr::ResponderStats& stats) {
    auto responder = std::find_if(known.begin(), known.end(), [&](const Responder& one) {
      return one.address == stats.address;
    });
    if (responder == known.end()) {
      responder = known.insert(known.end(), {stats.address, 0, {}, nullptr});
    }
    responder->received += stats.received;
    add_rtts(responder->rtts, stats);
    responder->latest = &stats;
  }
};

/// Avg, Best, Wrst, StDev.
std::string rtt_columns(const etr::PooledStatistics& rtts, std::size_t width);

}  // namespace plain
