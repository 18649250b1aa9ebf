#include "plugins/probers/tcp-syn/tcp_syn_prober.h"

#include <gtest/gtest.h>

#include <set>

#include "net/segment.h"
#include "support/packet_builder.h"

namespace etr::plugins {
namespace {

using net::kTcpAck;
using net::kTcpFin;
using net::kTcpPsh;
using net::kTcpRst;
using net::kTcpSyn;
using testing::Octets;
using testing::sample_flow;

const TcpSynProber kProber;

Octets encode(const Flow& flow, const ProbeSpec& spec) {
  Octets segment(1400);
  segment.resize(kProber.encode(flow, spec, segment));
  return segment;
}

ProbeSpec spec(std::uint8_t ttl, std::uint16_t slot) {
  ProbeSpec made;
  made.ttl = ttl;
  made.slot = slot;
  made.unix_seconds = 1700000000;
  return made;
}

/// The destination's answer to a probe.
Octets answer(const Flow& flow, Bytes probe, std::uint8_t flags, std::uint32_t beyond = 1) {
  net::TcpSegment segment;
  segment.source_port = flow.destination_port;
  segment.destination_port = flow.source_port;
  segment.sequence = 0x1000;
  segment.acknowledgment = net::parse_tcp(probe)->sequence + beyond;
  segment.flags = flags;
  return net::write_tcp(flow.destination, flow.source, segment);
}

TEST(TcpSynProber, WritesTheHeaderOfTheGoEtr) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets segment = encode(flow, spec(3, 7));
  const auto parsed = net::parse_tcp(segment);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(segment.size(), 44U);
  EXPECT_EQ(parsed->source_port, 50000);
  EXPECT_EQ(parsed->destination_port, 443);
  EXPECT_EQ(parsed->acknowledgment, 0U);
  EXPECT_EQ(parsed->flags, kTcpSyn);
  EXPECT_EQ(parsed->window, 65535);
  EXPECT_TRUE(parsed->payload.empty());
  EXPECT_EQ(net::segment_checksum(flow.source, flow.destination, 6, segment), 0);
  // MSS 1460, window scale 7, timestamp 1700000000 (0x6553f100), SACK permitted, end, padding.
  EXPECT_EQ(Octets(parsed->options.begin(), parsed->options.end()),
            testing::from_hex("020405b4 01 030307 01 01 080a 6553f100 00000000 0402 00 00"));
}

TEST(TcpSynProber, DerivesTheSegmentSizeFromTheMtu) {
  struct Case {
    Family family;
    std::uint16_t mtu;
    unsigned expected;
  };
  for (const Case& c : {Case{Family::kIpv4, 1500, 1460}, Case{Family::kIpv6, 1500, 1440},
                        Case{Family::kIpv4, 9000, 8960}, Case{Family::kIpv4, 68, 536},
                        Case{Family::kIpv6, 65535, 65475}, Case{Family::kIpv4, 0, 1460}}) {
    ProbeSpec made = spec(1, 0);
    made.mtu = c.mtu;
    const Octets segment = encode(sample_flow(c.family, 443), made);
    EXPECT_EQ(segment[22] * 256U + segment[23], c.expected) << c.mtu;
  }
}

TEST(TcpSynProber, ReadsEveryProbeBackFromAnEightOctetQuote) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const Flow flow = sample_flow(family, 443);
    std::set<Octets> quotes;
    for (unsigned ttl = 1; ttl <= 255; ++ttl) {
      for (std::uint16_t slot = 0; slot < kProber.slots(); ++slot) {
        const Octets segment = encode(flow, spec(static_cast<std::uint8_t>(ttl), slot));
        const Bytes quote = Bytes(segment).first(8);
        quotes.emplace(quote.begin(), quote.end());
        const auto decoded = kProber.decode_quote(flow, quote);
        ASSERT_TRUE(decoded && decoded->probe);
        ASSERT_EQ(decoded->probe->ttl, ttl);
        ASSERT_EQ(decoded->probe->slot, slot);
        ASSERT_FALSE(decoded->token);
      }
    }
    EXPECT_EQ(quotes.size(), 255U * kProber.slots());
  }
}

TEST(TcpSynProber, KeepsAFlowsSequenceNumbersWithin32Ki) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const std::uint32_t first = net::parse_tcp(encode(flow, spec(1, 0)))->sequence;
  const std::uint32_t last = net::parse_tcp(encode(flow, spec(255, 127)))->sequence;
  EXPECT_LT(last - first, 32768U);
}

TEST(TcpSynProber, GivesFlowsUnrelatedSequenceNumbers) {
  std::set<std::uint32_t> bases;
  Flow flow = sample_flow(Family::kIpv4, 443);
  for (flow.secret = 0; flow.secret < 1000; ++flow.secret) {
    bases.insert(net::parse_tcp(encode(flow, spec(1, 0)))->sequence);
  }
  EXPECT_GT(bases.size(), 998U);
}

TEST(TcpSynProber, ReadsProbesBackWhenTheSequenceNumberWraps) {
  Flow flow = sample_flow(Family::kIpv4, 443);
  std::uint32_t sequence = 0;
  // Some secret puts the flow's numbers across 2^32.
  for (; sequence < 0xffff8100U; ++flow.secret) {
    sequence = net::parse_tcp(encode(flow, spec(1, 0)))->sequence;
    if (sequence >= 0xffff8100U) break;
  }
  const Octets probe = encode(flow, spec(255, 127));
  ASSERT_LT(net::parse_tcp(probe)->sequence, sequence);
  EXPECT_EQ(kProber.decode_quote(flow, probe)->probe, (ProbeId{255, 127}));
  EXPECT_EQ(kProber.decode_reply(flow, answer(flow, probe, kTcpSyn | kTcpAck))->probe,
            (ProbeId{255, 127}));
}

TEST(TcpSynProber, RefusesQuotesOfFewerThanEightOctets) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets segment = encode(flow, spec(3, 7));
  for (std::size_t size = 0; size < 8; ++size) {
    EXPECT_FALSE(kProber.decode_quote(flow, Bytes(segment).first(size))) << size;
  }
}

// Defect A19 of the Go etr, docs/compatibility.md.
TEST(TcpSynProber, RefusesSequenceNumbersOutsideTheFlow) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  Octets segment = encode(flow, spec(1, 0));
  const std::uint32_t lowest = net::parse_tcp(segment)->sequence;
  const auto decodes = [&](std::uint32_t sequence) {
    put_u16(segment, 4, static_cast<std::uint16_t>(sequence >> 16U));
    put_u16(segment, 6, static_cast<std::uint16_t>(sequence));
    return kProber.decode_quote(flow, segment).has_value();
  };
  EXPECT_TRUE(decodes(lowest));
  EXPECT_FALSE(decodes(lowest - 1));  // TTL 0.
  EXPECT_TRUE(decodes(lowest + 255 * 128 - 1));
  EXPECT_FALSE(decodes(lowest + 255 * 128));  // TTL 256.
  EXPECT_FALSE(decodes(lowest + 0x80000000U));
}

TEST(TcpSynProber, ReadsSynAckAndReset) {
  const Flow flow = sample_flow(Family::kIpv6, 443);
  const Octets probe = encode(flow, spec(12, 100));
  const auto open = kProber.decode_reply(flow, answer(flow, probe, kTcpSyn | kTcpAck));
  ASSERT_TRUE(open);
  EXPECT_EQ(open->probe, (ProbeId{12, 100}));
  EXPECT_EQ(open->kind, ReplyKind::kSynAck);
  const auto closed = kProber.decode_reply(flow, answer(flow, probe, kTcpRst | kTcpAck));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->probe, (ProbeId{12, 100}));
  EXPECT_EQ(closed->kind, ReplyKind::kReset);
}

// Defect A19 of the Go etr: a RST without ACK was decoded to TTL 204.
TEST(TcpSynProber, RefusesAResetWithoutAck) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets probe = encode(flow, spec(12, 100));
  EXPECT_FALSE(kProber.decode_reply(flow, answer(flow, probe, kTcpRst)));
  EXPECT_FALSE(kProber.decode_reply(flow, answer(flow, probe, kTcpRst, 0)));
}

TEST(TcpSynProber, TakesAPureAckAsASignOfLifeOnly) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets probe = encode(flow, spec(12, 100));
  const auto decoded = kProber.decode_reply(flow, answer(flow, probe, kTcpAck));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, ReplyKind::kAck);
  EXPECT_FALSE(decoded->probe);
}

TEST(TcpSynProber, RefusesOtherFlagsAndData) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets probe = encode(flow, spec(12, 100));
  for (const unsigned flags : {0U, unsigned{kTcpSyn}, unsigned{kTcpFin},
                               unsigned{kTcpFin | kTcpAck}, unsigned{kTcpSyn | kTcpRst | kTcpAck},
                               unsigned{kTcpPsh}, unsigned{kTcpSyn | kTcpFin | kTcpAck}}) {
    const auto octet = static_cast<std::uint8_t>(flags);
    EXPECT_FALSE(kProber.decode_reply(flow, answer(flow, probe, octet))) << flags;
  }
  Octets data = answer(flow, probe, kTcpPsh | kTcpAck);
  data.push_back('x');
  EXPECT_FALSE(kProber.decode_reply(flow, data));
}

TEST(TcpSynProber, RefusesAnswersToNoProbeOfTheFlow) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  Flow other = flow;
  ++other.secret;
  const Octets probe = encode(other, spec(12, 100));
  EXPECT_FALSE(kProber.decode_reply(flow, answer(other, probe, kTcpSyn | kTcpAck)));
  EXPECT_FALSE(
      kProber.decode_reply(flow, answer(flow, encode(flow, spec(1, 0)), kTcpSyn | kTcpAck, 0)));
}

TEST(TcpSynProber, RefusesTruncatedAnswers) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets whole = answer(flow, encode(flow, spec(12, 100)), kTcpSyn | kTcpAck);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(kProber.decode_reply(flow, Bytes(whole).first(size))) << size;
  }
}

TEST(TcpSynProber, VariesNothingThatBalancersHash) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets first = encode(flow, spec(1, 0));
  ProbeSpec later = spec(200, 99);
  later.token = 0xffffffffffffffffU;
  later.unix_seconds += 100;
  const Octets second = encode(flow, later);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool sequence = i >= 4 && i < 8;
    const bool checksum = i >= 16 && i < 18;
    const bool timestamp = i >= 32 && i < 36;
    if (!sequence && !checksum && !timestamp) {
      EXPECT_EQ(first[i], second[i]) << "octet " << i;
    }
  }
}

TEST(TcpSynProber, ThrowsWhereThereIsNoRoom) {
  Octets small(43);
  EXPECT_THROW(kProber.encode(sample_flow(Family::kIpv4, 443), spec(1, 0), small),
               std::length_error);
}

TEST(TcpSynProber, FindsTheFlowOnBothSides) {
  const Flow flow = sample_flow(Family::kIpv4, 443);
  const Octets probe = encode(flow, spec(1, 0));
  const FlowKey key{50000, 443};
  EXPECT_EQ(kProber.flow_key(probe, SegmentSide::kSent), key);
  EXPECT_EQ(kProber.flow_key(answer(flow, probe, kTcpSyn | kTcpAck), SegmentSide::kReply), key);
  EXPECT_FALSE(kProber.flow_key(Bytes(probe).first(3), SegmentSide::kSent));
}

}  // namespace
}  // namespace etr::plugins
