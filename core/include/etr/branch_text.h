// Branch points that do not keep each flow on one next hop, in words, one line each, the same in
// every view and report:
//
//   flapping beyond 10.0.1.1 (TTL 1): 10.0.2.1, 10.0.2.2
//   per-packet balancing at TTL 3: 10.0.3.1, 10.0.3.2
//
// A balancer may be any number of hops before a TTL where packets meet different routers, so these
// lines name TTLs, not balancers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "etr/loss_text.h"
#include "etr/path_graph.h"

namespace etr {

/// "10.0.2.1, 10.0.2.2"; of more than eight the first eight, "and 3 more".
inline std::string address_list(const std::set<IpAddress>& addresses, const HostText& host) {
  constexpr std::size_t kMost = 8;
  std::string text;
  std::size_t listed = 0;
  for (const IpAddress& address : addresses) {
    if (listed == kMost) break;
    text += (listed++ == 0 ? "" : ", ") + host(address);
  }
  if (addresses.size() > listed) {
    text += " and " + std::to_string(addresses.size() - listed) + " more";
  }
  return text;
}

inline bool has_branch_point(const PathGraph& graph, BranchState state) {
  return std::any_of(graph.branch_points.begin(), graph.branch_points.end(),
                     [state](const BranchPoint& point) { return point.state == state; });
}

/// One line per branch point between whose next hops flows keep moving.
inline std::vector<std::string> flapping_lines(const PathGraph& graph, const HostText& host) {
  std::vector<std::string> lines;
  for (const BranchPoint& point : graph.branch_points) {
    if (point.state != BranchState::kFlapping) continue;
    std::string line = "flapping beyond this host";
    if (point.vertex) {
      const GraphVertex& vertex = graph.vertices[*point.vertex];
      line = "flapping beyond " + (vertex.address ? host(*vertex.address) : std::string("???")) +
             " (TTL " + std::to_string(vertex.ttl) + ")";
    }
    std::set<IpAddress> next;
    for (const GraphEdge& edge : graph.edges) {
      const std::optional<IpAddress>& address = graph.vertices[edge.to].address;
      if (edge.from == point.vertex && address) next.insert(*address);
    }
    if (next.size() > 1) line += ": " + address_list(next, host);
    lines.push_back(std::move(line));
  }
  return lines;
}

/// One line per TTL at which packets of one flow meet different routers.
inline std::vector<std::string> per_packet_lines(const PathGraph& graph, const HostText& host) {
  if (!has_branch_point(graph, BranchState::kPerPacket)) return {};
  std::set<std::optional<std::uint32_t>> before;
  for (const BranchPoint& point : graph.branch_points) {
    if (point.state == BranchState::kPerPacket) before.insert(point.vertex);
  }
  std::map<std::uint8_t, std::set<IpAddress>> routers;
  for (const GraphEdge& edge : graph.edges) {
    const GraphVertex& to = graph.vertices[edge.to];
    if (to.per_packet && to.address && before.contains(edge.from)) {
      routers[to.ttl].insert(*to.address);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [ttl, addresses] : routers) {
    lines.push_back("per-packet balancing at TTL " + std::to_string(ttl) + ": " +
                    address_list(addresses, host));
  }
  return lines;
}

/// All of them, without their ends.
inline std::vector<std::string> branch_lines(const PathGraph& graph, const HostText& host) {
  std::vector<std::string> lines = flapping_lines(graph, host);
  for (std::string& line : per_packet_lines(graph, host)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace etr
