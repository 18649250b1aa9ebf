// A probe from its specification to a whole IP packet, both checksums included, TTL 1 to 16 in
// turn.
#include <benchmark/benchmark.h>

#include <array>

#include "bench/bench_flow.h"
#include "net/ip.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"

namespace {

template <class ProberClass, etr::Family kFamily>
void encode(benchmark::State& state) {
  const ProberClass prober;
  const etr::Flow flow = etr::bench::make_flow(kFamily);
  const std::size_t header_size = etr::net::ip_header_size(kFamily);
  std::array<std::uint8_t, 1500> packet{};
  etr::net::IpHeader header;
  header.source = flow.source;
  header.destination = flow.destination;
  header.protocol = prober.protocol();
  etr::ProbeSpec spec;
  spec.token = 0x1122334455667788U;
  std::uint16_t count = 0;
  for (auto _ : state) {
    spec.ttl = static_cast<std::uint8_t>(1 + count % 16);
    spec.slot = static_cast<std::uint16_t>(count / 16 % prober.slots());
    header.ttl = spec.ttl;
    header.id = ++count;
    header.payload_length =
        prober.encode(flow, spec, etr::MutableBytes(packet).subspan(header_size));
    etr::net::write_ip(header, packet);
    benchmark::DoNotOptimize(packet.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_TEMPLATE(encode, etr::plugins::TcpSynProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(encode, etr::plugins::TcpSynProber, etr::Family::kIpv6);
BENCHMARK_TEMPLATE(encode, etr::plugins::UdpLengthProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(encode, etr::plugins::UdpLengthProber, etr::Family::kIpv6);

}  // namespace
