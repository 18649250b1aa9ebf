#include "trace/dispatcher.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "net/icmp_write.h"
#include "net/segment.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "support/packet_builder.h"

namespace etr::trace {
namespace {

using testing::address;
using testing::ip_packet;
using testing::Octets;
using testing::probe_packet;
using testing::sample_flow;

constexpr std::uint32_t kId = 42;
constexpr std::uint16_t kIpId = 4711;

ProbeSpec spec(std::uint8_t ttl = 7, std::uint16_t slot = 3) {
  ProbeSpec made;
  made.ttl = ttl;
  made.slot = slot;
  made.token = 0x1122334455667788U;
  return made;
}

struct Setup {
  Family family;
  bool tcp;
};

class DispatcherTest : public ::testing::TestWithParam<Setup> {
 protected:
  DispatcherTest() { dispatcher.add_flow(kId, flow); }

  Sighting see(const Octets& packet, bool outgoing = false) const {
    return dispatcher.dispatch({packet, Timestamp{}, 2, outgoing});
  }
  IpAddress router() const {
    return address(flow.source.family == Family::kIpv4 ? "10.0.0.7" : "2001:db8:7::7");
  }
  Octets error(const Octets& original, ReplyKind kind = ReplyKind::kTimeExceeded) const {
    net::IcmpErrorSpec wanted;
    wanted.source = router();
    wanted.destination = flow.source;
    wanted.ttl = 61;
    wanted.kind = kind;
    wanted.mpls = {{16001, 0, true, 1}};
    return net::write_icmp_error(wanted, original);
  }
  Octets probe(const ProbeSpec& wanted = spec()) const {
    return probe_packet(prober(), flow, wanted, flow.source.family == Family::kIpv4 ? kIpId : 0);
  }
  const Prober& prober() const {
    if (GetParam().tcp) return tcp_;
    return udp_;
  }

  const plugins::TcpSynProber tcp_;
  const plugins::UdpLengthProber udp_;
  const Flow flow = sample_flow(GetParam().family, GetParam().tcp ? 80 : 33434);
  Dispatcher dispatcher{prober()};
};
INSTANTIATE_TEST_SUITE_P(All, DispatcherTest,
                         ::testing::Values(Setup{Family::kIpv4, true}, Setup{Family::kIpv6, true},
                                           Setup{Family::kIpv4, false},
                                           Setup{Family::kIpv6, false}),
                         [](const auto& suite) {
                           return std::string(suite.param.tcp ? "Tcp" : "Udp") +
                                  (suite.param.family == Family::kIpv4 ? "Ipv4" : "Ipv6");
                         });

TEST_P(DispatcherTest, RecognizesOwnProbesAsTheyLeave) {
  for (const bool outgoing : {true, false}) {  // On loopback they are not marked as outgoing.
    const Sighting seen = see(probe(), outgoing);
    const auto* own = std::get_if<OwnProbe>(&seen);
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->flow, kId);
    EXPECT_EQ(own->probe, (ProbeId{7, 3}));
    EXPECT_EQ(own->ttl, 7);
    EXPECT_EQ(own->ip_id, flow.source.family == Family::kIpv4 ? kIpId : 0);
  }
}

TEST_P(DispatcherTest, IgnoresOwnProbesCapturedAtALaterHop) {
  Octets passing = probe(spec(7));
  const Octets other = probe(spec(6));
  std::copy(other.begin(),
            other.begin() + static_cast<std::ptrdiff_t>(net::ip_header_size(flow.source.family)),
            passing.begin());  // TTL 6 in the IP header, 7 in the segment.
  if (passing.size() != other.size()) GTEST_SKIP() << "the TTL is encoded in the length";
  EXPECT_TRUE(std::holds_alternative<std::monostate>(see(passing, true)));
}

TEST_P(DispatcherTest, ReadsWhichProbeAnErrorQuotes) {
  const Sighting seen = see(error(probe()));
  const auto* answer = std::get_if<Answer>(&seen);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->flow, kId);
  EXPECT_EQ(answer->decoded.probe, (ProbeId{7, 3}));
  EXPECT_FALSE(answer->from_service);
  EXPECT_FALSE(answer->foreign_source);
  EXPECT_EQ(answer->reply.source, router());
  EXPECT_EQ(answer->reply.kind, ReplyKind::kTimeExceeded);
  EXPECT_EQ(answer->reply.ttl, 61);
  EXPECT_EQ(answer->reply.quoted_ttl, 7);
  ASSERT_EQ(answer->reply.mpls.size(), 1U);
  EXPECT_EQ(answer->reply.mpls[0].label, 16001U);
  const Octets sent = probe();
  EXPECT_EQ(answer->quoted_head, segment_head(net::parse_ip(sent)->payload));
  if (flow.source.family == Family::kIpv4) {
    EXPECT_EQ(answer->quoted_id, kIpId);
  } else {
    EXPECT_FALSE(answer->quoted_id);
  }
}

TEST_P(DispatcherTest, DistinguishesUnreachablesFromTimeExceeded) {
  const Sighting seen = see(error(probe(), ReplyKind::kUnreachable));
  ASSERT_TRUE(std::holds_alternative<Answer>(seen));
  EXPECT_EQ(std::get<Answer>(seen).reply.kind, ReplyKind::kUnreachable);
}

TEST_P(DispatcherTest, FindsEachFlowAmongMany) {
  Dispatcher many(prober());
  for (std::uint32_t id = 0; id < 200; ++id) {
    Flow one = flow;
    one.source_port = static_cast<std::uint16_t>(50000 + id);
    many.add_flow(id, one);
  }
  for (std::uint32_t id = 0; id < 200; ++id) {
    Flow one = flow;
    one.source_port = static_cast<std::uint16_t>(50000 + id);
    const Octets packet = error(probe_packet(prober(), one, spec()));
    const Sighting seen = many.dispatch({packet, Timestamp{}, 2, false});
    ASSERT_TRUE(std::holds_alternative<Answer>(seen));
    EXPECT_EQ(std::get<Answer>(seen).flow, id);
  }
}

TEST_P(DispatcherTest, RejectsAnErrorAboutAPortThatIsNotOurs) {
  Flow other = flow;
  other.source_port = 50001;
  const Sighting seen = see(error(probe_packet(prober(), other, spec())));
  ASSERT_TRUE(std::holds_alternative<Rejection>(seen));
  EXPECT_EQ(std::get<Rejection>(seen), Rejection::kUnknownPort);
}

TEST_P(DispatcherTest, IgnoresErrorsAboutPacketsToOtherHosts) {
  Flow other = flow;
  other.destination = router();
  EXPECT_TRUE(
      std::holds_alternative<std::monostate>(see(error(probe_packet(prober(), other, spec())))));
}

TEST_P(DispatcherTest, MarksAQuoteWithAForeignSource) {
  Flow translated = flow;
  translated.source = router();
  // Our segment, with another source address written by a NAT.
  Octets packet = probe();
  const std::size_t at = flow.source.family == Family::kIpv4 ? 12 : 8;
  std::copy(translated.source.bytes().begin(), translated.source.bytes().end(),
            packet.begin() + static_cast<std::ptrdiff_t>(at));
  const Sighting seen = see(error(packet));
  ASSERT_TRUE(std::holds_alternative<Answer>(seen));
  EXPECT_TRUE(std::get<Answer>(seen).foreign_source);
}

TEST_P(DispatcherTest, RejectsErrorsOfThisHostUnlessItTracesItself) {
  const auto seen_by = [&](const Dispatcher& by) {
    const Octets packet = error(probe(), ReplyKind::kUnreachable);
    return by.dispatch({packet, Timestamp{}, 1, false, true});
  };
  const Sighting seen = seen_by(dispatcher);
  ASSERT_TRUE(std::holds_alternative<Rejection>(seen));
  EXPECT_EQ(std::get<Rejection>(seen), Rejection::kOwnHost);

  Dispatcher at_home(prober());
  transport::Route own;
  own.local = true;
  at_home.add_flow(kId, flow, own);
  EXPECT_TRUE(std::holds_alternative<Answer>(seen_by(at_home)));
}

TEST_P(DispatcherTest, IgnoresOutgoingErrors) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(see(error(probe()), true)));
}

TEST_P(DispatcherTest, IgnoresErrorsWithABadChecksum) {
  Octets packet = error(probe());
  packet.back() ^= 1;
  EXPECT_TRUE(std::holds_alternative<std::monostate>(see(packet)));
}

TEST_P(DispatcherTest, AcceptsNoTruncatedReply) {
  for (const Octets& packet : {error(probe()), probe()}) {
    for (std::size_t size = 0; size < packet.size(); ++size) {
      const Octets part(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(std::holds_alternative<Answer>(see(part))) << size << " octets";
    }
  }
}

TEST_P(DispatcherTest, RejectsRepliesToAClosedFlow) {
  dispatcher.remove_flow(flow);
  const Sighting seen = see(error(probe()));
  ASSERT_TRUE(std::holds_alternative<Rejection>(seen));
  EXPECT_EQ(std::get<Rejection>(seen), Rejection::kClosedFlow);
  EXPECT_FALSE(std::holds_alternative<OwnProbe>(see(probe(), true)));
}

TEST_P(DispatcherTest, ReadsAReplyOfTheService) {
  Octets segment;
  if (GetParam().tcp) {
    const Octets sent = probe();
    net::TcpSegment answer;
    answer.source_port = flow.destination_port;
    answer.destination_port = flow.source_port;
    answer.acknowledgment =
        net::parse_tcp(Bytes(sent).subspan(net::ip_header_size(flow.source.family)))->sequence + 1;
    answer.flags = net::kTcpSyn | net::kTcpAck;
    segment = net::write_tcp(flow.destination, flow.source, answer);
  } else {
    segment = net::write_udp(flow.destination, flow.source,
                             {flow.destination_port, flow.source_port, {}});
  }
  const Octets packet = ip_packet(flow.destination, flow.source, prober().protocol(), segment);
  const Sighting seen = see(packet);
  ASSERT_TRUE(std::holds_alternative<Answer>(seen));
  const Answer& answer = std::get<Answer>(seen);
  EXPECT_TRUE(answer.from_service);
  EXPECT_EQ(answer.reply.source, flow.destination);
  EXPECT_EQ(answer.reply.kind, GetParam().tcp ? ReplyKind::kSynAck : ReplyKind::kData);
  EXPECT_EQ(answer.decoded.probe.has_value(), GetParam().tcp);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(see(packet, true)));
}

TEST_P(DispatcherTest, RejectsAReplyToAPortThatIsNotOurs) {
  const Octets segment =
      GetParam().tcp
          ? net::write_tcp(
                flow.destination, flow.source,
                {flow.destination_port, 50001, 0, 1, net::kTcpRst | net::kTcpAck, 0, {}, {}})
          : net::write_udp(flow.destination, flow.source, {flow.destination_port, 50001, {}});
  const Sighting seen = see(ip_packet(flow.destination, flow.source, prober().protocol(), segment));
  ASSERT_TRUE(std::holds_alternative<Rejection>(seen));
  EXPECT_EQ(std::get<Rejection>(seen), Rejection::kUnknownPort);
}

TEST(Dispatcher, LinksTellFlowsToOneLinkLocalAddressApart) {
  const plugins::UdpLengthProber prober;
  Dispatcher dispatcher(prober);
  Flow flow = sample_flow(Family::kIpv6, 33434);
  flow.source = address("fe80::1");
  flow.destination = address("fe80::2");
  const auto flow_seen_on = [&](std::uint32_t interface) {
    const Octets packet = probe_packet(prober, flow, spec());
    const Sighting seen = dispatcher.dispatch({packet, Timestamp{}, interface, true});
    const auto* own = std::get_if<OwnProbe>(&seen);
    return own == nullptr ? std::nullopt : std::optional(own->flow);
  };
  transport::Route route;
  for (const std::uint32_t link : {2U, 3U}) {
    flow.trace = link;
    route.interface_index = link;
    dispatcher.add_flow(link, flow, route);
  }
  EXPECT_EQ(flow_seen_on(2), 2U);
  EXPECT_EQ(flow_seen_on(3), 3U);
  EXPECT_EQ(flow_seen_on(4), std::nullopt);
  dispatcher.remove_flow(flow);
  EXPECT_EQ(flow_seen_on(3), 2U) << "the only one that is left, for instance on a bond's member";
}

class ThrowingProber final : public Prober {
 public:
  std::uint8_t protocol() const override { return 17; }
  std::string_view record_name() const override { return "X"; }
  std::uint16_t default_port() const override { return 33434; }
  std::uint16_t slots() const override { return 1; }
  std::uint8_t max_ttl(Family, std::uint16_t) const override { return 30; }
  std::string capture_filter(Family, std::uint16_t) const override { return "udp"; }
  std::size_t encode(const Flow&, const ProbeSpec&, MutableBytes) const override { return 0; }
  std::optional<Decoded> decode_quote(const Flow&, Bytes) const override {
    throw std::runtime_error("broken");
  }
  std::optional<Decoded> decode_reply(const Flow&, Bytes) const override {
    throw std::runtime_error("broken");
  }
};

TEST(Dispatcher, RejectsAPacketOnWhichTheProberThrows) {
  const ThrowingProber broken;
  Dispatcher dispatcher(broken);
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  dispatcher.add_flow(1, flow);
  net::IcmpErrorSpec wanted;
  wanted.source = address("10.0.0.7");
  wanted.destination = flow.source;
  const Octets packet =
      net::write_icmp_error(wanted, probe_packet(plugins::UdpLengthProber(), flow, spec()));
  const Sighting seen = dispatcher.dispatch({packet, Timestamp{}, 2, false});
  ASSERT_TRUE(std::holds_alternative<Rejection>(seen));
  EXPECT_EQ(std::get<Rejection>(seen), Rejection::kProberFailed);
}

}  // namespace
}  // namespace etr::trace
