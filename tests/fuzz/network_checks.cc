// Checks of the parsers of files, and of the simulated network as a parser of packets.
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "fuzz/checks.h"
#include "net/icmp.h"
#include "net/ip.h"
#include "pipeline/pipeline_file.h"
#include "simulation/topology_file.h"
#include "simulation/transport.h"
#include "support/networks.h"

namespace etr::fuzz {
namespace {

using simulation::Network;
using simulation::SimulatedTransport;

std::string_view text_of(Bytes input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

void require_place(const absl::Status& status, std::string_view file) {
  const auto message = std::string(status.message());
  if (message.rfind(std::string(file) + ":", 0) != 0) {
    throw std::logic_error("an error without its place: " + message);
  }
}

}  // namespace

void check_topology(Bytes input) {
  absl::StatusOr<Network> network = simulation::parse_topology(text_of(input), "n.toml");
  if (!network.ok()) return require_place(network.status(), "n.toml");
  if (!check(*network).ok()) throw std::logic_error("a network that was read but is not sound");
  // Each change holds a state of the whole network; a fuzzer must not run out of memory because of
  // many.
  if (network->changes.size() * (network->routers.size() + 1) > 10000) return;
  network->virtual_clock = true;
  SimulatedTransport simulated(*network);
  transport::Endpoints flow;
  flow.destination = network->targets[0].addresses[0];
  flow.protocol = net::kProtocolUdp;
  if (simulated.path(flow).size() > 255) throw std::logic_error("a path of more than 255 hops");
}

void check_pipeline(Bytes input) {
  const auto config = pipeline::parse_pipeline(text_of(input), "p.toml");
  if (!config.ok()) require_place(config.status(), "p.toml");
}

void check_simulated_packet(Bytes input) {
  Network network = simulation::testing::line(3);
  simulation::Router& second = *find_router(network, "r2");
  second.rewrites_id = true;
  second.rewrites_sequence = true;
  second.sets_traffic_class = 8;
  second.nat = simulation::Nat{{simulation::testing::address("198.51.100.1")}, true, false};
  second.forgeries = {{}};
  SimulatedTransport simulated(network);
  const auto flow = simulated.open_flow(simulation::testing::flow_to_target(50000));
  if (!simulated.send(*flow, input).ok()) return;
  simulated.wait(simulated.clock().now() + std::chrono::seconds(100));
  simulated.receive(
      [](const transport::ReceivedPacket& received) {
        if (!received.outgoing && !net::parse_ip(received.ip)) {
          throw std::logic_error("an answer that is no IP packet");
        }
      },
      transport::kAllPackets);
}

}  // namespace etr::fuzz
