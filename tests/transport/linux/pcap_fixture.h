// The real transport between two network namespaces: every packet here is a real one.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "etr/ip_address.h"
#include "net/ip.h"
#include "support/address.h"
#include "transport/linux/network_namespace.h"
#include "transport/linux/pcap_transport.h"
#include "transport/linux/probe_packet.h"
#include "transport/linux/route.h"

namespace etr::transport {

inline constexpr const char* kFilter =
    "udp port 33434 or icmp[icmptype] = 3 or icmp[icmptype] = 11 or "
    "(icmp6 and ip6[40] >= 1 and ip6[40] <= 4)";

inline Endpoints udp_to(const std::string& destination, std::uint16_t source_port = 50000) {
  return {{}, test::address(destination), net::kProtocolUdp, source_port, 33434};
}

/// A captured packet with bytes of its own.
struct Captured {
  Packet ip;
  Timestamp stamp{};
  std::uint32_t interface_index = 0;
  bool outgoing = false;
  bool from_this_host = false;

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
                            packet.interface_index, packet.outgoing, packet.from_this_host});
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

}  // namespace etr::transport
