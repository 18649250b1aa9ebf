// Feeds a path graph as the engine does: flows, paths written as words, and verdicts.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "model/path_graph.h"

namespace etr::model::testing {

/// "r3" and "r3.17" are addresses, "*" is an unknown hop; "r3!" is balanced per packet.
inline std::optional<IpAddress> address(const std::string& name) {
  if (name == "*") return std::nullopt;
  IpAddress address{Family::kIpv6, {0x20, 0x01, 0x0d, 0xb8}};
  for (std::size_t i = 0; i < name.size() && i < 12; ++i) {
    address.octets[4 + i] = static_cast<std::uint8_t>(name[i]);
  }
  return address;
}

inline std::vector<PathHop> hops(const std::string& words) {
  std::vector<PathHop> out;
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    const bool per_packet = word.back() == '!';
    if (per_packet) word.pop_back();
    out.push_back({address(word), per_packet});
  }
  return out;
}

class GraphFeeder {
 public:
  explicit GraphFeeder(const PathGraphOptions& options = {}) : graph(options) {}

  /// Puts the flow onto a path that ends at its last hop. Adds the flow if it is new.
  void path(std::uint32_t flow, std::uint32_t id, const std::string& words,
            double balancing_evidence = 0) {
    const std::vector<PathHop> hops = testing::hops(words);
    graph.add_flow(flow, static_cast<std::uint16_t>(50000 + flow));
    graph.set_path(flow,
                   {id, "hash" + std::to_string(id), hops, static_cast<std::uint8_t>(hops.size()),
                    hops.back().address.has_value(), false, true, balancing_evidence},
                   now);
  }
  /// The same, but the flow has always been there: what was said of it before was a guess.
  void correct_path(std::uint32_t flow, std::uint32_t id, const std::string& words) {
    const std::vector<PathHop> hops = testing::hops(words);
    graph.set_path(flow,
                   {id, "hash" + std::to_string(id), hops, static_cast<std::uint8_t>(hops.size()),
                    true, false, false},
                   now);
  }
  /// The same with an unknown end.
  void open_path(std::uint32_t flow, std::uint32_t id, const std::string& words) {
    const std::vector<PathHop> hops = testing::hops(words);
    graph.add_flow(flow, static_cast<std::uint16_t>(50000 + flow));
    graph.set_path(flow, {id, "hash", hops, std::nullopt, false, false, true}, now);
  }
  void answer(std::uint32_t flow, std::uint8_t ttl, const std::string& from,
              Duration rtt = std::chrono::milliseconds(10)) {
    graph.count(flow, ttl, {true, address(from), rtt, now});
  }
  void lose(std::uint32_t flow, std::uint8_t ttl) {
    graph.count(flow, ttl, {false, std::nullopt, std::nullopt, now});
  }

  /// The vertex, or null.
  static const GraphVertex* vertex(const PathGraph& graph, std::uint8_t ttl,
                                   const std::string& name) {
    for (const GraphVertex& vertex : graph.vertices) {
      if (vertex.ttl == ttl && vertex.address == address(name)) return &vertex;
    }
    return nullptr;
  }

  PathGraphBuilder graph;
  Timestamp now{std::chrono::hours(1)};
};

}  // namespace etr::model::testing
