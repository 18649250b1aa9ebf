// The speed of the simulated network, which decides how long a simulated day of a test takes.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstdint>

#include "net/segment.h"
#include "simulation/transport.h"
#include "tests/support/networks.h"

namespace etr::simulation {
namespace {

// One probe and its answer, over a path of ten routers with a 16-way diamond; half of the probes
// expire in the middle.
void BM_ProbeAndAnswer(benchmark::State& state) {
  SimulatedTransport transport(testing::tiers({1, 1, 1, 1, 16, 1, 1, 1, 1, 1}));
  const transport::Endpoints endpoints = testing::flow_to_target(50000);
  const transport::FlowHandle flow = *transport.open_flow(endpoints);
  net::IpHeader header;
  header.source = endpoints.source;
  header.destination = endpoints.destination;
  header.protocol = net::kProtocolUdp;
  const std::array<std::uint8_t, 20> payload{};
  net::UdpDatagram datagram;
  datagram.source_port = endpoints.source_port;
  datagram.destination_port = endpoints.destination_port;
  datagram.payload = payload;
  const auto segment = net::write_udp(header.source, header.destination, datagram);
  for ([[maybe_unused]] auto _ : state) {
    header.ttl = header.ttl == 5 ? 11 : 5;
    if (!transport.send(flow, net::write_packet(header, segment)).ok()) {
      state.SkipWithError("not sent");
      break;
    }
    while (transport.receive([](const transport::ReceivedPacket&) {}, transport::kAllPackets) !=
           0) {
      transport.wait(transport.clock().now() + std::chrono::seconds(1));
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ProbeAndAnswer);

}  // namespace
}  // namespace etr::simulation
