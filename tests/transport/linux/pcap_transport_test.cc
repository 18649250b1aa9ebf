// The real transport between two network namespaces: every packet here is a real one.
#include "transport/linux/pcap_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "net/ip.h"
#include "support/address.h"
#include "transport/linux/network_namespace.h"
#include "transport/linux/probe_packet.h"
#include "transport/linux/route.h"

namespace etr::transport {
namespace {

using test::address;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kFilter =
    "udp port 33434 or icmp[icmptype] = 3 or icmp[icmptype] = 11 or "
    "(icmp6 and ip6[40] >= 1 and ip6[40] <= 4)";

Endpoints udp_to(const std::string& destination, std::uint16_t source_port = 50000) {
  return {{}, address(destination), net::kProtocolUdp, source_port, 33434};
}

/// A captured packet with bytes of its own.
struct Captured {
  Packet ip;
  Timestamp stamp{};
  std::uint32_t interface_index = 0;
  bool outgoing = false;

  std::uint8_t protocol() const { return net::parse_ip(ip).value().header.protocol; }
  IpAddress source() const { return net::parse_ip(ip).value().header.source; }
  bool is_icmp() const {
    return protocol() == net::kProtocolIcmp || protocol() == net::kProtocolIcmpv6;
  }
};

class PcapTransportTest : public VethTest {
 protected:
  void SetUp() override {
    VethTest::SetUp();
    if (IsSkipped()) return;
    // The transport is under test, not the kernel's limits on ICMP errors.
    for (const NetworkNamespace* space : {&router_, &host_}) {
      space->set("net.ipv4.icmp_ratelimit", "0");
      space->set("net.ipv6.icmp.ratelimit", "0");
    }
    host_.enter();
    open({});
  }

  void open(PcapTransportOptions options) {
    transport_.reset();
    host_.enter();
    auto made = make_pcap_transport(open_raw_descriptors(), std::move(options));
    ASSERT_TRUE(made.ok()) << made.status();
    transport_ = *std::move(made);
    ASSERT_TRUE(transport_->start(kFilter).ok());
  }

  std::uint32_t index_of(const std::string& name) {
    return LinuxRoutes::open().value().link(name).value().index;
  }

  /// Opens a flow and fills in the source address it was given.
  FlowHandle open_flow(Endpoints& endpoints) {
    const absl::StatusOr<FlowHandle> flow = transport_->open_flow(endpoints);
    EXPECT_TRUE(flow.ok()) << flow.status();
    if (!flow.ok()) return 0;
    endpoints.source = transport_->flow_route(*flow).source;
    return *flow;
  }

  /// Receives until `enough` returns true, for 3 seconds at most.
  std::vector<Captured> capture_until(const std::function<bool(const Captured&)>& enough) {
    std::vector<Captured> seen;
    bool done = false;
    const base::Instant give_up = transport_->clock().now() + std::chrono::seconds(3);
    while (!done && transport_->clock().now() < give_up) {
      transport_->wait(give_up);
      transport_->receive(
          [&](const ReceivedPacket& packet) {
            seen.push_back({Packet(packet.ip.begin(), packet.ip.end()), packet.stamp,
                            packet.interface_index, packet.outgoing});
            done = done || enough(seen.back());
          },
          kAllPackets);
    }
    EXPECT_TRUE(done) << "not seen among " << seen.size() << " packets";
    return seen;
  }

  /// Sends one datagram to a closed port and waits for the ICMP error that answers it.
  std::vector<Captured> probe(FlowHandle flow, const Endpoints& endpoints) {
    const absl::Status sent = transport_->send(flow, udp_packet(endpoints));
    EXPECT_TRUE(sent.ok()) << sent;
    return capture_until([](const Captured& packet) { return packet.is_icmp(); });
  }

  /// Lets the transport read the changes made so far.
  void hear_of_changes() { transport_->wait(transport_->clock().now()); }

  std::unique_ptr<Transport> transport_;
};

class PcapTransportFamilies : public PcapTransportTest,
                              public testing::WithParamInterface<const char*> {};

TEST_P(PcapTransportFamilies, CapturesProbeAndReplyWithKernelStamps) {
  Endpoints endpoints = udp_to(GetParam());
  const FlowHandle flow = open_flow(endpoints);
  const Timestamp before = transport_->clock().utc();
  const std::vector<Captured> seen = probe(flow, endpoints);
  const Timestamp after = transport_->clock().utc();

  ASSERT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen[0].outgoing);
  EXPECT_EQ(seen[0].ip, udp_packet(endpoints));
  EXPECT_FALSE(seen[1].outgoing);
  EXPECT_EQ(seen[1].source(), endpoints.destination);
  for (const Captured& packet : seen) EXPECT_EQ(packet.interface_index, index_of("veth0"));
  EXPECT_LE(before, seen[0].stamp);
  EXPECT_LT(seen[0].stamp, seen[1].stamp);
  EXPECT_LE(seen[1].stamp, after);
  EXPECT_EQ(transport_->counters().dropped, 0U);
}

TEST_P(PcapTransportFamilies, FlowRouteHasSourceInterfaceAndMtu) {
  host_.ip("link set veth0 mtu 1420");
  Endpoints endpoints = udp_to(GetParam());
  const Route expected = transport_->route(endpoints).value();
  EXPECT_EQ(expected.interface, "veth0");
  EXPECT_EQ(expected.mtu, 1420);
  EXPECT_EQ(expected.interface_index, index_of("veth0"));
  EXPECT_EQ(transport_->flow_route(open_flow(endpoints)), expected);
}

TEST_P(PcapTransportFamilies, NewLinkAddressOfTheNextHopIsFollowed) {
  Endpoints endpoints = udp_to(GetParam());
  const FlowHandle flow = open_flow(endpoints);
  probe(flow, endpoints);
  router_.ip("link set veth1 address 02:00:00:00:09:77");
  host_.ip(std::string("neigh replace ") + GetParam() + " lladdr 02:00:00:00:09:77 dev veth0");
  hear_of_changes();
  probe(flow, endpoints);
  EXPECT_THAT(transport_->take_notices(), Contains(HasSubstr("new link address")));
}

// Defects B7 and B11 of the Go etr, docs/compatibility.md.
TEST_P(PcapTransportFamilies, LostNeighbourIsFoundAgain) {
  Endpoints endpoints = udp_to(GetParam());
  const FlowHandle flow = open_flow(endpoints);
  probe(flow, endpoints);
  host_.ip(std::string("neigh delete ") + GetParam() + " dev veth0");
  hear_of_changes();
  probe(flow, endpoints);
}

TEST_P(PcapTransportFamilies, UsesAnInterfaceAgainAfterItWasRemade) {
  Endpoints endpoints = udp_to(GetParam());
  const FlowHandle flow = open_flow(endpoints);
  probe(flow, endpoints);
  const std::uint32_t old_index = transport_->flow_route(flow).interface_index;

  host_.ip("link delete veth0");
  hear_of_changes();
  EXPECT_FALSE(transport_->send(flow, udp_packet(endpoints)).ok());
  EXPECT_THAT(transport_->take_notices(), Contains("interface veth0 is gone"));

  add_pair("veth0", "veth1", 9);
  hear_of_changes();
  const std::vector<Captured> seen = probe(flow, endpoints);
  EXPECT_TRUE(seen.front().outgoing);
  EXPECT_EQ(seen.front().interface_index, index_of("veth0"));
  EXPECT_NE(transport_->flow_route(flow).interface_index, old_index);
  EXPECT_THAT(transport_->take_notices(), Contains(HasSubstr("there is a route to")));
}

INSTANTIATE_TEST_SUITE_P(Ipv4AndIpv6, PcapTransportFamilies,
                         testing::Values("10.9.0.2", "fd00:9::2"),
                         [](const auto& test) { return test.index == 0 ? "Ipv4" : "Ipv6"; });

class PcapTransportLocal : public PcapTransportTest,
                           public testing::WithParamInterface<const char*> {};

TEST_P(PcapTransportLocal, DestinationsOfThisHostAreReached) {
  Endpoints endpoints = udp_to(GetParam());
  const FlowHandle flow = open_flow(endpoints);
  EXPECT_EQ(transport_->flow_route(flow).interface, "lo");
  EXPECT_EQ(transport_->flow_route(flow).mtu, 65535);
  const std::vector<Captured> seen = probe(flow, endpoints);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen.front().ip, udp_packet(endpoints));
}

INSTANTIATE_TEST_SUITE_P(Destinations, PcapTransportLocal,
                         testing::Values("127.0.0.1", "10.9.0.1", "::1", "fd00:9::1"));

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

TEST_F(PcapTransportTest, NothingIsSeenBeforeTheStart) {
  auto made = make_pcap_transport(open_raw_descriptors());
  ASSERT_TRUE(made.ok());
  Endpoints endpoints = udp_to("10.9.0.2");
  probe(open_flow(endpoints), endpoints);
  EXPECT_EQ(0U, (*made)->receive([](const ReceivedPacket&) { FAIL() << "seen before start"; },
                                 kAllPackets));
  const absl::Status refused = (*made)->start("no such filter");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("capture filter 'no such filter'"));
}

TEST_F(PcapTransportTest, WakeEndsAWaitOnce) {
  transport_->wake();
  transport_->wake();
  const base::Instant now = transport_->clock().now();
  transport_->wait(now + std::chrono::minutes(10));
  EXPECT_LT(transport_->clock().now() - now, std::chrono::minutes(1));
  const base::Instant later = transport_->clock().now();
  transport_->wait(later + std::chrono::milliseconds(20));
  EXPECT_GE(transport_->clock().now() - later, std::chrono::milliseconds(20));
}

TEST_F(PcapTransportTest, ExceptionsOfTheHandlerComeOut) {
  Endpoints endpoints = udp_to("10.9.0.2");
  const FlowHandle flow = open_flow(endpoints);
  ASSERT_TRUE(transport_->send(flow, udp_packet(endpoints)).ok());
  transport_->wait(transport_->clock().now() + std::chrono::seconds(3));
  EXPECT_THROW(transport_->receive([](const ReceivedPacket&) { throw std::runtime_error("mine"); },
                                   kAllPackets),
               std::runtime_error);
  probe(flow, endpoints);
}

/// A tun interface whose other end is this process.
class TunTest : public PcapTransportTest {
 protected:
  void SetUp() override {
    PcapTransportTest::SetUp();
    if (IsSkipped()) return;
    tun_ = base::FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    ifreq request{};
    std::strcpy(request.ifr_name, "tun0");
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (!tun_.is_open() || ioctl(tun_.get(), TUNSETIFF, &request) != 0) {
      GTEST_SKIP() << "no tun device here";
    }
    host_.ip("link set tun0 up");
    host_.ip("address add 10.20.0.1/32 dev tun0");
    host_.ip("address add fd00:20::1/128 dev tun0 nodad");
    host_.ip("route add 192.0.2.0/24 dev tun0");
    host_.ip("-6 route add 2001:db8::/32 dev tun0");
  }

  base::FileDescriptor tun_;
};

// Defect B11 of the Go etr, docs/compatibility.md.
TEST_F(TunTest, PacketsLeaveAsTheyAreAndAreSeenLeaving) {
  for (const char* destination : {"192.0.2.1", "2001:db8::1"}) {
    Endpoints endpoints = udp_to(destination);
    const FlowHandle flow = open_flow(endpoints);
    EXPECT_EQ(transport_->flow_route(flow).interface, "tun0");
    ASSERT_TRUE(transport_->send(flow, udp_packet(endpoints)).ok());
    const std::vector<Captured> seen = capture_until(
        [](const Captured& packet) { return packet.protocol() == net::kProtocolUdp; });
    EXPECT_TRUE(seen.back().outgoing);
    EXPECT_EQ(seen.back().interface_index, index_of("tun0"));
    // Neighbour discovery packets may have left before it.
    Packet arrived;
    for (pollfd readable{tun_.get(), POLLIN, 0};
         arrived != udp_packet(endpoints) && poll(&readable, 1, 3000) > 0;) {
      arrived.resize(2048);
      const ssize_t size = read(tun_.get(), arrived.data(), arrived.size());
      ASSERT_GT(size, 0);
      arrived.resize(static_cast<std::size_t>(size));
    }
    EXPECT_EQ(arrived, udp_packet(endpoints));
  }
}

TEST(CopyFilter, SecondCopyOnAnotherInterfaceIsTheSamePacket) {
  const Packet bytes{0x45, 1, 2, 3};
  const Packet other{0x45, 1, 2, 4};
  const Timestamp stamp{std::chrono::nanoseconds(77)};
  CopyFilter filter;
  EXPECT_FALSE(filter.is_copy({bytes, stamp, 2, false}));
  EXPECT_TRUE(filter.is_copy({bytes, stamp, 3, false}));
  EXPECT_FALSE(filter.is_copy({bytes, stamp, 2, false})) << "a repeat on the same interface is new";
  EXPECT_FALSE(filter.is_copy({other, stamp, 3, false}));
  EXPECT_FALSE(filter.is_copy({bytes, stamp + std::chrono::nanoseconds(1), 3, false}));
  EXPECT_FALSE(filter.is_copy({bytes, stamp, 3, true})) << "each interface stamps what leaves";
}

}  // namespace
}  // namespace etr::transport
