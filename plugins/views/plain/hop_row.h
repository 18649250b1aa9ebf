// A row of the hop table: one TTL of a path, pooled over the flows on that path.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "etr/pooled.h"
#include "etr/snapshot.h"

namespace plain {

/// The last reply to one flow at one TTL.
struct LastReply {
  std::uint64_t order = 0;  ///< Position of its record among all, from 1; 0: none.
  etr::IpAddress source;
};

struct HopRow {
  struct Responder {
    etr::IpAddress address;
    std::uint64_t received = 0;
    etr::PooledStatistics rtts;
    /// Of the flow to which it replied last.
    const etr::ResponderStats* latest = nullptr;
    std::uint64_t order = 0;  ///< Of that reply; 0: unknown.
    bool open = false;        ///< It sent a SYN-ACK to one of the flows: the port is open.

    etr::ReplyKind kind() const {
      return open && !is_icmp(latest->kind) ? etr::ReplyKind::kSynAck : latest->kind;
    }
  };

  std::uint64_t sent = 0;
  etr::PooledHop pooled;
  std::vector<Responder> responders;
  std::vector<Responder> former;  ///< Of earlier paths of these flows.

  void add(const etr::HopStats& hop, const LastReply& last) {
    sent += hop.sent;
    pooled.add_verdicts(hop);
    for (const etr::ResponderStats& stats : hop.responders) add(responders, stats, last);
    for (const etr::ResponderStats& stats : hop.former) add(former, stats, last);
  }

 private:
  static void add(std::vector<Responder>& known, const etr::ResponderStats& stats,
                  const LastReply& last) {
    auto responder = std::find_if(known.begin(), known.end(), [&](const Responder& one) {
      return one.address == stats.address;
    });
    if (responder == known.end()) {
      responder = known.insert(known.end(), {stats.address, 0, {}, nullptr, 0, false});
    }
    responder->received += stats.received;
    responder->open = responder->open || stats.kind == etr::ReplyKind::kSynAck;
    add_rtts(responder->rtts, stats);
    const std::uint64_t order = last.source == stats.address ? last.order : 0;
    if (responder->latest != nullptr && order < responder->order) return;
    responder->latest = &stats;
    responder->order = order;
  }
};

/// Avg, Best, Wrst, StDev.
std::string rtt_columns(const etr::PooledStatistics& rtts, std::size_t width);

}  // namespace plain
