// What is wrong with a path by its shape, in words that every view, report and event uses:
//
//   loop TTL 2-30: 10.0.2.1, 10.0.3.1
//   target answers with time exceeded (TTL 4)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "etr/branch_text.h"
#include "etr/ip_address.h"
#include "etr/path.h"
#include "etr/snapshot.h"

namespace etr {

/// Routers that pass packets round and round, up to the last TTL that was answered.
struct RoutingLoop {
  std::uint8_t first_ttl = 0;
  std::uint8_t last_ttl = 0;
  std::set<IpAddress> routers;
};

namespace detail {

/// Responders by TTL - 1; empty: unknown.
using Responders = std::vector<std::optional<IpAddress>>;

/// The loop of `period` routers at the end of the path, if there is one: it is longer than twice
/// around, and two routers at least answer twice, always at the same place.
inline std::optional<RoutingLoop> loop_of(const Responders& path, std::size_t period) {
  std::vector<std::optional<IpAddress>> place(period);
  std::set<IpAddress> returning;
  std::size_t first = path.size();
  for (; first > 0; --first) {
    const std::optional<IpAddress>& router = path[first - 1];
    if (!router) continue;
    std::optional<IpAddress>& known = place[first % period];
    if (known && *known != *router) break;
    if (known) returning.insert(*router);
    known = router;
  }
  // One router that answers at many TTLs need not be in a loop.
  if (returning.size() < 2) return std::nullopt;
  while (!path[first] || !returning.contains(*path[first])) ++first;
  if (path.size() - first <= 2 * period) return std::nullopt;
  return RoutingLoop{static_cast<std::uint8_t>(first + 1), static_cast<std::uint8_t>(path.size()),
                     std::move(returning)};
}

inline std::optional<RoutingLoop> find_loop(Responders path) {
  while (!path.empty() && !path.back()) path.pop_back();
  for (std::size_t period = 2; 2 * period < path.size(); ++period) {
    if (auto loop = loop_of(path, period)) return loop;
  }
  return std::nullopt;
}

}  // namespace detail

/// The loop that keeps the packets of a round from their target.
inline std::optional<RoutingLoop> find_loop(const Path& path) {
  if (path.reached || path.blocked) return std::nullopt;
  detail::Responders responders;
  for (const Hop& hop : path.hops) {
    responders.resize(std::max<std::size_t>(responders.size(), hop.ttl));
    if (hop.reply) responders[hop.ttl - 1U] = hop.reply->source;
  }
  return detail::find_loop(std::move(responders));
}

/// The same for the present path of a flow.
inline std::optional<RoutingLoop> find_loop(const FlowSnapshot& flow) {
  if (flow.distance || flow.blocked) return std::nullopt;
  detail::Responders responders;
  for (const HopStats& hop : flow.hops) {
    responders.resize(std::max<std::size_t>(responders.size(), hop.ttl));
    responders[hop.ttl - 1U] = hop.address;
  }
  return detail::find_loop(std::move(responders));
}

/// "loop TTL 2-30"
inline std::string loop_text(const RoutingLoop& loop) {
  return "loop TTL " + std::to_string(loop.first_ttl) + "-" + std::to_string(loop.last_ttl);
}

/// "loop TTL 2-30: 10.0.2.1, 10.0.3.1"
inline std::string loop_line(const RoutingLoop& loop, const HostText& host) {
  return loop_text(loop) + ": " + address_list(loop.routers, host);
}

/// "target answers with time exceeded (TTL 4)"
inline std::string expired_target_text(std::uint8_t ttl) {
  return "target answers with time exceeded (TTL " + std::to_string(ttl) + ")";
}

/// The first TTL at which the target itself returned a probe as expired, as a router would.
inline std::optional<std::uint8_t> expired_at_target(const Path& path) {
  for (const Hop& hop : path.hops) {
    if (hop.reply && hop.reply->source == path.destination &&
        hop.reply->kind == ReplyKind::kTimeExceeded) {
      return hop.ttl;
    }
  }
  return std::nullopt;
}

/// The same for the present path of a flow to `destination`.
inline std::optional<std::uint8_t> expired_at_target(const FlowSnapshot& flow,
                                                     const IpAddress& destination) {
  for (const HopStats& hop : flow.hops) {
    if (hop.ttl == flow.distance) break;
    for (const ResponderStats& responder : hop.responders) {
      if (responder.address == destination && responder.kind == ReplyKind::kTimeExceeded) {
        return hop.ttl;
      }
    }
  }
  return std::nullopt;
}

}  // namespace etr
