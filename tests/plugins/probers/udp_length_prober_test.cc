#include "plugins/probers/udp-length/udp_length_prober.h"

#include <gtest/gtest.h>

#include "net/segment.h"
#include "support/packet_builder.h"

namespace etr::plugins {
namespace {

using testing::Octets;
using testing::sample_flow;

const UdpLengthProber kUdpProber;
constexpr std::uint64_t kUdpToken = 0x1122334455667788U;

Octets encode(const Flow& flow, unsigned ttl, unsigned slot, std::uint64_t token = kUdpToken) {
  ProbeSpec spec;
  spec.ttl = static_cast<std::uint8_t>(ttl);
  spec.slot = static_cast<std::uint16_t>(slot);
  spec.token = token;
  Octets segment(9000);
  segment.resize(kUdpProber.encode(flow, spec, segment));
  return segment;
}

TEST(UdpLengthProber, WritesTheLengthOfTheGoEtr) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  const Octets segment = encode(flow, 3, 7);
  EXPECT_EQ(segment.size(), 8U + 20 * 3 + 7);
  const auto parsed = net::parse_udp(segment);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source_port, 50000);
  EXPECT_EQ(parsed->destination_port, 33434);
  EXPECT_EQ(parsed->payload.size(), 67U);
  EXPECT_EQ(net::segment_checksum(flow.source, flow.destination, 17, segment), 0);
}

TEST(UdpLengthProber, PutsTheTokenFirstAndZerosAfterIt) {
  const Octets segment = encode(sample_flow(Family::kIpv4, 33434), 2, 0);
  const Bytes payload = net::parse_udp(segment)->payload;
  EXPECT_EQ(WireReader(payload).u64(), kUdpToken);
  for (const std::uint8_t octet : payload.subspan(8)) EXPECT_EQ(octet, 0);
}

TEST(UdpLengthProber, ReadsEveryProbeBackFromAnEightOctetQuote) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const Flow flow = sample_flow(family, 33434);
    for (unsigned ttl = 1; ttl <= 255; ++ttl) {
      for (unsigned slot = 0; slot < kUdpProber.slots(); ++slot) {
        const Octets segment = encode(flow, ttl, slot);
        const auto decoded = kUdpProber.decode_quote(flow, Bytes(segment).first(8));
        ASSERT_TRUE(decoded && decoded->probe);
        ASSERT_EQ(decoded->probe->ttl, ttl);
        ASSERT_EQ(decoded->probe->slot, slot);
        ASSERT_FALSE(decoded->token);
      }
    }
  }
}

TEST(UdpLengthProber, ReadsTheTokenWhereItIsQuotedWhole) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  const Octets segment = encode(flow, 4, 0);
  for (std::size_t size = 8; size <= segment.size(); ++size) {
    const auto decoded = kUdpProber.decode_quote(flow, Bytes(segment).first(size));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->token.has_value(), size >= 16) << size;
    if (decoded->token) {
      EXPECT_EQ(*decoded->token, kUdpToken);
    }
  }
}

TEST(UdpLengthProber, DoesNotTakePaddingForAToken) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  Octets padded = encode(flow, 4, 0);
  padded.resize(8);
  padded.resize(108);
  const auto decoded = kUdpProber.decode_quote(flow, padded);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->probe, (ProbeId{4, 0}));
  EXPECT_FALSE(decoded->token);
}

TEST(UdpLengthProber, RefusesQuotesOfFewerThanEightOctets) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  const Octets segment = encode(flow, 3, 7);
  for (std::size_t size = 0; size < 8; ++size) {
    EXPECT_FALSE(kUdpProber.decode_quote(flow, Bytes(segment).first(size))) << size;
  }
}

TEST(UdpLengthProber, RefusesLengthsThatNoProbeHas) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  Octets segment = encode(flow, 1, 0);
  for (unsigned length = 0; length <= 0xffff; ++length) {
    put_u16(segment, 4, static_cast<std::uint16_t>(length));
    const bool possible = length >= 28 && length < 8 + 20 * 256;
    ASSERT_EQ(kUdpProber.decode_quote(flow, segment).has_value(), possible) << length;
  }
}

// Defect B2 of the Go etr: probes from TTL 74 on did not fit an MTU of 1500.
TEST(UdpLengthProber, NeverExceedsTheMtu) {
  struct Case {
    Family family;
    std::uint16_t mtu;
    unsigned ttl;
  };
  for (const Case& c :
       {Case{Family::kIpv4, 1500, 72}, Case{Family::kIpv6, 1500, 71}, Case{Family::kIpv6, 1280, 60},
        Case{Family::kIpv4, 9000, 255}, Case{Family::kIpv4, 67, 1}, Case{Family::kIpv4, 66, 0},
        Case{Family::kIpv6, 0, 0}, Case{Family::kIpv4, 65535, 255}}) {
    EXPECT_EQ(kUdpProber.max_ttl(c.family, c.mtu), c.ttl) << c.mtu;
    if (c.ttl == 0) continue;
    const Octets segment = encode(sample_flow(c.family, 33434), c.ttl, 19);
    EXPECT_LE(net::ip_header_size(c.family) + segment.size(), c.mtu);
  }
}

TEST(UdpLengthProber, SendsAChecksumOfZeroAsAllOnes) {
  const Flow flow = sample_flow(Family::kIpv6, 33434);
  // The token that complements the sum of everything else.
  const Octets without = encode(flow, 1, 0, 0);
  const std::uint64_t missing = without[6] * 256U + without[7];
  const Octets segment = encode(flow, 1, 0, missing);
  EXPECT_EQ(segment[6], 0xff);
  EXPECT_EQ(segment[7], 0xff);
}

// Defect A15 of the Go etr, docs/compatibility.md.
TEST(UdpLengthProber, TakesAnyDatagramOfTheServiceWithoutAnId) {
  const Flow flow = sample_flow(Family::kIpv4, 53);
  // The Go etr decoded replies by their own length, here that of TTL 1.
  for (const std::size_t size : {0U, 1U, 20U, 512U}) {
    const Octets data(size, 0xaa);
    const Octets datagram = net::write_udp(flow.destination, flow.source, {53, 50000, data});
    const auto decoded = kUdpProber.decode_reply(flow, datagram);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->kind, ReplyKind::kData);
    EXPECT_FALSE(decoded->probe);
  }
}

TEST(UdpLengthProber, RefusesAnswersWithoutAWholeHeader) {
  const Flow flow = sample_flow(Family::kIpv4, 53);
  EXPECT_FALSE(kUdpProber.decode_reply(flow, testing::from_hex("0035 c350 0008 00")));
  EXPECT_FALSE(kUdpProber.decode_reply(flow, testing::from_hex("0035 c350 0007 0000")));
}

TEST(UdpLengthProber, VariesNothingThatBalancersHash) {
  const Flow flow = sample_flow(Family::kIpv4, 33434);
  const Octets first = encode(flow, 1, 0, 1);
  const Octets second = encode(flow, 30, 19, 2);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(first[i], second[i]) << "octet " << i;
  const Octets again = encode(flow, 1, 0, 3);
  ASSERT_EQ(first.size(), again.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool checksum = i == 6 || i == 7;
    const bool token = i >= 8 && i < 16;
    if (!checksum && !token) {
      EXPECT_EQ(first[i], again[i]) << "octet " << i;
    }
  }
}

TEST(UdpLengthProber, ThrowsWhereThereIsNoRoom) {
  Octets small(8 + 20 * 5 - 1);
  ProbeSpec spec;
  spec.ttl = 5;
  EXPECT_THROW(kUdpProber.encode(sample_flow(Family::kIpv4, 33434), spec, small),
               std::length_error);
  spec.ttl = 0;
  EXPECT_THROW(kUdpProber.encode(sample_flow(Family::kIpv4, 33434), spec, small),
               std::length_error);
}

}  // namespace
}  // namespace etr::plugins
