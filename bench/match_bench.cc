// From captured octets to the probe they answer: dispatcher, then matcher, over 64 flows of 16 TTLs
// with everything in flight. The capture sees our own frames, too; they are measured separately.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "bench/bench_flow.h"
#include "net/icmp_write.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "trace/dispatcher.h"
#include "trace/matcher.h"

namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::uint32_t kFlows = 64;
constexpr std::uint8_t kTtls = 16;

/// Flows with probes in flight, and what the capture saw of them.
struct Traffic {
  Traffic(const etr::Prober& prober, etr::Family family) : dispatcher(prober) {
    for (std::uint32_t id = 0; id < kFlows; ++id) {
      etr::Flow flow = etr::bench::make_flow(family);
      flow.index = id;
      flow.source_port = static_cast<std::uint16_t>(flow.source_port + id);
      dispatcher.add_flow(id, flow);
      flows.push_back(
          std::make_unique<etr::trace::FlowState>(flow, 0, prober.slots(), 1, 30, registry, ends));
    }
    for (std::uint8_t ttl = 1; ttl <= kTtls; ++ttl) {
      for (const auto& flow : flows) send(prober, *flow, ttl);
    }
  }

  void send(const etr::Prober& prober, etr::trace::FlowState& state, std::uint8_t ttl) {
    etr::trace::Probe* probe = state.probes.add(ttl, 0);
    probe->token = 0x1122334455667788U;
    etr::ProbeSpec spec;
    spec.ttl = ttl;
    spec.slot = probe->slot;
    spec.token = probe->token;
    Octets segment(1400);
    segment.resize(prober.encode(state.flow, spec, segment));
    probe->head = etr::trace::segment_head(segment);
    etr::net::IpHeader header;
    header.source = state.flow.source;
    header.destination = state.flow.destination;
    header.protocol = prober.protocol();
    header.ttl = ttl;
    if (header.source.family == etr::Family::kIpv4) header.id = probe->id;
    own.push_back(etr::net::write_packet(header, segment));
    etr::net::IcmpErrorSpec error;
    error.source = etr::bench::router(header.source.family);
    error.destination = state.flow.source;
    errors.push_back(etr::net::write_icmp_error(error, own.back()));
  }

  etr::model::PathRegistry registry;
  etr::model::SharedEnds ends;
  std::vector<std::unique_ptr<etr::trace::FlowState>> flows;
  etr::trace::Dispatcher dispatcher;
  etr::trace::Matcher matcher;
  std::vector<Octets> own;
  std::vector<Octets> errors;
};

template <class ProberClass, etr::Family kFamily>
void answer_to_probe(benchmark::State& state) {
  const ProberClass prober;
  Traffic traffic(prober, kFamily);
  std::size_t next = 0;
  for (auto _ : state) {
    const auto sighting = traffic.dispatcher.dispatch({traffic.errors[next], {}, 2, false});
    const auto* answer = std::get_if<etr::trace::Answer>(&sighting);
    if (answer == nullptr) std::abort();  // A benchmark that finds nothing measures nothing.
    const auto result = traffic.matcher.match(*traffic.flows[answer->flow], *answer);
    if (!std::holds_alternative<etr::trace::Match>(result)) std::abort();
    benchmark::DoNotOptimize(std::get<etr::trace::Match>(result).probe);
    next = (next + 1) % traffic.errors.size();
  }
  state.SetItemsProcessed(state.iterations());
}

template <class ProberClass, etr::Family kFamily>
void own_frame(benchmark::State& state) {
  const ProberClass prober;
  const Traffic traffic(prober, kFamily);
  std::size_t next = 0;
  for (auto _ : state) {
    const auto sighting = traffic.dispatcher.dispatch({traffic.own[next], {}, 2, true});
    if (!std::holds_alternative<etr::trace::OwnProbe>(sighting)) std::abort();
    benchmark::DoNotOptimize(&sighting);
    next = (next + 1) % traffic.own.size();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_TEMPLATE(answer_to_probe, etr::plugins::TcpSynProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(answer_to_probe, etr::plugins::TcpSynProber, etr::Family::kIpv6);
BENCHMARK_TEMPLATE(answer_to_probe, etr::plugins::UdpLengthProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(answer_to_probe, etr::plugins::UdpLengthProber, etr::Family::kIpv6);
BENCHMARK_TEMPLATE(own_frame, etr::plugins::TcpSynProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(own_frame, etr::plugins::UdpLengthProber, etr::Family::kIpv6);

}  // namespace
