#include "simulation/transport.h"

#include <chrono>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/tracer.h"

namespace etr::simulation::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BothFamilies : public ::testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Simulated, BothFamilies, ::testing::Values(Family::kIpv4, Family::kIpv6));

TEST_P(BothFamilies, EachRouterAnswersForTheTtlThatRunsOutThere) {
  SimulatedTracer tracer(line(3));
  EXPECT_THAT(tracer.trace(udp_flow(50000, GetParam())),
              ElementsAre(router_address(1, 1, GetParam()), router_address(2, 1, GetParam()),
                          router_address(3, 1, GetParam()), target_address(GetParam())));
}

TEST_P(BothFamilies, RouterQuotesTheProbeAsItGotIt) {
  SimulatedTracer tracer(line(3));
  const transport::Endpoints flow = udp_flow(50000, GetParam());
  const std::vector<std::uint8_t> sent = tracer.udp_packet(flow, 2);
  const std::optional<Seen> answer = tracer.exchange(flow, sent);
  ASSERT_TRUE(answer);
  const std::optional<net::IcmpError> error = answer->error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ReplyKind::kTimeExceeded);
  net::IpHeader expected = net::parse_ip(sent)->header;
  expected.ttl = 1;
  EXPECT_EQ(error->original.header, expected);
  const Bytes quoted = error->original.payload;
  const net::IpPacket original = *net::parse_ip(sent);
  EXPECT_TRUE(
      std::equal(quoted.begin(), quoted.end(), original.payload.begin(), original.payload.end()));
}

TEST_P(BothFamilies, ClosedUdpPortAnswersPortUnreachable) {
  SimulatedTracer tracer(line(1));
  const std::optional<Seen> answer = tracer.probe(udp_flow(50000, GetParam()), 2);
  ASSERT_TRUE(answer && answer->error());
  EXPECT_EQ(answer->from(), target_address(GetParam()));
  EXPECT_EQ(answer->error()->kind, ReplyKind::kUnreachable);
  EXPECT_EQ(answer->error()->code, GetParam() == Family::kIpv4 ? 3 : 4);
}

TEST_P(BothFamilies, OpenTcpPortAnswersSynAck) {
  SimulatedTracer tracer(line(1));
  const transport::Endpoints flow = tcp_flow(50000, GetParam());
  const std::optional<Seen> answer = tracer.exchange(flow, tracer.syn_packet(flow, 9, 77));
  ASSERT_TRUE(answer && answer->tcp());
  EXPECT_EQ(answer->from(), target_address(GetParam()));
  EXPECT_EQ(answer->tcp()->flags, net::kTcpSyn | net::kTcpAck);
  EXPECT_EQ(answer->tcp()->acknowledgment, 78U);
  EXPECT_EQ(answer->tcp()->destination_port, 50000);
  const net::IpPacket ip = answer->ip();
  EXPECT_EQ(net::segment_checksum(ip.header.source, ip.header.destination, ip.header.protocol,
                                  ip.payload),
            0);
}

TEST_P(BothFamilies, AnsweredHopsAreThoseOfTheGroundTruth) {
  SimulatedTracer tracer(nested(4, 4));
  std::set<std::vector<std::optional<IpAddress>>> paths;
  for (std::uint16_t port = 50000; port < 50200; ++port) {
    for (const transport::Endpoints& flow :
         {udp_flow(port, GetParam()), tcp_flow(port, GetParam())}) {
      const std::vector<std::optional<IpAddress>> truth = tracer.transport().path(flow);
      ASSERT_EQ(tracer.trace(flow), truth);
      paths.insert(truth);
    }
  }
  EXPECT_EQ(paths.size(), 16U);
}

TEST(SimulatedTransport, UnequalBranchesGiveDistancesOfTheirOwn) {
  SimulatedTracer tracer(unequal());
  std::set<std::size_t> lengths;
  for (std::uint16_t port = 50000; port < 50020; ++port) {
    const std::vector<std::optional<IpAddress>> hops = tracer.trace(udp_flow(port));
    ASSERT_EQ(hops, tracer.transport().path(udp_flow(port)));
    lengths.insert(hops.size());
  }
  EXPECT_THAT(lengths, ElementsAre(4, 6));
}

TEST(SimulatedTransport, RoundTripIsTheSumOfTheDelays) {
  Network network = line(3, 5ms);
  link(network, "r1", "r2").forward.delay = 20ms;
  link(network, "r1", "r2").back.delay = 30ms;
  SimulatedTracer tracer(network);
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 2)).ok());
  const std::vector<Seen> seen = tracer.listen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen[0].outgoing);
  EXPECT_FALSE(seen[1].outgoing);
  EXPECT_EQ(seen[1].stamp - seen[0].stamp, 60ms);
}

TEST(SimulatedTransport, CapturedCopyHasTheBytesAndTimeOfSending) {
  SimulatedTracer tracer(line(1));
  const Timestamp before = tracer.transport().clock().utc();
  const std::vector<std::uint8_t> packet = tracer.udp_packet(udp_flow(50000), 1);
  ASSERT_TRUE(tracer.send(udp_flow(50000), packet).ok());
  const std::vector<Seen> seen = tracer.listen();
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen[0].bytes, packet);
  EXPECT_EQ(seen[0].stamp, before);
}

TEST(SimulatedTransport, CopiesCanBeSwitchedOff) {
  Network network = line(1);
  network.source.copies = false;
  SimulatedTracer tracer(network);
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 1)).ok());
  const std::vector<Seen> seen = tracer.listen();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_FALSE(seen[0].outgoing);
}

TEST(SimulatedTransport, ReplyTtlShowsTheLengthOfTheWayBack) {
  Network network = line(4);
  find_router(network, "r3")->initial_ttl = 255;
  SimulatedTracer tracer(network);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 1)->ip().header.ttl, 64);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 2)->ip().header.ttl, 63);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 3)->ip().header.ttl, 253);
}

TEST(SimulatedTransport, DropsAndCountsBadChecksumsAndLengths) {
  SimulatedTracer tracer(line(1));
  const transport::Endpoints flow = tcp_flow(50000);
  std::vector<std::uint8_t> bad_header = tracer.syn_packet(flow, 5);
  bad_header[10] ^= 1U;
  EXPECT_FALSE(tracer.exchange(flow, bad_header));
  std::vector<std::uint8_t> bad_segment = tracer.syn_packet(flow, 5);
  bad_segment.back() ^= 1U;
  EXPECT_FALSE(tracer.exchange(flow, bad_segment));
  std::vector<std::uint8_t> too_short = tracer.syn_packet(flow, 5);
  too_short.pop_back();
  EXPECT_FALSE(tracer.exchange(flow, too_short));

  EXPECT_EQ(tracer.transport().node("r1").malformed, 2U);
  EXPECT_EQ(tracer.transport().node("target").malformed, 1U);
  EXPECT_EQ(tracer.transport().sent()[1].fate, Fate::kMalformed);
  // A router on the way does not check a segment's checksum.
  EXPECT_EQ(tracer.transport().sent()[1].where, "target");
}

TEST(SimulatedTransport, RecordHoldsTheFateOfEachPacket) {
  SimulatedTracer tracer(line(2));
  tracer.probe(udp_flow(50000), 1);
  tracer.probe(udp_flow(50001), 3);
  tracer.probe(udp_flow(50001), 5);
  const std::vector<SentPacket>& sent = tracer.transport().sent();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].fate, Fate::kExpired);
  EXPECT_EQ(sent[0].where, "r1");
  EXPECT_EQ(sent[0].answers, 1U);
  EXPECT_EQ(sent[1].at, 1s);
  EXPECT_EQ(sent[1].fate, Fate::kArrived);
  EXPECT_EQ(sent[1].where, "target");
  EXPECT_EQ(sent[1].ttl_left, 1);
  EXPECT_EQ(sent[1].flow.source_port, 50001);
  EXPECT_EQ(sent[2].ttl_left, 3) << "two more than were needed";
}

TEST(SimulatedTransport, EqualSeedsGiveEqualRuns) {
  const auto run = [](std::uint64_t seed) {
    Network network = tiers({1, 4, 4, 1});
    network.seed = seed;
    for (Link& way : links(network, "r1")) {
      way.forward.loss = 0.3;
      way.back.jitter = 10ms;
    }
    SimulatedTracer tracer(network);
    for (std::uint16_t port = 50000; port < 50040; ++port) {
      EXPECT_TRUE(tracer.send(udp_flow(port), tracer.udp_packet(udp_flow(port), 4)).ok());
    }
    std::vector<std::pair<Timestamp, std::vector<std::uint8_t>>> seen;
    for (const Seen& packet : tracer.answers()) seen.emplace_back(packet.stamp, packet.bytes);
    return seen;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

TEST(SimulatedTransport, SeveralTargetsShareTheRouters) {
  Network network = line(2);
  Target other;
  other.id = "other";
  other.addresses = {address("198.51.100.7")};
  network.targets.push_back(other);
  links(network, "r1").push_back(to("other"));
  SimulatedTracer tracer(network);
  transport::Endpoints flow = udp_flow(50000);
  flow.destination = other.addresses[0];
  EXPECT_THAT(tracer.trace(flow), ElementsAre(router_address(1), other.addresses[0]));
  for (std::uint16_t port = 50000; port < 50020; ++port) {
    ASSERT_THAT(tracer.trace(udp_flow(port)),
                ElementsAre(router_address(1), router_address(2), target_address()));
  }
}

TEST(SimulatedTransport, RoutersCanBeTracedTo) {
  SimulatedTracer tracer(line(3));
  transport::Endpoints flow = udp_flow(50000);
  flow.destination = router_address(2);
  EXPECT_THAT(tracer.trace(flow), ElementsAre(router_address(1), router_address(2)));
}

TEST(SimulatedTransport, UnknownDestinationHasNoRoute) {
  SimulatedTracer tracer(line(1));
  transport::Endpoints flow = udp_flow(50000);
  flow.destination = address("198.51.100.1");
  const absl::StatusOr<transport::Route> route = tracer.transport().route(flow);
  EXPECT_EQ(route.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(route.status().message()), HasSubstr("no route to 198.51.100.1"));
}

TEST(SimulatedTransport, FamilyWithoutSourceAddressHasNoRoute) {
  Network network = line(1);
  network.source.addresses = {source_address()};
  SimulatedTracer tracer(network);
  transport::Endpoints flow;
  flow.destination = target_address(Family::kIpv6);
  flow.protocol = net::kProtocolUdp;
  EXPECT_EQ(tracer.transport().route(flow).status().message(),
            "no route to 2001:db8:ffff::9: network is unreachable");
}

TEST(SimulatedTransport, HostBalancesItsOwnUplinks) {
  Network network = tiers({2, 1});
  SimulatedTracer tracer(network);
  std::set<std::string> interfaces;
  for (std::uint16_t port = 50000; port < 50020; ++port) {
    const absl::StatusOr<transport::Route> route = tracer.transport().route(udp_flow(port));
    ASSERT_TRUE(route.ok());
    interfaces.insert(route->interface);
    const IpAddress first = *tracer.transport().path(udp_flow(port)).front();
    EXPECT_EQ(route->interface, first == router_address(1, 1) ? "sim0" : "sim1");
    EXPECT_EQ(route->interface_index, route->interface == "sim0" ? 1U : 2U);
  }
  EXPECT_THAT(interfaces, ElementsAre("sim0", "sim1"));
}

TEST(SimulatedTransport, TakenPortsAndDescriptorsAreRefused) {
  Network network = line(1);
  network.source.taken_ports = {50001};
  network.source.descriptors = 2;
  SimulatedTransport transport(network);
  const IpAddress own = source_address();
  EXPECT_TRUE(transport.reserve_port(own, 17, 50000).ok());
  EXPECT_TRUE(transport.reserve_port(own, 17, 50000).ok()) << "the same again is fine";
  EXPECT_EQ(transport.reserve_port(own, 17, 50001).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(transport.reserve_port(own, 17, 50002).ok());
  EXPECT_EQ(transport.reserve_port(own, 17, 50003).code(), absl::StatusCode::kResourceExhausted);
}

TEST(SimulatedTransport, PacketAboveTheInterfacesMtuIsRefused) {
  Network network = line(1);
  network.source.mtu = 100;
  SimulatedTracer tracer(network);
  const transport::Endpoints flow = udp_flow(50000);
  EXPECT_TRUE(tracer.send(flow, tracer.udp_packet(flow, 1, 72)).ok());
  EXPECT_EQ(tracer.send(flow, tracer.udp_packet(flow, 1, 73)).message(), "message too long");
}

TEST(SimulatedTransport, SendsFailWhileAFaultLasts) {
  Network network = line(1);
  network.send_faults.push_back({1s, 2s});
  SimulatedTracer tracer(network);
  const transport::Endpoints flow = udp_flow(50000);
  EXPECT_TRUE(tracer.probe(flow, 1));
  EXPECT_EQ(tracer.send(flow, tracer.udp_packet(flow, 1)).message(), "no buffer space available");
  EXPECT_TRUE(tracer.listen().empty());
  EXPECT_TRUE(tracer.probe(flow, 1));
}

TEST(SimulatedTransport, CaptureThatOverflowsCountsWhatItDropped) {
  Network network = line(1);
  network.source.capture_loss = 0.5;
  SimulatedTracer tracer(network);
  const transport::Endpoints flow = udp_flow(50000);
  std::size_t seen = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(tracer.send(flow, tracer.udp_packet(flow, 1)).ok());
    seen += tracer.listen().size();
  }
  const transport::TransportCounters counters = tracer.transport().counters();
  EXPECT_EQ(seen + counters.dropped, 200U);
  EXPECT_GT(counters.dropped, 50U);
}

TEST(SimulatedTransport, WaitJumpsToTheNextPacketOrToTheDeadline) {
  SimulatedTracer tracer(line(1, 30ms));
  SimulatedTransport& transport = tracer.transport();
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 1)).ok());
  transport.receive([](const transport::ReceivedPacket&) {},
                    transport::kAllPackets);  // Our own copy.
  const base::Instant start = transport.clock().now();
  transport.wait(start + 10ms);
  EXPECT_EQ(transport.clock().now() - start, 10ms);
  transport.wait(start + 10s);
  EXPECT_EQ(transport.clock().now() - start, 60ms);
  EXPECT_EQ(transport.receive([](const transport::ReceivedPacket&) {}, transport::kAllPackets), 1U);
  transport.wait(start + 10s);
  EXPECT_EQ(transport.clock().now() - start, 10s);
}

TEST(SimulatedTransport, WakeEndsAWaitWithoutPassingTime) {
  SimulatedTransport transport(line(1));
  const base::Instant start = transport.clock().now();
  transport.wake();
  transport.wait(start + 10s);
  EXPECT_EQ(transport.clock().now(), start);
  transport.wait(start + 10s);
  EXPECT_EQ(transport.clock().now(), start + 10s) << "one wake ends one wait";
}

TEST(SimulatedTransport, WakeFromAnotherThreadEndsAnEndlessWait) {
  for (const bool is_virtual : {true, false}) {
    Network network = line(1);
    network.virtual_clock = is_virtual;
    SimulatedTransport transport(network);
    std::thread waker([&transport] { transport.wake(); });
    transport.wait(base::Instant::max());
    waker.join();
  }
}

TEST(SimulatedTransport, RealTimePassesAsLongAsTheLinksTake) {
  Network network = line(2, 2ms);
  network.virtual_clock = false;
  SimulatedTracer tracer(network);
  SimulatedTransport& transport = tracer.transport();
  EXPECT_FALSE(transport.clock().is_virtual());
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 2)).ok());
  const base::Instant start = transport.clock().now();
  std::vector<Timestamp> stamps;
  while (stamps.size() < 2) {
    transport.wait(base::Instant::max());
    transport.receive(
        [&](const transport::ReceivedPacket& packet) { stamps.push_back(packet.stamp); },
        transport::kAllPackets);
  }
  // The stamps are the simulated times, however late they are read.
  EXPECT_EQ(stamps[1] - stamps[0], 8ms);
  EXPECT_GE(transport.clock().now() - start, 7ms);
}

}  // namespace
}  // namespace etr::simulation::testing
