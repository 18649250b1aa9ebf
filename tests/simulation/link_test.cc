// Links of the simulated network, changes during a run, and networks that check() refuses.
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

TEST(SimulatedLink, LossIsCountedWhereItHappensAndNearItsShare) {
  Network network = line(2);
  link(network, "r1", "r2").forward.loss = 0.2;
  link(network, "source", "r1").back.loss = 0.5;
  SimulatedTracer tracer(network);
  int answered = 0;
  for (int i = 0; i < 2000; ++i) answered += tracer.probe(udp_flow(50000), 2).has_value() ? 1 : 0;
  EXPECT_NEAR(answered, 800, 88);
  const std::uint64_t lost = tracer.transport().node("r1").lost;
  const std::uint64_t lost_back = tracer.transport().node("source").lost_back;
  EXPECT_NEAR(static_cast<double>(lost), 400, 72);
  EXPECT_EQ(static_cast<std::uint64_t>(answered) + lost + lost_back, 2000U);
}

TEST(SimulatedLink, DuplicatesArriveTwice) {
  Network network = line(2);
  link(network, "source", "r1").forward.duplicate = 1;
  link(network, "r1", "r2").back.duplicate = 1;
  SimulatedTracer tracer(network);
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 1)).ok());
  EXPECT_EQ(tracer.answers().size(), 2U);
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 2)).ok());
  EXPECT_EQ(tracer.answers().size(), 4U);
}

TEST(SimulatedLink, HeldBackPacketsAreOvertaken) {
  Network network = line(2);
  link(network, "source", "r1").forward.reorder = 0.5;
  link(network, "source", "r1").forward.reorder_delay = 20ms;
  SimulatedTracer tracer(network);
  std::map<Duration, int> times;
  for (int i = 0; i < 100; ++i) {
    const Timestamp sent = tracer.transport().clock().utc();
    ++times[tracer.probe(udp_flow(50000), 1)->stamp - sent];
  }
  ASSERT_EQ(times.size(), 2U);
  EXPECT_EQ(times.begin()->first, 2ms);
  EXPECT_EQ(times.rbegin()->first, 22ms);
}

TEST(SimulatedLink, JitterFollowsItsDistribution) {
  const auto mean_of = [](Jitter kind, Duration& longest) {
    Network network = line(1);
    link(network, "source", "r1").forward.jitter = 10ms;
    link(network, "source", "r1").forward.jitter_kind = kind;
    SimulatedTracer tracer(network);
    Duration sum{};
    for (int i = 0; i < 2000; ++i) {
      const Timestamp sent = tracer.transport().clock().utc();
      const Duration extra = tracer.probe(udp_flow(50000), 1)->stamp - sent - 2ms;
      EXPECT_GE(extra, Duration{});
      longest = std::max(longest, extra);
      sum += extra;
    }
    return std::chrono::duration<double, std::milli>(sum).count() / 2000;
  };
  Duration longest{};
  EXPECT_NEAR(mean_of(Jitter::kUniform, longest), 5, 0.3);
  EXPECT_LT(longest, 10ms);
  EXPECT_NEAR(mean_of(Jitter::kNormal, longest), 7.98, 0.6);  // Half-normal: 10 sqrt(2 / pi).
  EXPECT_NEAR(mean_of(Jitter::kExponential, longest), 10, 0.9);
}

TEST(SimulatedLink, FlowsOfALinkThatIsDownGoElsewhere) {
  Network network = diamond(2);
  change<Router>(network, 10s, "r1", [](Router& router) { router.next[0].down = true; });
  SimulatedTracer tracer(network);
  const auto others = [&](Duration at) {
    std::set<IpAddress> found;
    for (std::uint16_t port = 50000; port < 50020; ++port) {
      found.insert(*tracer.transport().path(udp_flow(port), at)[1]);
    }
    return found;
  };
  EXPECT_THAT(others(0s), ElementsAre(router_address(2, 1), router_address(2, 2)));
  EXPECT_THAT(others(10s), ElementsAre(router_address(2, 2)));
  tracer.listen(10s);
  EXPECT_EQ(tracer.trace(udp_flow(50000)), tracer.transport().path(udp_flow(50000)));
}

// --- Changes.

TEST(SimulatedChange, HoldsFromItsTimeOnForPacketsThatArriveThen) {
  Network network = line(2, 10ms);
  change<Router>(network, 1s, "r2", [](Router& router) { router.silent = true; });
  change<Router>(network, 2s, "r2", [](Router& router) { router.silent = false; });
  SimulatedTracer tracer(network);
  tracer.listen(985ms);
  // It leaves before the change, arrives after it.
  EXPECT_FALSE(tracer.probe(udp_flow(50000), 2, 500ms));
  EXPECT_FALSE(tracer.probe(udp_flow(50000), 2, 515ms));
  EXPECT_TRUE(tracer.probe(udp_flow(50000), 2));
}

TEST(SimulatedChange, PathsGrowAndShrink) {
  Network network = line(4);
  change<Router>(network, 10s, "r2", [](Router& router) { router.next = {to("r4")}; });
  change<Router>(network, 20s, "r2", [](Router& router) { router.next = {to("r3")}; });
  SimulatedTracer tracer(network);
  EXPECT_EQ(tracer.trace(udp_flow(50000)).size(), 5U);
  tracer.listen(5s);
  EXPECT_EQ(tracer.trace(udp_flow(50000)).size(), 4U);
  tracer.listen(10s);
  EXPECT_EQ(tracer.trace(udp_flow(50000)).size(), 5U);
}

TEST(SimulatedChange, OwnRouteChangeIsNoticedAndFollowed) {
  Network network = tiers({2, 1});
  network.source.next[1].down = true;
  change_source(network, 5s, [](Source& source) {
    source.next[0].down = true;
    source.next[1].down = false;
    source.mtu = 1400;
  });
  SimulatedTransport transport(network);
  const transport::FlowHandle flow = *transport.open_flow(udp_flow(50000));
  EXPECT_EQ(transport.flow_route(flow).interface, "sim0");
  EXPECT_THAT(transport.take_notices(), ElementsAre());
  transport.wait(transport.clock().now() + 6s);
  EXPECT_THAT(transport.take_notices(), ElementsAre("route to 203.0.113.9 now leaves by sim1"));
  EXPECT_EQ(transport.flow_route(flow).interface, "sim1");
  EXPECT_EQ(transport.flow_route(flow).mtu, 1400);
  EXPECT_THAT(transport.take_notices(), ElementsAre());
}

TEST(SimulatedChange, HostWithoutUplinkCannotSend) {
  Network network = line(1);
  change_source(network, 5s, [](Source& source) { source.next[0].down = true; });
  SimulatedTracer tracer(network);
  const transport::FlowHandle flow = *tracer.transport().open_flow(udp_flow(50000));
  tracer.listen(5s);
  const std::vector<std::uint8_t> packet = tracer.udp_packet(udp_flow(50000), 1);
  EXPECT_EQ(tracer.transport().send(flow, packet).message(), "network is unreachable");
  EXPECT_EQ(tracer.transport().route(udp_flow(50000)).status().message(),
            "no route to 203.0.113.9: network is unreachable");
}

TEST(SimulatedChange, ClockStepMovesUtcButNotTime) {
  Network network = line(1, 100ms);
  network.clock_steps.push_back({1s, -1h});
  SimulatedTracer tracer(network);
  const base::Clock& clock = tracer.transport().clock();
  const Timestamp utc = clock.utc();
  const base::Instant start = clock.now();
  tracer.listen(900ms);
  ASSERT_TRUE(tracer.send(udp_flow(50000), tracer.udp_packet(udp_flow(50000), 1)).ok());
  const std::vector<Seen> seen = tracer.listen(1s);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].stamp - utc, 900ms);
  EXPECT_EQ(seen[1].stamp - utc, 1100ms - 1h);
  EXPECT_EQ(clock.now() - start, 1900ms);
  EXPECT_EQ(clock.utc() - utc, 1900ms - 1h);
}

// --- Networks that check() refuses.

TEST(SimulatedNetwork, CheckNamesTheFirstError) {
  const auto error = [](const std::function<void(Network&)>& edit) {
    Network network = diamond(2);
    edit(network);
    return std::string(check(network).message());
  };
  EXPECT_EQ(error([](Network&) {}), "");
  EXPECT_EQ(error([](Network& n) { link(n, "r1", "r2.1").to = "x"; }),
            "router 'r1': link to 'x', which does not exist");
  EXPECT_EQ(error([](Network& n) { link(n, "r1", "r2.1").weight = 0; }),
            "router 'r1': link to 'r2.1': the weight must be above 0");
  EXPECT_EQ(error([](Network& n) { link(n, "r1", "r2.1").forward.loss = 1.5; }),
            "router 'r1': link to 'r2.1': shares lie between 0 and 1");
  EXPECT_EQ(error([](Network& n) { n.routers.push_back(n.routers[0]); }),
            "there are two nodes with the id 'r1'");
  EXPECT_EQ(error([](Network& n) { n.targets.clear(); }), "a network needs a target");
  EXPECT_EQ(error([](Network& n) { n.source.addresses.clear(); }), "source: an address is needed");
  EXPECT_EQ(error([](Network& n) { n.targets[0].addresses.clear(); }),
            "target 'target': an address is needed");
  EXPECT_EQ(error([](Network& n) { n.routers[1].addresses = {router_address(1)}; }),
            "'r1' and 'r2.1' have the same address 10.0.1.1");
  EXPECT_EQ(error([](Network& n) {
              Router unknown;
              unknown.id = "r9";
              n.changes.push_back({1s, unknown});
            }),
            "router 'r9' does not exist");
}

}  // namespace
}  // namespace etr::simulation::testing
