// The capture filter of a run: tcpdump compiles it and runs it over packets.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "net/icmp_write.h"
#include "net/segment.h"
#include "support/engine_run.h"
#include "support/packet_builder.h"
#include "support/pcap_file.h"

namespace etr::testing {
namespace {

std::string filter_of(Protocol protocol, Family family) {
  EngineRunOptions options = options_for(protocol, family);
  options.plan.rounds = 1;
  EngineRun run(simulation::testing::line(1), options);
  run.run();
  return run.transport.filter();
}

/// The packet with an extension header of 8 octets before its payload.
Octets with_extension(const Octets& packet, std::uint8_t kind) {
  Octets extended(packet.begin(), packet.begin() + net::kIpv6HeaderSize);
  const std::uint8_t next = std::exchange(extended[6], kind);
  put_u16(extended, 4, static_cast<std::uint16_t>(packet.size() - net::kIpv6HeaderSize + 8));
  const Octets padding{next, 0, 1, 4, 0, 0, 0, 0};
  extended.insert(extended.end(), padding.begin(), padding.end());
  extended.insert(extended.end(), packet.begin() + net::kIpv6HeaderSize, packet.end());
  return extended;
}

bool takes(const std::string& filter, const Octets& packet) {
  const std::string text = tcpdump({net::LinkType::kRaw, {packet}}, "-n -t '" + filter + "'");
  return text.find(" > ") != std::string::npos;
}

Octets icmp_error(Family family) {
  net::IcmpErrorSpec wanted;
  const Flow flow = sample_flow(family, 443);
  wanted.source = flow.destination;
  wanted.destination = flow.source;
  const Octets data(20);
  return net::write_icmp_error(
      wanted, ip_packet(flow.source, flow.destination, net::kProtocolUdp,
                        net::write_udp(flow.source, flow.destination, {50000, 443, data})));
}

Octets syn_ack() {
  const Flow flow = sample_flow(Family::kIpv6, 443);
  net::TcpSegment segment;
  segment.source_port = 443;
  segment.destination_port = 50000;
  segment.flags = net::kTcpSyn | net::kTcpAck;
  return ip_packet(flow.destination, flow.source, net::kProtocolTcp,
                   net::write_tcp(flow.destination, flow.source, segment));
}

TEST(RunFilter, TakesAnswersBehindExtensionHeaders) {
  if (!have_tcpdump()) GTEST_SKIP() << "tcpdump is not installed";
  constexpr std::uint8_t kHopByHop = 0;
  constexpr std::uint8_t kRouting = 43;
  constexpr std::uint8_t kFragment = 44;
  constexpr std::uint8_t kDestinationOptions = 60;
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    const std::string filter = filter_of(protocol, Family::kIpv6);
    EXPECT_TRUE(takes(filter, icmp_error(Family::kIpv6)));
    for (const std::uint8_t kind : {kHopByHop, kRouting, kFragment, kDestinationOptions}) {
      EXPECT_TRUE(takes(filter, with_extension(icmp_error(Family::kIpv6), kind))) << int{kind};
      EXPECT_TRUE(takes(filter, with_extension(syn_ack(), kind))) << int{kind};
    }
  }
}

TEST(RunFilter, LeavesTheOtherFamilyInTheKernel) {
  if (!have_tcpdump()) GTEST_SKIP() << "tcpdump is not installed";
  constexpr std::uint8_t kHopByHop = 0;
  const std::string filter = filter_of(Protocol::kTcp, Family::kIpv4);
  EXPECT_TRUE(takes(filter, icmp_error(Family::kIpv4)));
  EXPECT_FALSE(takes(filter, icmp_error(Family::kIpv6)));
  EXPECT_FALSE(takes(filter, with_extension(syn_ack(), kHopByHop)));
  EXPECT_FALSE(takes(filter_of(Protocol::kTcp, Family::kIpv6), icmp_error(Family::kIpv4)));
}

}  // namespace
}  // namespace etr::testing
