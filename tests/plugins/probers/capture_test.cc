// Real answers of Linux kernels to probes (tests/data/make_captures), read from the captured frame
// to the probe they name. The probes in the captures were written by another program.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/icmp.h"
#include "net/link.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/pcap_file.h"

namespace etr::plugins {
namespace {

using testing::address;
using testing::Octets;

constexpr std::uint64_t kToken = 0x1122334455667788U;

/// One answer, as a line of the expectation reads.
struct Answer {
  std::string from;
  unsigned reply_ttl = 0;
  ReplyKind kind = ReplyKind::kOther;
  unsigned code = 0;
  std::string protocol;
  std::optional<ProbeId> probe;
  std::optional<unsigned> quoted_ttl;
  std::optional<std::uint16_t> mtu;
  friend bool operator==(const Answer&, const Answer&) = default;
};

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.from << " ttl " << answer.reply_ttl << ' ' << to_string(answer.kind) << '/'
       << answer.code << ' ' << answer.protocol;
  if (answer.probe) *out << " probe " << int{answer.probe->ttl} << '.' << answer.probe->slot;
  if (answer.quoted_ttl) *out << " quoted ttl " << *answer.quoted_ttl;
  if (answer.mtu) *out << " mtu " << *answer.mtu;
}

class KernelCapture : public ::testing::TestWithParam<Family> {
 protected:
  bool ipv4() const { return GetParam() == Family::kIpv4; }
  testing::PcapFile file() const {
    return testing::read_pcap(std::string(ETR_TEST_DATA_DIR) +
                              (ipv4() ? "/kernel_ipv4.pcap" : "/kernel_ipv6.pcap"));
  }
  const Prober& prober(std::uint8_t protocol) const {
    if (protocol == net::kProtocolTcp) return tcp_;
    return udp_;
  }

  Answer read_answer(const net::IpPacket& packet) const {
    Answer answer;
    answer.from = packet.header.source.to_string();
    answer.reply_ttl = packet.header.ttl;
    Bytes segment = packet.payload;
    std::uint8_t protocol = packet.header.protocol;
    std::optional<Decoded> decoded;
    if (const auto error = net::parse_icmp_error(packet)) {
      protocol = error->original.header.protocol;
      decoded = prober(protocol).decode_quote(flow_, error->original.payload);
      answer.kind = error->kind;
      answer.code = error->code;
      answer.quoted_ttl = error->original.header.ttl;
      answer.mtu = error->mtu;
      EXPECT_TRUE(error->extensions.empty());
      if (decoded && protocol == net::kProtocolUdp) {
        EXPECT_EQ(decoded->token, kToken);
      }
    } else {
      decoded = prober(protocol).decode_reply(flow_, segment);
      if (decoded) answer.kind = decoded->kind;
    }
    answer.protocol = prober(protocol).record_name();
    if (decoded) answer.probe = decoded->probe;
    return answer;
  }

  Flow flow_ = testing::sample_flow(GetParam(), 443);
  TcpSynProber tcp_;
  UdpLengthProber udp_;
};

INSTANTIATE_TEST_SUITE_P(Families, KernelCapture, ::testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& instance) {
                           return instance.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(KernelCapture, AnswersReadBackAsTheKernelsMeantThem) {
  const std::string r1 = ipv4() ? "192.0.2.2" : "2001:db8:1::2";
  const std::string r2 = ipv4() ? "203.0.113.2" : "2001:db8:2::2";
  const std::string dst = ipv4() ? "198.51.100.2" : "2001:db8:3::2";
  const unsigned port = ipv4() ? 3 : 4;
  const unsigned prohibited = ipv4() ? 13 : 1;
  const unsigned host = ipv4() ? 1 : 3;
  const unsigned too_big = ipv4() ? 4 : 0;
  using Kind = ReplyKind;
  const std::vector<Answer> expected{
      {r1, 64, Kind::kTimeExceeded, 0, "TCP", ProbeId{1, 5}, 1, {}},
      {r1, 64, Kind::kTimeExceeded, 0, "UDP", ProbeId{1, 7}, 1, {}},
      {r2, 63, Kind::kTimeExceeded, 0, "TCP", ProbeId{2, 5}, 1, {}},
      {r2, 63, Kind::kTimeExceeded, 0, "UDP", ProbeId{2, 7}, 1, {}},
      {dst, 62, Kind::kSynAck, 0, "TCP", ProbeId{3, 5}, {}, {}},
      {dst, 62, Kind::kReset, 0, "TCP", ProbeId{3, 5}, {}, {}},
      {dst, 62, Kind::kUnreachable, port, "UDP", ProbeId{3, 7}, 1, {}},
      {dst, 62, Kind::kData, 0, "UDP", {}, {}, {}},
      {r2, 63, Kind::kUnreachable, prohibited, "TCP", ProbeId{9, 1}, 7, {}},
      {r2, 63, Kind::kUnreachable, host, "UDP", ProbeId{9, 1}, 7, {}},
      {r1, 64, Kind::kPacketTooBig, too_big, "UDP", ProbeId{70, 0}, 70, std::uint16_t{1400}},
      {dst, 62, Kind::kSynAck, 0, "TCP", ProbeId{4, 0}, {}, {}},
      {dst, 62, Kind::kAck, 0, "TCP", {}, {}, {}},
  };
  std::vector<Answer> read;
  const testing::PcapFile capture = file();
  for (const Octets& frame : capture.frames) {
    const auto link = net::parse_link(capture.link_type, frame);
    ASSERT_TRUE(link);
    EXPECT_NE(link->interface_index, 0U);
    if (link->outgoing) continue;
    const auto packet = net::parse_ip(link->ip);
    ASSERT_TRUE(packet);
    read.push_back(read_answer(*packet));
  }
  EXPECT_EQ(read, expected);
}

TEST_P(KernelCapture, ProbesOfAnotherProgramAreThoseWeWouldWrite) {
  const testing::PcapFile capture = file();
  int compared = 0;
  for (const Octets& frame : capture.frames) {
    const auto link = net::parse_link(capture.link_type, frame);
    ASSERT_TRUE(link);
    if (!link->outgoing) continue;
    const auto packet = net::parse_ip(link->ip);
    ASSERT_TRUE(packet);
    const Prober& writer = prober(packet->header.protocol);
    const auto key = writer.flow_key(packet->payload, SegmentSide::kSent);
    const auto decoded = writer.decode_quote(flow_, packet->payload);
    // The kernel's own resets, and the SYN that provokes a challenge, are no probes.
    const auto tcp = net::parse_tcp(packet->payload);
    if (!decoded || (packet->header.protocol == net::kProtocolTcp && tcp->flags != net::kTcpSyn)) {
      continue;
    }
    Flow flow = flow_;
    flow.source = packet->header.source;
    flow.destination = packet->header.destination;
    flow.source_port = key->source_port;
    flow.destination_port = key->destination_port;
    ProbeSpec spec;
    spec.ttl = decoded->probe->ttl;
    spec.slot = decoded->probe->slot;
    spec.token = kToken;
    spec.unix_seconds = 1700000000;
    const Octets written = testing::probe_packet(writer, flow, spec, packet->header.id);
    EXPECT_EQ(written, Octets(link->ip.begin(), link->ip.end()));
    ++compared;
  }
  EXPECT_EQ(compared, 12);
}

}  // namespace
}  // namespace etr::plugins
