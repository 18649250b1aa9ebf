// Every kind of packet that the probers write, dissected by tcpdump, which shares no code with us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/packet_builder.h"
#include "support/pcap_file.h"

namespace etr::plugins {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::PcapFile;
using testing::sample_flow;

/// One line per packet of `tcpdump -vvv`.
std::vector<std::string> dissect(const PcapFile& file) {
  std::istringstream text(testing::tcpdump(file, "-n -t -vvv -S"));
  std::vector<std::string> packets;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("IP")) {
      packets.push_back(line);
    } else if (!packets.empty()) {
      packets.back() += line;
    }
  }
  return packets;
}

class Dissector : public ::testing::TestWithParam<Family> {
 protected:
  void SetUp() override {
    if (!testing::have_tcpdump()) GTEST_SKIP() << "tcpdump is not installed";
  }
  std::string ends(unsigned port) const {
    return (GetParam() == Family::kIpv4 ? "192.0.2.10.50000 > 198.51.100.20."
                                        : "2001:db8::10.50000 > 2001:db8:1::20.") +
           std::to_string(port) + ": ";
  }
  /// What tcpdump prints for the IP header.
  void expect_ip_header(const std::string& line, unsigned ttl, const std::string& protocol,
                        std::size_t payload) const {
    if (GetParam() == Family::kIpv4) {
      EXPECT_THAT(line, HasSubstr("(tos 0x0, ttl " + std::to_string(ttl) + ", id 4660, offset 0, " +
                                  "flags [DF], proto " + protocol + ", length " +
                                  std::to_string(20 + payload) + ")"));
    } else {
      EXPECT_THAT(line, HasSubstr("hlim " + std::to_string(ttl) + ", next-header " + protocol +
                                  " payload length: " + std::to_string(payload) + ")"));
      EXPECT_THAT(line, Not(HasSubstr("flowlabel")));
      EXPECT_THAT(line, Not(HasSubstr("class")));
    }
    EXPECT_THAT(line, Not(HasSubstr("bad")));
    EXPECT_THAT(line, Not(HasSubstr("incorrect")));
  }
};

INSTANTIATE_TEST_SUITE_P(Families, Dissector, ::testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& instance) {
                           return instance.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(Dissector, ReadsTcpSynProbesAsMeant) {
  const TcpSynProber prober;
  const Flow flow = sample_flow(GetParam(), 443);
  PcapFile file;
  std::vector<ProbeSpec> specs;
  for (const unsigned ttl : {1U, 2U, 30U, 255U}) {
    for (const unsigned slot : {0U, 1U, 127U}) {
      ProbeSpec spec;
      spec.ttl = static_cast<std::uint8_t>(ttl);
      spec.slot = static_cast<std::uint16_t>(slot);
      spec.unix_seconds = 1700000000 + ttl;
      specs.push_back(spec);
      file.frames.push_back(testing::probe_packet(prober, flow, spec, 4660));
    }
  }
  const std::vector<std::string> packets = dissect(file);
  ASSERT_EQ(packets.size(), specs.size());
  const unsigned segment_size = GetParam() == Family::kIpv4 ? 1460 : 1440;
  const auto sequence = [&](std::size_t i) {
    return std::stoul(packets[i].substr(packets[i].find(", seq ") + 6));
  };
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const std::string& line = packets[i];
    expect_ip_header(line, specs[i].ttl, "TCP (6)", 44);
    EXPECT_THAT(line, HasSubstr(ends(443) + "Flags [S], cksum 0x"));
    EXPECT_THAT(line, HasSubstr(" (correct), seq "));
    EXPECT_THAT(line,
                HasSubstr("win 65535, options [mss " + std::to_string(segment_size) +
                          ",nop,wscale 7,nop,nop,TS val " + std::to_string(specs[i].unix_seconds) +
                          " ecr 0,sackOK,eol], length 0"));
    const unsigned long apart = 128UL * (specs[i].ttl - specs[0].ttl) + specs[i].slot;
    EXPECT_EQ((sequence(i) - sequence(0)) & 0xffffffffUL, apart);
  }
}

TEST_P(Dissector, ReadsUdpLengthProbesAsMeant) {
  const UdpLengthProber prober;
  const Flow flow = sample_flow(GetParam(), 33434);
  PcapFile file;
  std::vector<ProbeSpec> specs;
  const unsigned highest = prober.max_ttl(GetParam(), 1500);
  for (const unsigned ttl : {1U, 2U, 30U, highest}) {
    for (const unsigned slot : {0U, 1U, 19U}) {
      ProbeSpec spec;
      spec.ttl = static_cast<std::uint8_t>(ttl);
      spec.slot = static_cast<std::uint16_t>(slot);
      spec.token = 0x0123456789abcdefU * ttl + slot;
      specs.push_back(spec);
      file.frames.push_back(testing::probe_packet(prober, flow, spec, 4660));
    }
  }
  const std::vector<std::string> packets = dissect(file);
  ASSERT_EQ(packets.size(), specs.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const std::size_t payload = 20UL * specs[i].ttl + specs[i].slot;
    expect_ip_header(packets[i], specs[i].ttl, "UDP (17)", 8 + payload);
    EXPECT_THAT(packets[i],
                HasSubstr(ends(33434) + "[udp sum ok] UDP, length " + std::to_string(payload)));
  }
}

TEST_P(Dissector, AcceptsTheUdpChecksumThatStandsForZero) {
  const UdpLengthProber prober;
  const Flow flow = sample_flow(GetParam(), 33434);
  ProbeSpec spec;
  spec.ttl = 1;
  const testing::Octets without = testing::probe_packet(prober, flow, spec, 4660);
  const std::size_t checksum = without.size() - 28 + 6;
  spec.token = without[checksum] * 256U + without[checksum + 1];
  const testing::Octets packet = testing::probe_packet(prober, flow, spec, 4660);
  ASSERT_EQ(packet[checksum] * 256 + packet[checksum + 1], 0xffff);
  EXPECT_THAT(dissect({net::LinkType::kRaw, {packet}}).at(0), HasSubstr("[udp sum ok]"));
}

}  // namespace
}  // namespace etr::plugins
