#include "transport/linux/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "etr/ip_address.h"
#include "support/address.h"
#include "transport/linux/network_namespace.h"
#include "transport/linux/route_monitor.h"

namespace etr::transport {
namespace {

using test::address;
using testing::HasSubstr;

Endpoints tcp_to(const std::string& destination, std::uint16_t source_port = 50000) {
  return {{}, address(destination), 6, source_port, 443};
}

class RouteTest : public VethTest {
 protected:
  KernelRoute find(const Endpoints& endpoints) {
    LinuxRoutes routes = LinuxRoutes::open().value();
    const absl::StatusOr<KernelRoute> found = routes.find(endpoints, 0);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(KernelRoute{});
  }
  std::string refusal(const Endpoints& endpoints) {
    LinuxRoutes routes = LinuxRoutes::open().value();
    const absl::StatusOr<KernelRoute> found = routes.find(endpoints, 0);
    EXPECT_FALSE(found.ok());
    return std::string(found.status().message());
  }
  std::string interface(const KernelRoute& route) {
    return LinuxRoutes::open().value().link(route.interface_index).value().name;
  }
};

TEST_F(RouteTest, OnLinkDestinationIsItsOwnNextHop) {
  const KernelRoute route = find(tcp_to("10.9.0.2"));
  EXPECT_EQ(route.source, address("10.9.0.1"));
  EXPECT_EQ(route.next_hop, address("10.9.0.2"));
  EXPECT_EQ(interface(route), "veth0");
  EXPECT_FALSE(route.local);
}

TEST_F(RouteTest, GatewaySourceAndMtuComeFromTheRoute) {
  host_.ip("address add 10.77.0.1/32 dev lo");
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2 src 10.77.0.1 mtu 1400");
  const KernelRoute route = find(tcp_to("192.0.2.7"));
  EXPECT_EQ(route.next_hop, address("10.9.0.2"));
  EXPECT_EQ(route.source, address("10.77.0.1"));
  EXPECT_EQ(route.mtu, 1400U);
}

TEST_F(RouteTest, Ipv6GatewayIsFound) {
  host_.ip("-6 route add 2001:db8::/32 via fd00:9::2");
  const KernelRoute route = find(tcp_to("2001:db8::1"));
  EXPECT_EQ(route.source, address("fd00:9::1"));
  EXPECT_EQ(route.next_hop, address("fd00:9::2"));
}

TEST_F(RouteTest, Ipv4RouteMayHaveAnIpv6Gateway) {
  host_.ip("route add 192.0.2.0/24 via inet6 fd00:9::2");
  EXPECT_EQ(find(tcp_to("192.0.2.7")).next_hop, address("fd00:9::2"));
}

TEST_F(RouteTest, OwnAddressesAreLocal) {
  for (const char* own : {"10.9.0.1", "127.0.0.1", "fd00:9::1", "::1"}) {
    EXPECT_TRUE(find(tcp_to(own)).local) << own;
  }
}

TEST_F(RouteTest, OwnAddressesAreListed) {
  host_.ip("address add 10.77.0.1/32 peer 10.77.0.2/32 dev veth0");
  const auto own = LinuxRoutes::open().value().own_addresses();
  for (const char* listed : {"127.0.0.1", "::1", "10.9.0.1", "fd00:9::1", "10.77.0.1"}) {
    EXPECT_TRUE(own.contains(address(listed))) << listed;
  }
  for (const char* foreign : {"10.9.0.2", "fd00:9::2", "10.77.0.2"}) {
    EXPECT_FALSE(own.contains(address(foreign))) << foreign;
  }
}

TEST_F(RouteTest, LinkLocalSourceGivesWayToAGlobalOne) {
  host_.ip("-6 address flush dev veth0 scope global");
  host_.ip("-6 address add fd00:77::1/128 dev lo nodad");
  host_.set("net.ipv6.conf.veth0.addr_gen_mode", "1");
  host_.ip("-6 address add fe80::9:1/64 dev veth0 nodad");
  host_.ip("-6 route add 2001:db8::/32 via fe80::9:2 dev veth0 src fe80::9:1");
  EXPECT_EQ(find(tcp_to("2001:db8::1")).source, address("fd00:77::1"));
}

TEST_F(RouteTest, EachPortTakesTheNextHopThatTheKernelGivesIt) {
  add_pair("veth2", "veth3", 8);
  host_.set("net.ipv4.fib_multipath_hash_policy", "1");
  host_.set("net.ipv6.fib_multipath_hash_policy", "1");
  host_.ip("route add 192.0.2.0/24 nexthop via 10.9.0.2 nexthop via 10.8.0.2");
  host_.ip("-6 route add 2001:db8::/32 nexthop via fd00:9::2 nexthop via fd00:8::2");
  for (const char* destination : {"192.0.2.7", "2001:db8::1"}) {
    std::set<IpAddress> next_hops;
    for (std::uint16_t port = 50000; port < 50064; ++port) {
      const KernelRoute route = find(tcp_to(destination, port));
      next_hops.insert(route.next_hop);
      EXPECT_EQ(route, find(tcp_to(destination, port)));
    }
    EXPECT_EQ(next_hops.size(), 2U) << destination;
  }
}

TEST_F(RouteTest, RefusalsNameTheReason) {
  host_.ip("route add unreachable 192.0.2.1/32");
  host_.ip("route add blackhole 192.0.2.2/32");
  host_.ip("route add prohibit 192.0.2.3/32");
  host_.ip("-6 route add unreachable 2001:db8::1/128");
  EXPECT_EQ(refusal(tcp_to("198.51.100.1")), "no route to 198.51.100.1");
  EXPECT_EQ(refusal(tcp_to("2001:db8::9")), "no route to 2001:db8::9");
  EXPECT_THAT(refusal(tcp_to("192.0.2.1")), HasSubstr("declares it unreachable"));
  EXPECT_THAT(refusal(tcp_to("192.0.2.2")), HasSubstr("blackhole"));
  EXPECT_THAT(refusal(tcp_to("192.0.2.3")), HasSubstr("prohibits"));
  EXPECT_THAT(refusal(tcp_to("2001:db8::1")), HasSubstr("declares it unreachable"));
  EXPECT_THAT(refusal(tcp_to("10.9.0.255")), HasSubstr("broadcast"));
}

TEST_F(RouteTest, LoopbackSourceReachesThisHostOnly) {
  for (const auto& [source, far, own] : {std::tuple{"127.0.0.1", "10.9.0.2", "10.9.0.1"},
                                         std::tuple{"::1", "fd00:9::2", "fd00:9::1"}}) {
    Endpoints endpoints = tcp_to(far);
    endpoints.source = address(source);
    EXPECT_THAT(refusal(endpoints), HasSubstr("is valid inside this host only")) << source;
    endpoints.destination = address(own);
    EXPECT_TRUE(find(endpoints).local) << source;
  }
}

TEST_F(RouteTest, ForeignSourceAddressIsNamed) {
  Endpoints endpoints = tcp_to("10.9.0.2");
  endpoints.source = address("192.0.2.9");
  EXPECT_EQ(refusal(endpoints), "source address 192.0.2.9 is not one of this host's");
}

TEST_F(RouteTest, LinkIsFoundByNameAndIndex) {
  LinuxRoutes routes = LinuxRoutes::open().value();
  const NetworkInterface link = routes.link("veth0").value();
  EXPECT_EQ(link.name, "veth0");
  EXPECT_EQ(link.mtu, 1500U);
  EXPECT_TRUE(link.is_up());
  EXPECT_EQ(routes.link(link.index).value(), link);
  EXPECT_EQ(routes.link("nosuch").status().message(), "no interface 'nosuch'");
}

TEST_F(RouteTest, NeighbourTableIsRead) {
  host_.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:09:02 dev veth0 nud permanent");
  LinuxRoutes routes = LinuxRoutes::open().value();
  const std::uint32_t index = routes.link("veth0").value().index;
  const auto known = routes.neighbour(index, address("10.9.0.2"));
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->usable);
  EXPECT_EQ(known->link_address, (LinkAddress{{2, 0, 0, 0, 9, 2}, 6}));
  EXPECT_FALSE(routes.neighbour(index, address("10.9.0.3")));
}

TEST_F(RouteTest, MonitorReportsRoutesLinksAndNeighbours) {
  LinuxRouteMonitor monitor = LinuxRouteMonitor::open().value();
  EXPECT_FALSE(monitor.take().routes);
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  EXPECT_TRUE(monitor.take().routes);
  host_.ip("neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev veth0");
  const NetworkChanges neighbours = monitor.take();
  ASSERT_EQ(neighbours.neighbours.size(), 1U);
  EXPECT_EQ(neighbours.neighbours[0].address, address("10.9.0.7"));
  host_.ip("link set veth0 down");
  const NetworkChanges down = monitor.take();
  ASSERT_FALSE(down.links.empty());
  EXPECT_FALSE(down.links.back().link.is_up());
  host_.ip("link delete veth0");
  const NetworkChanges gone = monitor.take();
  EXPECT_TRUE(std::any_of(gone.links.begin(), gone.links.end(),
                          [](const auto& change) { return change.removed; }));
}

TEST_F(RouteTest, MonitorReportsLostChanges) {
  LinuxRouteMonitor monitor = LinuxRouteMonitor::open().value();
  host_.run(
      "for i in $(seq 0 15); do for j in $(seq 0 255); do echo route add 198.51.$i.$j/32 via "
      "10.9.0.2; done; done | ip -batch -");
  bool missed = false;
  // Each call takes a bounded share.
  for (NetworkChanges changes = monitor.take(); changes.routes || changes.missed;
       changes = monitor.take()) {
    missed = missed || changes.missed;
  }
  EXPECT_TRUE(missed);
  host_.ip("route add 192.0.2.0/24 via 10.9.0.2");
  EXPECT_TRUE(monitor.take().routes) << "deaf after a loss";
}

}  // namespace
}  // namespace etr::transport
