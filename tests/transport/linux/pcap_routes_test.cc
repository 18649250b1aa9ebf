// Which way the real transport sends: routes, their changes, and the options that override them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "transport/linux/pcap_fixture.h"

namespace etr::transport {
namespace {

using test::address;
using testing::Contains;
using testing::HasSubstr;

TEST_F(PcapTransportTest, LinkThatGoesDownAndUpDoesNotEndTheRun) {
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  router_.ip("address add 192.0.2.1/32 dev lo");
  host_.enter();
  Endpoints endpoints = udp_to("192.0.2.1");
  const FlowHandle flow = open_flow(endpoints);
  probe(flow, endpoints);

  host_.ip("link set veth0 down");
  hear_of_changes();
  const absl::Status down = transport_->send(flow, udp_packet(endpoints));
  EXPECT_EQ(down.message(), "no route to 192.0.2.1");
  EXPECT_THAT(transport_->take_notices(), Contains("interface veth0 is down"));

  host_.ip("link set veth0 up");
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  hear_of_changes();
  probe(flow, endpoints);
}

// Defect C8 of the Go etr, docs/compatibility.md.
TEST_F(PcapTransportTest, FollowsARouteChangeAndReportsItOnce) {
  add_pair("veth2", "veth3", 8);
  host_.ip("address add 10.77.0.1/32 dev lo");
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2 src 10.77.0.1");
  router_.ip("address add 192.0.2.1/32 dev lo");
  router_.ip("route add 10.77.0.1 via 10.9.0.1");
  host_.enter();
  Endpoints first = udp_to("192.0.2.1", 50000);
  Endpoints second = udp_to("192.0.2.1", 50001);
  const FlowHandle first_flow = open_flow(first);
  const FlowHandle second_flow = open_flow(second);
  EXPECT_EQ(probe(first_flow, first).front().interface_index, index_of("veth0"));

  host_.ip("route replace 192.0.2.0/24 via 10.8.0.2 src 10.77.0.1");
  hear_of_changes();
  EXPECT_EQ(probe(first_flow, first).front().interface_index, index_of("veth2"));
  EXPECT_EQ(probe(second_flow, second).front().interface_index, index_of("veth2"));
  EXPECT_EQ(transport_->flow_route(first_flow).interface, "veth2");
  const std::vector<std::string> notices = transport_->take_notices();
  EXPECT_EQ(
      1, std::count(notices.begin(), notices.end(),
                    "route to 192.0.2.1 is now via 10.8.0.2 on veth2, was via 10.9.0.2 on veth0"));
}

// Defect C8 of the Go etr, docs/compatibility.md.
TEST_F(PcapTransportTest, SendsEachFlowByTheNextHopOfItsPorts) {
  add_pair("veth2", "veth3", 8);
  host_.set("net.ipv4.fib_multipath_hash_policy", "1");
  host_.ip("address add 10.77.0.1/32 dev lo");
  host_.ip("route add 192.0.2.0/24 src 10.77.0.1 nexthop via 10.9.0.2 nexthop via 10.8.0.2");
  std::map<std::uint16_t, std::uint32_t> kernel;
  std::map<std::uint16_t, std::uint32_t> seen;
  LinuxRoutes routes = LinuxRoutes::open().value();
  for (std::uint16_t port = 50000; port < 50032; ++port) {
    Endpoints endpoints = udp_to("192.0.2.1", port);
    const FlowHandle flow = open_flow(endpoints);
    kernel[port] = routes.find(endpoints, 0).value().interface_index;
    ASSERT_TRUE(transport_->send(flow, udp_packet(endpoints)).ok());
    capture_until([&](const Captured& packet) {
      const auto ip = net::parse_ip(packet.ip).value();
      if (!packet.outgoing || WireReader(ip.payload).u16() != port) return false;
      seen[port] = packet.interface_index;
      return true;
    });
  }
  EXPECT_EQ(seen, kernel);
  std::set<std::uint32_t> interfaces;
  for (const auto& [port, index] : seen) interfaces.insert(index);
  EXPECT_EQ(interfaces.size(), 2U);
}

TEST_F(PcapTransportTest, DeadNextHopDelaysTheFirstFlowOnly) {
  host_.ip("route add 192.0.2.0/24 via 10.9.0.99");
  const auto begun = std::chrono::steady_clock::now();
  Endpoints endpoints = udp_to("192.0.2.1");
  const FlowHandle first = open_flow(endpoints);
  const auto opened = std::chrono::steady_clock::now();
  for (std::uint16_t port = 50001; port < 50017; ++port) {
    Endpoints other = udp_to("192.0.2.1", port);
    open_flow(other);
  }
  EXPECT_TRUE(transport_->send(first, udp_packet(endpoints)).ok());
  EXPECT_LT(opened - begun, std::chrono::seconds(2));
  EXPECT_LT(std::chrono::steady_clock::now() - opened, std::chrono::milliseconds(300));
}

TEST_F(PcapTransportTest, IpsecPoliciesAreNotBypassed) {
  if (std::system("ip xfrm policy add dir out src 0.0.0.0/0 dst 192.0.2.1/32 action block && "
                  "ip xfrm policy add dir out src ::/0 dst 2001:db8::1/128 action block") != 0) {
    GTEST_SKIP() << "no IPsec policies here";
  }
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  host_.ip("-6 route add 2001:db8::/32 via fd00:9::2");
  for (const char* forbidden : {"192.0.2.1", "2001:db8::1"}) {
    Endpoints endpoints = udp_to(forbidden);
    const FlowHandle flow = open_flow(endpoints);
    const absl::Status sent = transport_->send(flow, udp_packet(endpoints));
    EXPECT_EQ(sent.message(), "cannot send: operation not permitted") << forbidden;
  }
  for (const char* other : {"192.0.2.2", "2001:db8::2"}) {
    Endpoints endpoints = udp_to(other);
    const FlowHandle flow = open_flow(endpoints);
    EXPECT_TRUE(transport_->send(flow, udp_packet(endpoints)).ok()) << other;
  }
}

TEST_F(PcapTransportTest, InterfaceOptionOverridesTheRoute) {
  add_pair("veth2", "veth3", 8);
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  host_.ip("route add 192.0.2.0/24 via 10.8.0.2 metric 100");
  open({"veth2", {}});
  EXPECT_EQ(transport_->route(udp_to("192.0.2.1")).value().interface, "veth2");
  const auto refused = make_pcap_transport(open_raw_descriptors(), {"nosuch", {}});
  EXPECT_EQ(refused.status().message(), "no interface 'nosuch'");
}

TEST_F(PcapTransportTest, SourceOptionIsUsedForItsFamilyOnly) {
  host_.ip("address add 10.77.0.1/32 dev lo");
  open({"", address("10.77.0.1")});
  EXPECT_EQ(transport_->route(udp_to("10.9.0.2")).value().source, address("10.77.0.1"));
  EXPECT_EQ(transport_->route(udp_to("fd00:9::2")).value().source, address("fd00:9::1"));
  open({"", address("192.0.2.9")});
  EXPECT_THAT(std::string(transport_->route(udp_to("10.9.0.2")).status().message()),
              HasSubstr("not one of this host's"));
}

}  // namespace
}  // namespace etr::transport
