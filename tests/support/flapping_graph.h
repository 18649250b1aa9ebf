// The path graph of a route that flaps, for tests of views.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "etr/path_graph.h"
#include "model/path_graph.h"

namespace etr::test {

/// Two flows that keep moving between 10.9.2.1 and 10.9.2.2, and are on the first one now.
inline std::shared_ptr<const PathGraph> flapping_graph() {
  model::PathGraphBuilder graph;
  Timestamp at{std::chrono::seconds(1'790'000'000)};
  const auto address = [](const char* text) { return IpAddress::parse(text); };
  for (std::uint32_t move = 0; move <= 20; ++move, at += std::chrono::milliseconds(700)) {
    const std::vector<model::PathHop> hops{
        {address("10.9.1.1"), false},
        {address(move % 2 == 0 ? "10.9.2.1" : "10.9.2.2"), false},
        {address("203.0.113.9"), false}};
    model::FlowPath path;
    path.id = move % 2;
    path.hops = hops;
    path.end = 3;
    path.reached = true;
    path.moved = true;
    for (std::uint32_t flow = 0; flow < 2; ++flow) {
      graph.add_flow(flow, static_cast<std::uint16_t>(50000 + flow));
      graph.set_path(flow, path, at);
      for (std::uint8_t ttl = 1; ttl <= 3; ++ttl) {
        graph.count(flow, ttl, {true, hops[ttl - 1U].address, std::chrono::milliseconds(1), at});
      }
    }
  }
  return graph.snapshot();
}

}  // namespace etr::test
