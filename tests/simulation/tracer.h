// A minimal traceroute for tests of the simulated network: sends single packets and reads the
// answers with the core's parsers, without the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/icmp.h"
#include "net/icmp_write.h"
#include "net/ip.h"
#include "net/segment.h"
#include "simulation/transport.h"
#include "support/networks.h"

namespace etr::simulation::testing {

/// A captured packet, kept.
struct Seen {
  std::vector<std::uint8_t> bytes;
  Timestamp stamp{};
  bool outgoing = false;

  // Results of these borrow from this object.
  net::IpPacket ip() const { return *net::parse_ip(bytes); }
  std::optional<net::IcmpError> error() const { return net::parse_icmp_error(ip()); }
  std::optional<net::TcpSegment> tcp() const { return net::parse_tcp(ip().payload); }
  IpAddress from() const { return ip().header.source; }
};

class SimulatedTracer {
 public:
  explicit SimulatedTracer(Network network) : transport_(std::move(network)) {
    transport_.record();
  }

  SimulatedTransport& transport() { return transport_; }

  std::vector<std::uint8_t> udp_packet(const transport::Endpoints& flow, std::uint8_t ttl,
                                       std::size_t payload_size = 20) {
    const std::vector<std::uint8_t> payload(payload_size, 0x2b);
    net::UdpDatagram datagram;
    datagram.source_port = flow.source_port;
    datagram.destination_port = flow.destination_port;
    datagram.payload = payload;
    return net::write_packet(header(flow, ttl),
                             net::write_udp(flow.source, flow.destination, datagram));
  }

  std::vector<std::uint8_t> syn_packet(const transport::Endpoints& flow, std::uint8_t ttl,
                                       std::uint32_t sequence = 1000) {
    net::TcpSegment segment;
    segment.source_port = flow.source_port;
    segment.destination_port = flow.destination_port;
    segment.sequence = sequence;
    segment.flags = net::kTcpSyn;
    segment.window = 65535;
    return net::write_packet(header(flow, ttl),
                             net::write_tcp(flow.source, flow.destination, segment));
  }

  std::vector<std::uint8_t> packet(const transport::Endpoints& flow, std::uint8_t ttl) {
    return flow.protocol == net::kProtocolTcp ? syn_packet(flow, ttl) : udp_packet(flow, ttl);
  }

  absl::Status send(const transport::Endpoints& flow, Bytes bytes) {
    const absl::StatusOr<transport::FlowHandle> handle = transport_.open_flow(flow);
    if (!handle.ok()) return handle.status();
    return transport_.send(*handle, bytes);
  }

  /// Everything that the capture shows from now on, for a time.
  std::vector<Seen> listen(Duration time = std::chrono::seconds(1)) {
    std::vector<Seen> seen;
    const base::Instant deadline = transport_.clock().now() + time;
    while (true) {
      transport_.receive(
          [&seen](const transport::ReceivedPacket& received) {
            seen.push_back(
                {{received.ip.begin(), received.ip.end()}, received.stamp, received.outgoing});
          },
          transport::kAllPackets);
      if (transport_.clock().now() >= deadline) return seen;
      transport_.wait(deadline);
    }
  }

  /// The answers, without our own frames.
  std::vector<Seen> answers(Duration time = std::chrono::seconds(1)) {
    std::vector<Seen> seen = listen(time);
    std::erase_if(seen, [](const Seen& packet) { return packet.outgoing; });
    return seen;
  }

  /// Sends one packet and returns the first answer, if there is one in time.
  std::optional<Seen> probe(const transport::Endpoints& flow, std::uint8_t ttl,
                            Duration time = std::chrono::seconds(1)) {
    return exchange(flow, packet(flow, ttl), time);
  }

  std::optional<Seen> exchange(const transport::Endpoints& flow, Bytes bytes,
                               Duration time = std::chrono::seconds(1)) {
    if (!send(flow, bytes).ok()) return std::nullopt;
    std::vector<Seen> seen = answers(time);
    if (seen.empty()) return std::nullopt;
    return seen.front();
  }

  /// One probe per TTL up to the destination's first answer: the responders.
  std::vector<std::optional<IpAddress>> trace(const transport::Endpoints& flow,
                                              std::uint8_t max_ttl = 16) {
    std::vector<std::optional<IpAddress>> hops;
    for (std::uint8_t ttl = 1; ttl <= max_ttl; ++ttl) {
      const std::optional<Seen> answer = probe(flow, ttl);
      hops.push_back(answer ? std::optional(answer->from()) : std::nullopt);
      if (hops.back() == flow.destination) break;
    }
    return hops;
  }

 private:
  net::IpHeader header(const transport::Endpoints& flow, std::uint8_t ttl) {
    net::IpHeader header;
    header.source = flow.source;
    header.destination = flow.destination;
    header.protocol = flow.protocol;
    header.ttl = ttl;
    if (flow.source.family == Family::kIpv4) header.id = ++next_id_;
    return header;
  }

  SimulatedTransport transport_;
  std::uint16_t next_id_ = 0;
};

inline transport::Endpoints tcp_flow(std::uint16_t port, Family family = Family::kIpv4) {
  return flow_to_target(port, net::kProtocolTcp, 443, family);
}

inline transport::Endpoints udp_flow(std::uint16_t port, Family family = Family::kIpv4) {
  return flow_to_target(port, net::kProtocolUdp, 33434, family);
}

}  // namespace etr::simulation::testing
