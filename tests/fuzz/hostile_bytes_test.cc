// Damaged packets: every prefix and every change of one octet of a sample must leave the parsers
// with a plausible result or none (fuzz/checks.h). Each input is a heap block of its own size, so
// that an address sanitizer sees every octet read beyond it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/checks.h"
#include "net/icmp_write.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/packet_builder.h"
#include "support/pcap_file.h"

namespace etr {
namespace {

using testing::Octets;

void check_exactly(const fuzz::Target& target, Bytes input) {
  const auto block = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), block.get());
  EXPECT_NO_THROW(target.check({block.get(), input.size()})) << target.name;
}

/// All prefixes, and all 255 changes of each octet.
void check_damaged(std::string_view name, const Octets& sample) {
  const auto target = std::ranges::find(fuzz::targets(), name, &fuzz::Target::name);
  ASSERT_NE(target, fuzz::targets().end()) << "no target " << name;
  ASSERT_FALSE(sample.empty());
  for (std::size_t size = 0; size <= sample.size(); ++size) {
    check_exactly(*target, Bytes(sample).first(size));
  }
  Octets damaged = sample;
  for (std::uint8_t& octet : damaged) {
    const std::uint8_t right = octet;
    for (unsigned change = 1; change < 256; ++change) {
      octet = static_cast<std::uint8_t>(right ^ change);
      check_exactly(*target, damaged);
    }
    octet = right;
  }
}

Octets prefixed(std::uint8_t selector, Bytes rest) {
  Octets octets{selector};
  octets.insert(octets.end(), rest.begin(), rest.end());
  return octets;
}

class HostileBytes : public ::testing::TestWithParam<Family> {
 protected:
  std::uint8_t selector() const { return GetParam() == Family::kIpv4 ? 0 : 1; }

  ProbeSpec spec() const {
    ProbeSpec made;
    made.ttl = 3;
    made.slot = 9;
    made.token = 0x1122334455667788U;
    return made;
  }
  Octets segment(const Prober& prober) const {
    const Octets packet = testing::probe_packet(prober, flow_, spec());
    const Bytes payload = net::parse_ip(packet)->payload;
    return {payload.begin(), payload.end()};
  }
  Octets error_about(const Prober& prober, net::ExtensionStyle style, bool labelled) const {
    net::IcmpErrorSpec error;
    error.source = testing::address(GetParam() == Family::kIpv4 ? "203.0.113.1" : "2001:db8:f::1");
    error.destination = flow_.source;
    error.style = style;
    if (labelled) error.mpls = {{16000, 0, false, 254}, {24001, 0, true, 1}};
    return net::write_icmp_error(error, testing::probe_packet(prober, flow_, spec()));
  }

  Flow flow_ = testing::sample_flow(GetParam(), 443);
  plugins::TcpSynProber tcp_;
  plugins::UdpLengthProber udp_;
};

INSTANTIATE_TEST_SUITE_P(Families, HostileBytes, ::testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& instance) {
                           return instance.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(HostileBytes, InFramesGiveNoImpossibleResult) {
  const std::string type = GetParam() == Family::kIpv4 ? "0800" : "86dd";
  const std::string version = GetParam() == Family::kIpv4 ? "4500" : "6000";
  check_damaged("link",
                testing::from_hex("00 020000000001020000000002 8100 0064" + type + version));
  check_damaged("link", testing::from_hex("01" + version));
  check_damaged("link", testing::from_hex("02" + type +
                                          "0000 00000007 0001 04 06 020000000001 0000" + version));
}

TEST_P(HostileBytes, InIpPacketsGiveNoImpossibleResult) {
  const Octets probe = testing::probe_packet(udp_, flow_, spec());
  check_damaged("ip", prefixed(0, probe));
  check_damaged("ip", prefixed(1, probe));
  if (GetParam() == Family::kIpv6) {
    const Octets extended = testing::from_hex(
        "3c00 000000000000 2c01 000000000000 0000000000000000"
        "1100 0001 00000001 c350 829a 0008 0000");
    check_damaged("ip",
                  prefixed(0, testing::ip_packet(flow_.source, flow_.destination, 0, extended)));
  }
}

TEST_P(HostileBytes, InIcmpErrorsGiveNoImpossibleResult) {
  for (const Prober* const prober :
       {static_cast<const Prober*>(&tcp_), static_cast<const Prober*>(&udp_)}) {
    check_damaged("icmp", error_about(*prober, net::ExtensionStyle::kLegacy, false));
    check_damaged("icmp", error_about(*prober, net::ExtensionStyle::kLegacy, true));
    check_damaged("icmp", error_about(*prober, net::ExtensionStyle::kLengthAttribute, true));
  }
}

// The replies of kernels to our probes, tests/data/kernel_*.txt.
TEST_P(HostileBytes, InCapturedPacketsGiveNoImpossibleResult) {
  const testing::PcapFile capture =
      testing::read_pcap(std::string(ETR_TEST_DATA_DIR) +
                         (GetParam() == Family::kIpv4 ? "/kernel_ipv4.pcap" : "/kernel_ipv6.pcap"));
  std::size_t errors = 0;
  for (const Octets& frame : capture.frames) {
    const auto content = net::parse_link(capture.link_type, frame);
    ASSERT_TRUE(content);
    const Octets packet(content->ip.begin(), content->ip.end());
    check_damaged("link", prefixed(2, frame));
    check_damaged("ip", prefixed(0, packet));
    if (!net::parse_icmp_error(*net::parse_ip(packet))) continue;
    check_damaged("icmp", packet);
    ++errors;
  }
  EXPECT_GE(errors, 8U);
}

TEST_P(HostileBytes, InQuotesGiveNoImpossibleResult) {
  check_damaged("quote", prefixed(selector(), segment(tcp_)));
  check_damaged("quote", prefixed(selector(), segment(udp_)));
}

TEST_P(HostileBytes, InAnswersGiveNoImpossibleResult) {
  const Octets options = testing::from_hex("020405b4 0402080a 00000001 6553f100 01030307");
  net::TcpSegment answer;
  answer.source_port = flow_.destination_port;
  answer.destination_port = flow_.source_port;
  answer.sequence = 1;
  answer.acknowledgment = net::parse_tcp(segment(tcp_))->sequence + 1;
  answer.options = options;
  for (const unsigned flags : {0x12U, 0x14U, 0x10U}) {
    answer.flags = static_cast<std::uint8_t>(flags);
    check_damaged("tcp_reply",
                  prefixed(selector(), net::write_tcp(flow_.destination, flow_.source, answer)));
  }
  const Octets data(24, 0x41);
  check_damaged("udp_reply", prefixed(selector(), net::write_udp(flow_.destination, flow_.source,
                                                                 {443, 50000, data})));
}

}  // namespace
}  // namespace etr
