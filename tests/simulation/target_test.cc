// The answers of the simulated network's destinations.
#include <chrono>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/tracer.h"

namespace etr::simulation::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr std::uint8_t kSynAck = net::kTcpSyn | net::kTcpAck;
constexpr std::uint8_t kResetAck = net::kTcpRst | net::kTcpAck;

template <class Edit>
Network target_with(const Edit& edit) {
  Network network = line(1);
  edit(network.targets[0]);
  return network;
}

/// Sends a SYN and returns the answer's segment, which borrows from `answer`.
std::optional<net::TcpSegment> syn(SimulatedTracer& tracer, std::uint32_t sequence,
                                   std::optional<Seen>& answer, Duration time = 100ms) {
  const transport::Endpoints flow = tcp_flow(50000);
  answer = tracer.exchange(flow, tracer.syn_packet(flow, 2, sequence), time);
  if (!answer) return std::nullopt;
  return answer->tcp();
}

TEST(SimulatedTarget, ClosedTcpPortAnswersReset) {
  SimulatedTracer tracer(target_with([](Target& target) { target.tcp = PortState::kClosed; }));
  std::optional<Seen> answer;
  const std::optional<net::TcpSegment> segment = syn(tracer, 500, answer);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->flags, kResetAck);
  EXPECT_EQ(segment->acknowledgment, 501U);
}

TEST(SimulatedTarget, FilteredPortsAreSilentOrReject) {
  SimulatedTracer silent(
      target_with([](Target& target) { target.tcp_ports[443] = PortState::kFiltered; }));
  EXPECT_FALSE(silent.probe(tcp_flow(50000), 2));
  SimulatedTracer rejecting(target_with([](Target& target) {
    target.udp = PortState::kFiltered;
    target.filter_answer = UnreachableCode{10, {}};
  }));
  EXPECT_EQ(rejecting.probe(udp_flow(50000), 2)->error()->code, 10);
  EXPECT_EQ(rejecting.probe(udp_flow(50000, Family::kIpv6), 2)->error()->code, 1);
}

TEST(SimulatedTarget, OpenUdpPortSendsThePayloadBack) {
  SimulatedTracer tracer(
      target_with([](Target& target) { target.udp_ports[33434] = PortState::kOpen; }));
  const transport::Endpoints flow = udp_flow(50000);
  const std::optional<Seen> answer = tracer.exchange(flow, tracer.udp_packet(flow, 2, 33));
  ASSERT_TRUE(answer);
  const std::optional<net::UdpDatagram> datagram = net::parse_udp(answer->ip().payload);
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->source_port, 33434);
  EXPECT_EQ(datagram->destination_port, 50000);
  EXPECT_EQ(datagram->payload.size(), 33U);
  EXPECT_EQ(
      net::segment_checksum(flow.destination, flow.source, net::kProtocolUdp, answer->ip().payload),
      0);
}

TEST(SimulatedTarget, DnsPortAnswersWithTheResponseBit) {
  SimulatedTracer tracer(
      target_with([](Target& target) { target.udp_ports[53] = PortState::kOpen; }));
  const transport::Endpoints flow = flow_to_target(50000, net::kProtocolUdp, 53);
  const std::optional<Seen> answer = tracer.probe(flow, 2);
  ASSERT_TRUE(answer);
  EXPECT_EQ(net::parse_udp(answer->ip().payload)->payload[2] & 0x80, 0x80);
}

TEST(SimulatedTarget, GoesDarkAndComesBack) {
  Network network = line(1);
  change<Target>(network, 10s, "target", [](Target& target) { target.dark = true; });
  change<Target>(network, 20s, "target", [](Target& target) { target.dark = false; });
  SimulatedTracer tracer(network);
  const auto answers = [&] {
    return tracer.probe(tcp_flow(50000), 2).has_value() &&
           tracer.probe(udp_flow(50000), 2).has_value();
  };
  EXPECT_TRUE(answers());
  tracer.listen(10s);
  EXPECT_FALSE(tracer.probe(tcp_flow(50000), 2));
  EXPECT_FALSE(tracer.probe(udp_flow(50000), 2));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 1)) << "its router still answers";
  tracer.listen(10s);
  EXPECT_TRUE(answers());
}

TEST(SimulatedTarget, LimitConcernsIcmpButNotTcp) {
  SimulatedTracer tracer(target_with([](Target& target) { target.limit = RateLimit{0, 1}; }));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 2));
  EXPECT_FALSE(tracer.probe(udp_flow(50000), 2));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(tracer.probe(tcp_flow(50000), 2));
}

TEST(SimulatedTarget, AnswersEcho) {
  SimulatedTracer tracer(line(1));
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const bool v4 = family == Family::kIpv4;
    const std::uint8_t protocol = v4 ? net::kProtocolIcmp : net::kProtocolIcmpv6;
    const transport::Endpoints flow = flow_to_target(77, protocol, 0, family);
    std::vector<std::uint8_t> message{std::uint8_t(v4 ? 8 : 128), 0, 0, 0, 0, 77, 0, 5, 1, 2, 3, 4};
    InternetChecksum sum;
    sum.add(message);
    put_u16(
        message, 2,
        v4 ? sum.value() : net::segment_checksum(flow.source, flow.destination, protocol, message));
    net::IpHeader header;
    header.source = flow.source;
    header.destination = flow.destination;
    header.protocol = protocol;
    header.ttl = 2;
    const std::optional<Seen> answer = tracer.exchange(flow, net::write_packet(header, message));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->from(), target_address(family));
    const net::IpPacket ip = answer->ip();
    EXPECT_EQ(ip.payload[0], v4 ? 0 : 129);
    EXPECT_EQ(ip.payload[5], 77);
  }
}

// --- TCP: what a second SYN of the same ports meets (docs/topology-file.md, [[target]]).

TEST(SimulatedTcp, KernelResetMakesEachSynAFreshOne) {
  SimulatedTracer tracer(line(1));
  std::optional<Seen> answer;
  for (const std::uint32_t sequence : {1000U, 1020U, 900000000U, 1000U}) {
    const std::optional<net::TcpSegment> segment = syn(tracer, sequence, answer);
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->flags, kSynAck);
    EXPECT_EQ(segment->acknowledgment, sequence + 1);
  }
}

TEST(SimulatedTcp, KernelResetIsSeenInTheCaptureAfterTheSynAck) {
  SimulatedTracer tracer(line(1));
  const transport::Endpoints flow = tcp_flow(50000);
  ASSERT_TRUE(tracer.send(flow, tracer.syn_packet(flow, 2, 1000)).ok());
  const std::vector<Seen> seen = tracer.listen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].tcp()->flags, kSynAck);
  EXPECT_TRUE(seen[2].outgoing);
  EXPECT_EQ(seen[2].tcp()->flags, net::kTcpRst);
  EXPECT_EQ(seen[2].tcp()->sequence, 1001U);
  EXPECT_EQ(tracer.transport().sent().size(), 1U) << "what the kernel sends is no probe";
}

TEST(SimulatedTcp, NearbySequenceResetsAHalfOpenConnection) {
  Network network = line(1);
  network.source.resets = false;
  SimulatedTracer tracer(network);
  std::optional<Seen> answer;
  EXPECT_EQ(syn(tracer, 1000, answer)->flags, kSynAck);
  std::optional<net::TcpSegment> segment = syn(tracer, 1020, answer);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->flags, kResetAck);
  EXPECT_EQ(segment->acknowledgment, 1021U);
  EXPECT_EQ(syn(tracer, 1040, answer)->flags, kSynAck);
}

TEST(SimulatedTcp, FarSequenceMeetsAChallengeAckOncePerHalfSecond) {
  Network network = line(1);
  network.source.resets = false;
  network.targets[0].syn_ack_retries = 5;
  SimulatedTracer tracer(network);
  std::optional<Seen> answer;
  EXPECT_EQ(syn(tracer, 1000, answer)->flags, kSynAck);
  std::optional<net::TcpSegment> segment = syn(tracer, 900000000, answer);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->flags, net::kTcpAck);
  EXPECT_EQ(segment->acknowledgment, 1001U) << "the first SYN's";
  EXPECT_FALSE(syn(tracer, 900000000, answer));
  tracer.listen(300ms);
  EXPECT_TRUE(syn(tracer, 900000000, answer));
}

TEST(SimulatedTcp, SynAckIsRepeatedUntilGivenUp) {
  Network network = line(1);
  network.source.resets = false;
  network.targets[0].syn_ack_retries = 3;
  SimulatedTracer tracer(network);
  const transport::Endpoints flow = tcp_flow(50000);
  ASSERT_TRUE(tracer.send(flow, tracer.syn_packet(flow, 2, 1000)).ok());
  const std::vector<Seen> answers = tracer.answers(30s);
  ASSERT_EQ(answers.size(), 4U);
  std::vector<Duration> after;
  for (const Seen& answer : answers) {
    EXPECT_EQ(answer.tcp()->flags, kSynAck);
    EXPECT_EQ(answer.tcp()->acknowledgment, 1001U);
    after.push_back(answer.stamp - answers[0].stamp);
  }
  EXPECT_THAT(after, ElementsAre(0s, 1s, 3s, 7s));
  std::optional<Seen> answer;
  EXPECT_EQ(syn(tracer, 1020, answer)->flags, kSynAck) << "the connection was given up";
}

TEST(SimulatedTcp, ResetThatIsLostLeavesTheConnectionHalfOpen) {
  Network network = line(1);
  // Everything passes at first; from 2 ms on, when the SYN-ACK is on its way, nothing does.
  change<Router>(network, 3ms, "r1", [](Router& router) { router.next[0].forward.loss = 1; });
  change<Router>(network, 50ms, "r1", [](Router& router) { router.next[0].forward.loss = 0; });
  SimulatedTracer tracer(network);
  std::optional<Seen> answer;
  EXPECT_EQ(syn(tracer, 1000, answer)->flags, kSynAck);
  EXPECT_EQ(syn(tracer, 1020, answer)->flags, kResetAck);
}

}  // namespace
}  // namespace etr::simulation::testing
