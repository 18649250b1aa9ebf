// Capture and sending with the real transport.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "transport/linux/pcap_fixture.h"

namespace etr::transport {
namespace {

using testing::Contains;
using testing::HasSubstr;

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

TEST_P(PcapTransportFamilies, MarksWhatThisHostSendsToItself) {
  Endpoints far = udp_to(GetParam());
  const FlowHandle there = open_flow(far);
  EXPECT_FALSE(transport_->flow_route(there).local);
  EXPECT_TRUE(probe(there, far).front().from_this_host);
  EXPECT_FALSE(probe(there, far).back().from_this_host);

  // The kernel reports a next hop that does not answer.
  for (const char* family : {"ipv4", "ipv6"}) {
    const std::string neighbours = std::string("net.") + family + ".neigh.veth0.";
    host_.set(neighbours + "mcast_solicit", "1");
    host_.set(neighbours + "retrans_time_ms", "50");
  }
  const bool ipv4 = far.destination.family == Family::kIpv4;
  Endpoints dead = udp_to(ipv4 ? "10.9.0.77" : "fd00:9::77");
  const FlowHandle flow = open_flow(dead);
  const std::vector<Captured> seen = probe(flow, dead);
  EXPECT_EQ(seen.back().source(), dead.source);
  EXPECT_TRUE(seen.back().from_this_host);

  Endpoints own = udp_to(ipv4 ? "10.9.0.1" : "fd00:9::1");
  EXPECT_TRUE(transport_->flow_route(open_flow(own)).local);
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
