// One TTL of a path in the table of hops: all flows on the path together.
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
  std::vector<Responder> former;  ///< Met before the flows came to the path that they are on.

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

/// Never a percentage for what is no loss of the path.
std::string loss_text(const etr::PooledHop& hop);

/// Avg, Best, Wrst, StDev.
std::string rtt_columns(const etr::PooledStatistics& rtts, std::size_t width);

}  // namespace plain
