// A captured SLL2 frame to the probe it answers: link, IP, ICMP or TCP, prober. TTL 1 to 16 in
// turn.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "bench/bench_flow.h"
#include "net/icmp_write.h"
#include "net/link.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"

namespace {

using Octets = std::vector<std::uint8_t>;

etr::net::IpHeader header_of_probe(const etr::Prober& prober, const etr::Flow& flow) {
  etr::net::IpHeader header;
  header.source = flow.source;
  header.destination = flow.destination;
  header.protocol = prober.protocol();
  header.ttl = 1;
  return header;
}

Octets segment_of(const etr::Prober& prober, const etr::Flow& flow, unsigned ttl) {
  etr::ProbeSpec spec;
  spec.ttl = static_cast<std::uint8_t>(ttl);
  spec.token = 0x1122334455667788U;
  Octets segment(1400);
  segment.resize(prober.encode(flow, spec, segment));
  return segment;
}

Octets frame_of(const etr::Flow& flow, const Octets& packet) {
  Octets frame(20);  // SLL2: protocol, reserved, interface index, hardware, incoming, address.
  etr::put_u16(frame, 0, flow.source.family == etr::Family::kIpv4 ? 0x0800 : 0x86dd);
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

/// Time-exceeded errors; `labelled` adds two MPLS labels in RFC 4884 style.
std::vector<Octets> errors(const etr::Prober& prober, const etr::Flow& flow, bool labelled) {
  std::vector<Octets> frames;
  for (unsigned ttl = 1; ttl <= 16; ++ttl) {
    etr::net::IcmpErrorSpec error;
    error.source = error.destination = flow.source;
    if (labelled) error.mpls = {{16000, 0, false, 254}, {24001, 0, true, 1}};
    const Octets probe =
        etr::net::write_packet(header_of_probe(prober, flow), segment_of(prober, flow, ttl));
    frames.push_back(frame_of(flow, etr::net::write_icmp_error(error, probe)));
  }
  return frames;
}

std::vector<Octets> syn_acks(const etr::Prober& prober, const etr::Flow& flow) {
  std::vector<Octets> frames;
  for (unsigned ttl = 1; ttl <= 16; ++ttl) {
    etr::net::TcpSegment answer;
    answer.source_port = flow.destination_port;
    answer.destination_port = flow.source_port;
    answer.acknowledgment = etr::net::parse_tcp(segment_of(prober, flow, ttl))->sequence + 1;
    answer.flags = etr::net::kTcpSyn | etr::net::kTcpAck;
    etr::net::IpHeader header = header_of_probe(prober, flow);
    std::swap(header.source, header.destination);
    frames.push_back(
        frame_of(flow, etr::net::write_packet(
                           header, etr::net::write_tcp(flow.destination, flow.source, answer))));
  }
  return frames;
}

std::optional<etr::Decoded> decode(const etr::Prober& prober, const etr::Flow& flow,
                                   etr::Bytes frame) {
  const auto link = etr::net::parse_link(etr::net::LinkType::kLinuxSll2, frame);
  if (!link) return std::nullopt;
  const auto packet = etr::net::parse_ip(link->ip);
  if (!packet) return std::nullopt;
  if (packet->header.protocol == prober.protocol()) {
    return prober.decode_reply(flow, packet->payload);
  }
  const auto error = etr::net::parse_icmp_error(*packet);
  if (!error) return std::nullopt;
  const auto labels = etr::net::mpls_stack(error->extensions);
  benchmark::DoNotOptimize(labels.data());
  return prober.decode_quote(flow, error->original.payload);
}

void run(benchmark::State& state, const etr::Prober& prober, const etr::Flow& flow,
         const std::vector<Octets>& frames) {
  std::size_t next = 0;
  for (auto _ : state) {
    const auto decoded = decode(prober, flow, frames[next]);
    if (!decoded || !decoded->probe) std::abort();  // Without this it would measure nothing.
    benchmark::DoNotOptimize(decoded->probe->ttl);
    next = (next + 1) % frames.size();
  }
  state.SetItemsProcessed(state.iterations());
}

template <class ProberClass, etr::Family kFamily>
void time_exceeded(benchmark::State& state) {
  const ProberClass prober;
  const etr::Flow flow = etr::bench::make_flow(kFamily);
  run(state, prober, flow, errors(prober, flow, /*labelled=*/false));
}

template <class ProberClass, etr::Family kFamily>
void time_exceeded_with_mpls(benchmark::State& state) {
  const ProberClass prober;
  const etr::Flow flow = etr::bench::make_flow(kFamily);
  run(state, prober, flow, errors(prober, flow, /*labelled=*/true));
}

template <etr::Family kFamily>
void syn_ack(benchmark::State& state) {
  const etr::plugins::TcpSynProber prober;
  const etr::Flow flow = etr::bench::make_flow(kFamily);
  run(state, prober, flow, syn_acks(prober, flow));
}

BENCHMARK_TEMPLATE(time_exceeded, etr::plugins::TcpSynProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(time_exceeded, etr::plugins::TcpSynProber, etr::Family::kIpv6);
BENCHMARK_TEMPLATE(time_exceeded, etr::plugins::UdpLengthProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(time_exceeded, etr::plugins::UdpLengthProber, etr::Family::kIpv6);
BENCHMARK_TEMPLATE(time_exceeded_with_mpls, etr::plugins::TcpSynProber, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(syn_ack, etr::Family::kIpv4);
BENCHMARK_TEMPLATE(syn_ack, etr::Family::kIpv6);

}  // namespace
