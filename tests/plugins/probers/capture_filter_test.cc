// The capture filters: tcpdump compiles them and runs them over packets of every kind.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/packet_builder.h"
#include "support/pcap_file.h"

namespace etr::plugins {
namespace {

using net::kTcpAck;
using net::kTcpFin;
using net::kTcpPsh;
using net::kTcpRst;
using net::kTcpSyn;
using testing::Octets;

/// SLL2, the link type of the tool's own captures.
Octets sll2_frame(const Octets& packet) {
  Octets frame = testing::from_hex(packet[0] >> 4U == 4 ? "0800" : "86dd");
  const Octets rest = testing::from_hex("0000 00000007 0001 04 06 020000000001 0000");
  frame.insert(frame.end(), rest.begin(), rest.end());
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

class CaptureFilter : public ::testing::TestWithParam<Family> {
 protected:
  void SetUp() override {
    if (!testing::have_tcpdump()) GTEST_SKIP() << "tcpdump is not installed";
  }

  /// Whether the filter accepts each packet, on a raw and on an SLL2 capture.
  void expect_taken(const std::string& filter, const std::vector<Octets>& packets, bool taken) {
    for (const Octets& packet : packets) {
      for (const auto type : {net::LinkType::kRaw, net::LinkType::kLinuxSll2}) {
        const Octets frame = type == net::LinkType::kRaw ? packet : sll2_frame(packet);
        const std::string text = testing::tcpdump({type, {frame}}, "-n -t '" + filter + "'");
        const bool listed = text.find(" > ") != std::string::npos;
        EXPECT_EQ(listed, taken) << testing::tcpdump({type, {frame}}, "-n -t") << filter;
      }
    }
  }

  Octets tcp(bool answer, std::uint8_t flags, std::string_view payload = {},
             std::uint16_t port = 443) const {
    const Octets options = testing::from_hex("0101080a0000000100000002");
    const Octets data(payload.begin(), payload.end());
    net::TcpSegment segment;
    segment.source_port = answer ? port : std::uint16_t{50000};
    segment.destination_port = answer ? std::uint16_t{50000} : port;
    segment.flags = flags;
    segment.options = options;
    segment.payload = data;
    const Flow flow = testing::sample_flow(GetParam(), port);
    const IpAddress& from = answer ? flow.destination : flow.source;
    const IpAddress& to = answer ? flow.source : flow.destination;
    return testing::ip_packet(from, to, net::kProtocolTcp, net::write_tcp(from, to, segment));
  }

  Octets udp(std::uint16_t source_port, std::uint16_t destination_port) const {
    const Flow flow = testing::sample_flow(GetParam(), 33434);
    const Octets data(20);
    return testing::ip_packet(
        flow.source, flow.destination, net::kProtocolUdp,
        net::write_udp(flow.source, flow.destination, {source_port, destination_port, data}));
  }
};

INSTANTIATE_TEST_SUITE_P(Families, CaptureFilter, ::testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& instance) {
                           return instance.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(CaptureFilter, OfTcpTakesProbesAndTheirAnswers) {
  const std::string filter = TcpSynProber().capture_filter(GetParam(), 443);
  expect_taken(filter,
               {tcp(false, kTcpSyn), tcp(true, kTcpSyn | kTcpAck), tcp(true, kTcpRst | kTcpAck),
                tcp(true, kTcpAck)},
               true);
}

TEST_P(CaptureFilter, OfTcpLeavesTheServicesOtherTrafficInTheKernel) {
  const std::string filter = TcpSynProber().capture_filter(GetParam(), 443);
  expect_taken(
      filter,
      {tcp(true, kTcpAck, "data"), tcp(true, kTcpPsh | kTcpAck, "data"),
       tcp(true, kTcpFin | kTcpAck), tcp(true, kTcpRst), tcp(false, kTcpAck), tcp(false, kTcpRst),
       tcp(true, kTcpSyn | kTcpAck, {}, 80), tcp(false, kTcpSyn, {}, 80), udp(50000, 443)},
      false);
}

TEST_P(CaptureFilter, OfUdpTakesProbesAndAnswersOfTheService) {
  const std::string filter = UdpLengthProber().capture_filter(GetParam(), 33434);
  expect_taken(filter, {udp(50000, 33434), udp(33434, 50000)}, true);
  expect_taken(filter, {udp(50000, 53), tcp(true, kTcpSyn | kTcpAck, {}, 33434)}, false);
}

TEST_P(CaptureFilter, IgnoresTheOtherFamily) {
  const Family other = GetParam() == Family::kIpv4 ? Family::kIpv6 : Family::kIpv4;
  expect_taken(TcpSynProber().capture_filter(other, 443), {tcp(true, kTcpSyn | kTcpAck)}, false);
  expect_taken(UdpLengthProber().capture_filter(other, 33434), {udp(50000, 33434)}, false);
}

TEST_P(CaptureFilter, CanBeJoinedWithOthers) {
  const std::string both = "(" + TcpSynProber().capture_filter(Family::kIpv4, 443) + ") or (" +
                           TcpSynProber().capture_filter(Family::kIpv6, 443) + ") or icmp or icmp6";
  expect_taken(both, {tcp(true, kTcpSyn | kTcpAck), tcp(true, kTcpAck)}, true);
  expect_taken(both, {tcp(true, kTcpAck, "data")}, false);
}

}  // namespace
}  // namespace etr::plugins
