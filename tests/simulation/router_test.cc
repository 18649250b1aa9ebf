// What the routers of the simulated network can do to packets.
#include <chrono>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/tracer.h"

namespace etr::simulation::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

/// A line of three routers; `edit` changes the second.
template <class Edit>
Network line_with(const Edit& edit) {
  Network network = line(3);
  edit(*find_router(network, "r2"));
  return network;
}

std::optional<IpAddress> hop(unsigned tier) { return router_address(tier); }

TEST(SimulatedRouter, SilentOneForwardsButDoesNotAnswer) {
  SimulatedTracer tracer(line_with([](Router& router) { router.silent = true; }));
  EXPECT_THAT(tracer.trace(udp_flow(50000)),
              ElementsAre(hop(1), std::nullopt, hop(3), target_address()));
  EXPECT_EQ(tracer.transport().path(udp_flow(50000))[1], std::nullopt);
  EXPECT_EQ(tracer.transport().node("r2").withheld, 1U);
}

TEST(SimulatedRouter, OneWithoutAddressOfTheFamilyIsSilentInIt) {
  SimulatedTracer tracer(line_with([](Router& router) { router.addresses = {router_address(2)}; }));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 2));
  EXPECT_FALSE(tracer.probe(udp_flow(50000, Family::kIpv6), 2));
}

TEST(SimulatedRouter, HiddenOneIsNoHop) {
  SimulatedTracer tracer(line_with([](Router& router) { router.hidden = true; }));
  EXPECT_THAT(tracer.trace(udp_flow(50000)), ElementsAre(hop(1), hop(3), target_address()));
  EXPECT_EQ(tracer.transport().path(udp_flow(50000)).size(), 3U);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 2)->ip().header.ttl, 63);
}

TEST(SimulatedRouter, LimitAnswersABurstAndThenOnePerSecond) {
  SimulatedTracer tracer(line_with([](Router& router) { router.limit = RateLimit{1, 6}; }));
  const transport::Endpoints flow = udp_flow(50000);
  const auto burst = [&](int packets, Duration listen) {
    for (int i = 0; i < packets; ++i)
      EXPECT_TRUE(tracer.send(flow, tracer.udp_packet(flow, 2)).ok());
    return tracer.answers(listen).size();
  };
  EXPECT_EQ(burst(10, 500ms), 6U);
  EXPECT_EQ(burst(1, 500ms), 0U);
  EXPECT_EQ(burst(2, 500ms), 1U) << "one second has brought one token";
  tracer.listen(1h);
  EXPECT_EQ(burst(10, 500ms), 6U);
  EXPECT_EQ(tracer.transport().node("r2").limited, 4U + 1 + 1 + 4);
}

TEST(SimulatedRouter, LimitIsTheRoutersOwnAndDoesNotStopForwarding) {
  SimulatedTracer tracer(line_with([](Router& router) { router.limit = RateLimit{0, 1}; }));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 2));
  EXPECT_FALSE(tracer.probe(udp_flow(50000), 2));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 3));
}

TEST(SimulatedRouter, AnswersOnlyItsShare) {
  SimulatedTracer tracer(line_with([](Router& router) { router.answers = 0.3; }));
  int answered = 0;
  for (int i = 0; i < 1000; ++i) answered += tracer.probe(udp_flow(50000), 2).has_value() ? 1 : 0;
  EXPECT_NEAR(answered, 300, 60);  // Four standard deviations.
}

TEST(SimulatedRouter, ReportsItsLabels) {
  const std::vector<MplsLabel> stack{{16001, 0, false, 1}, {24017, 5, true, 2}};
  SimulatedTracer tracer(line_with([&](Router& router) { router.mpls = stack; }));
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const std::optional<Seen> answer = tracer.probe(udp_flow(50000, family), 2);
    ASSERT_TRUE(answer && answer->error());
    EXPECT_EQ(net::mpls_stack(answer->error()->extensions), stack);
  }
}

TEST(SimulatedRouter, QuotesAsMuchAsItIsTold) {
  SimulatedTracer tracer(line_with([](Router& router) { router.quote = 8; }));
  const transport::Endpoints flow = tcp_flow(50000);
  EXPECT_EQ(tracer.probe(flow, 2)->error()->original.payload.size(), 8U);
  EXPECT_EQ(tracer.probe(flow, 1)->error()->original.payload.size(), 20U);
}

TEST(SimulatedRouter, ZeroesTheIdInItsQuotesOnly) {
  SimulatedTracer tracer(line_with([](Router& router) { router.zeroes_quoted_id = true; }));
  EXPECT_EQ(tracer.probe(udp_flow(50000), 2)->error()->original.header.id, 0);
  EXPECT_NE(tracer.probe(udp_flow(50000), 3)->error()->original.header.id, 0);
}

TEST(SimulatedRouter, ZeroTtlForwardingShowsTheNextRouterTwice) {
  SimulatedTracer tracer(line_with([](Router& router) { router.forwards_zero_ttl = true; }));
  const std::vector<std::optional<IpAddress>> hops = tracer.trace(udp_flow(50000));
  EXPECT_THAT(hops, ElementsAre(hop(1), hop(3), hop(3), target_address()));
  EXPECT_EQ(hops, tracer.transport().path(udp_flow(50000)));
  EXPECT_EQ(tracer.probe(udp_flow(50000), 2)->error()->original.header.ttl, 0);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 3)->error()->original.header.ttl, 1);
}

TEST(SimulatedRouter, BlockAnswersWithItsCodeFromItsOwnAddress) {
  SimulatedTracer tracer(line_with([](Router& router) {
    router.blocks.push_back({net::kProtocolUdp, std::nullopt, UnreachableCode{13, {}}});
  }));
  EXPECT_EQ(tracer.probe(udp_flow(50000), 2)->error()->kind, ReplyKind::kTimeExceeded);
  const std::optional<Seen> blocked = tracer.probe(udp_flow(50000), 3);
  ASSERT_TRUE(blocked && blocked->error());
  EXPECT_EQ(blocked->from(), router_address(2));
  EXPECT_EQ(blocked->error()->kind, ReplyKind::kUnreachable);
  EXPECT_EQ(blocked->error()->code, 13);
  EXPECT_EQ(tracer.probe(udp_flow(50000, Family::kIpv6), 3)->error()->code, 1);
  EXPECT_EQ(tracer.trace(tcp_flow(50000)).size(), 4U) << "TCP passes";
  EXPECT_THAT(tracer.transport().path(udp_flow(50000)), ElementsAre(hop(1), hop(2)));
}

TEST(SimulatedRouter, BlockWithoutAnswerJustDrops) {
  SimulatedTracer tracer(line_with([](Router& router) {
    router.blocks.push_back({std::nullopt, 443, std::nullopt});
  }));
  EXPECT_FALSE(tracer.probe(tcp_flow(50000), 3));
  EXPECT_EQ(tracer.transport().sent().back().fate, Fate::kBlocked);
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 3));
}

TEST(SimulatedRouter, NatThatRestoresQuotesIsInvisible) {
  SimulatedTracer tracer(line_with([](Router& router) {
    router.nat = Nat{{address("198.51.100.1")}, true, true};
  }));
  EXPECT_EQ(tracer.trace(tcp_flow(50000)).size(), 4U);
  const std::optional<Seen> answer = tracer.probe(tcp_flow(50000), 3);
  ASSERT_TRUE(answer && answer->error());
  const std::optional<net::IcmpError> error = answer->error();
  EXPECT_EQ(error->original.header.source, source_address());
  EXPECT_EQ(net::parse_tcp(error->original.payload)->source_port, 50000);
}

TEST(SimulatedRouter, NatThatKeepsQuotesShowsTheTranslatedPacket) {
  SimulatedTracer tracer(line_with([](Router& router) {
    router.nat = Nat{{address("198.51.100.1")}, true, false};
  }));
  const std::optional<Seen> answer = tracer.probe(tcp_flow(50000), 3);
  ASSERT_TRUE(answer && answer->error());
  EXPECT_EQ(answer->ip().header.destination, source_address());
  const std::optional<net::IcmpError> error = answer->error();
  EXPECT_EQ(error->original.header.source, address("198.51.100.1"));
  EXPECT_NE(net::parse_tcp(error->original.payload)->source_port, 50000);
  // The target's answer still finds its way back.
  EXPECT_EQ(tracer.probe(tcp_flow(50000), 4)->tcp()->destination_port, 50000);
}

TEST(SimulatedRouter, NatChangesWhatLaterRoutersHash) {
  Network network = tiers({1, 8, 1});
  find_router(network, "r1")->nat = Nat{{address("198.51.100.1")}, true, true};
  Network without = tiers({1, 8, 1});
  SimulatedTransport translated(network);
  SimulatedTransport plain(without);
  int moved = 0;
  for (std::uint16_t port = 50000; port < 50100; ++port) {
    moved += translated.path(udp_flow(port)) != plain.path(udp_flow(port)) ? 1 : 0;
  }
  // r1 balances packets that it has already translated.
  EXPECT_GT(moved, 50);
}

TEST(SimulatedRouter, ScrubberGivesOtherIds) {
  SimulatedTracer tracer(line_with([](Router& router) { router.rewrites_id = true; }));
  for (int i = 0; i < 5; ++i) tracer.probe(udp_flow(50000), 1);
  const std::uint16_t before = tracer.probe(udp_flow(50000), 2)->error()->original.header.id;
  EXPECT_EQ(before, tracer.transport().sent().back().id);
  const std::uint16_t scrubbed = tracer.probe(udp_flow(50000), 3)->error()->original.header.id;
  EXPECT_NE(scrubbed, tracer.transport().sent().back().id);
}

TEST(SimulatedRouter, SequenceRandomiserShowsOnlyInQuotes) {
  SimulatedTracer tracer(line_with([](Router& router) { router.rewrites_sequence = true; }));
  const transport::Endpoints flow = tcp_flow(50000);
  const auto quoted_sequence = [&](std::uint8_t ttl) {
    const std::optional<Seen> answer = tracer.exchange(flow, tracer.syn_packet(flow, ttl, 1000));
    return net::parse_tcp(answer->error()->original.payload)->sequence;
  };
  EXPECT_EQ(quoted_sequence(2), 1000U);
  EXPECT_NE(quoted_sequence(3), 1000U);
  EXPECT_EQ(tracer.exchange(flow, tracer.syn_packet(flow, 4, 1000))->tcp()->acknowledgment, 1001U);
  EXPECT_EQ(tracer.exchange(flow, tracer.syn_packet(flow, 4, 2000))->tcp()->flags,
            net::kTcpSyn | net::kTcpAck)
      << "the kernel's RST was shifted like the SYN";
}

TEST(SimulatedRouter, RewritesTheTrafficClassOfForwardedPackets) {
  SimulatedTracer tracer(line_with([](Router& router) { router.sets_traffic_class = 0x20; }));
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    EXPECT_EQ(tracer.probe(udp_flow(50000, family), 2)->error()->original.header.traffic_class, 0);
    EXPECT_EQ(tracer.probe(udp_flow(50000, family), 3)->error()->original.header.traffic_class,
              0x20);
  }
}

TEST(SimulatedRouter, PacketTooBigNamesTheMtuOfTheLink) {
  Network network = line(3);
  link(network, "r2", "r3").mtu = 1400;
  SimulatedTracer tracer(network);
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const transport::Endpoints flow = udp_flow(50000, family);
    const std::size_t headers = family == Family::kIpv4 ? 28 : 48;
    const std::optional<Seen> fits =
        tracer.exchange(flow, tracer.udp_packet(flow, 3, 1400 - headers));
    ASSERT_TRUE(fits && fits->error());
    EXPECT_EQ(fits->error()->kind, ReplyKind::kTimeExceeded);
    const std::optional<Seen> answer =
        tracer.exchange(flow, tracer.udp_packet(flow, 3, 1401 - headers));
    ASSERT_TRUE(answer && answer->error());
    EXPECT_EQ(answer->from(), router_address(2, 1, family));
    EXPECT_EQ(answer->error()->kind, ReplyKind::kPacketTooBig);
    EXPECT_THAT(answer->error()->mtu, Optional(1400));
    EXPECT_EQ(answer->error()->original.header.ttl, 2);
  }
}

TEST(SimulatedRouter, PerPacketBalancingSplitsOneFlow) {
  Network network = diamond(2);
  find_router(network, "r1")->balancing = Balancing::kPacket;
  SimulatedTracer tracer(network);
  std::map<IpAddress, int> heard;
  for (int i = 0; i < 200; ++i) ++heard[tracer.probe(udp_flow(50000), 2)->from()];
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_NEAR(heard.begin()->second, 100, 35);
}

TEST(SimulatedRouter, BalancingByAddressesKeepsFlowsTogether) {
  Network network = diamond(8);
  find_router(network, "r1")->balancing = Balancing::kAddresses;
  SimulatedTransport transport(network);
  std::set<std::vector<std::optional<IpAddress>>> paths;
  for (std::uint16_t port = 50000; port < 50100; ++port) {
    paths.insert(transport.path(udp_flow(port)));
    paths.insert(transport.path(tcp_flow(port)));
  }
  EXPECT_EQ(paths.size(), 1U);
}

TEST(SimulatedRouter, FlowsSpreadByWeight) {
  Network network = diamond(2);
  link(network, "r1", "r2.1").weight = 3;
  SimulatedTransport transport(network);
  int first = 0;
  for (unsigned port = 20000; port < 24000; ++port) {
    const auto path = transport.path(udp_flow(static_cast<std::uint16_t>(port)));
    first += path[1] == router_address(2, 1) ? 1 : 0;
  }
  EXPECT_NEAR(first, 3000, 110);  // Four standard deviations.
}

TEST(SimulatedRouter, RoutersHashDifferentlyUnlessSeedsAgree) {
  const auto paths = [](const Network& network) {
    SimulatedTransport transport(network);
    std::set<std::vector<std::optional<IpAddress>>> found;
    for (std::uint16_t port = 50000; port < 50200; ++port)
      found.insert(transport.path(udp_flow(port)));
    return found.size();
  };
  Network network = nested(4, 4);
  EXPECT_EQ(paths(network), 16U);
  for (Router& router : network.routers) router.hash_seed = 1;
  EXPECT_EQ(paths(network), 4U) << "polarised: the second tier repeats the first one's choice";
}

TEST(SimulatedRouter, AnswersFromTheInboundInterface) {
  Network network = diamond(2);
  link(network, "r2.1", "r3").addresses = {address("10.9.0.1")};
  link(network, "r2.2", "r3").addresses = {address("10.9.0.2")};
  SimulatedTracer tracer(network);
  for (std::uint16_t port = 50000; port < 50010; ++port) {
    const std::vector<std::optional<IpAddress>> hops = tracer.trace(udp_flow(port));
    EXPECT_EQ(hops, tracer.transport().path(udp_flow(port)));
    EXPECT_EQ(hops[2], hops[1] == router_address(2, 1) ? address("10.9.0.1") : address("10.9.0.2"));
  }
}

TEST(SimulatedRouter, WithoutAWayOnAnswersNetUnreachable) {
  Network network = line(3);
  links(network, "r2").clear();
  SimulatedTracer tracer(network);
  const std::optional<Seen> answer = tracer.probe(udp_flow(50000), 5);
  ASSERT_TRUE(answer && answer->error());
  EXPECT_EQ(answer->from(), router_address(2));
  EXPECT_EQ(answer->error()->kind, ReplyKind::kUnreachable);
  EXPECT_EQ(answer->error()->code, 0);
  EXPECT_EQ(tracer.transport().sent().back().fate, Fate::kUnroutable);
}

TEST(SimulatedRouter, LoopGoesRoundUntilTheTtlRunsOut) {
  Network network = line(3);
  links(network, "r3") = {to("r2")};
  SimulatedTracer tracer(network);
  EXPECT_THAT(tracer.trace(udp_flow(50000), 6),
              ElementsAre(hop(1), hop(2), hop(3), hop(2), hop(3), hop(2)));
}

TEST(SimulatedRouter, AnswerDelayAndLongerReturn) {
  SimulatedTracer tracer(line_with([](Router& router) {
    router.answer_delay = 50ms;
    router.longer_return = 5;
  }));
  const Timestamp sent = tracer.transport().clock().utc();
  const std::optional<Seen> answer = tracer.probe(udp_flow(50000), 2);
  EXPECT_EQ(answer->stamp - sent, 54ms);
  EXPECT_EQ(answer->ip().header.ttl, 64 - 1 - 5);
}

// --- Forgeries: each quotes a probe of ours, with one difference.

Seen forged(ForgeryKind kind, const transport::Endpoints& flow, std::vector<std::uint8_t>& probe) {
  SimulatedTracer tracer(line_with([&](Router& router) {
    Forgery forgery;
    forgery.kind = kind;
    forgery.from = router_address(9);
    router.forgeries = {forgery};
  }));
  probe = tracer.packet(flow, 3);
  EXPECT_TRUE(tracer.send(flow, probe).ok());
  for (const Seen& answer : tracer.answers()) {
    if (answer.from() == router_address(9)) return answer;
  }
  ADD_FAILURE() << "nothing was forged";
  return {};
}

std::size_t differing_octets(Bytes a, Bytes b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) count += a[i] != b[i] ? 1U : 0U;
  return count;
}

TEST(SimulatedForgery, EachKindDiffersFromTheProbeInOneThing) {
  for (const transport::Endpoints& flow : {udp_flow(50000), tcp_flow(50000)}) {
    std::vector<std::uint8_t> probe;
    Seen answer = forged(ForgeryKind::kUnknownId, flow, probe);
    net::IpPacket quoted = answer.error()->original;
    const net::IpPacket sent = *net::parse_ip(probe);
    EXPECT_NE(quoted.header.id, sent.header.id);
    EXPECT_EQ(differing_octets(quoted.payload, sent.payload), 0U);

    answer = forged(ForgeryKind::kWrongToken, flow, probe);
    quoted = answer.error()->original;
    EXPECT_EQ(quoted.header.id, net::parse_ip(probe)->header.id);
    EXPECT_EQ(differing_octets(quoted.payload, net::parse_ip(probe)->payload), 1U);

    answer = forged(ForgeryKind::kNeverSent, flow, probe);
    quoted = answer.error()->original;
    EXPECT_EQ(quoted.header.id, net::parse_ip(probe)->header.id);
    EXPECT_EQ(differing_octets(quoted.payload.first(8), net::parse_ip(probe)->payload.first(8)),
              1U);
    EXPECT_EQ(differing_octets(quoted.payload.first(4), net::parse_ip(probe)->payload.first(4)),
              0U);

    answer = forged(ForgeryKind::kWrongPorts, flow, probe);
    quoted = answer.error()->original;
    EXPECT_GT(differing_octets(quoted.payload.first(2), net::parse_ip(probe)->payload.first(2)),
              0U);
  }
}

TEST(SimulatedForgery, ReplayRepeatsATrueAnswerLater) {
  SimulatedTracer tracer(line_with([](Router& router) {
    Forgery forgery;
    forgery.kind = ForgeryKind::kReplayed;
    forgery.delay = 3s;
    forgery.copies = 2;
    router.forgeries = {forgery};
  }));
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 2)).ok());
  const std::vector<Seen> answers = tracer.answers(5s);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[1].stamp - answers[0].stamp, 3s);
  EXPECT_EQ(answers[0].error()->original.header, answers[1].error()->original.header);
  EXPECT_EQ(tracer.transport().node("r2").forged, 2U);
  EXPECT_EQ(tracer.probe(udp_flow(50000), 3)->from(), router_address(3));
}

}  // namespace
}  // namespace etr::simulation::testing
