#include "net/icmp.h"

#include <gtest/gtest.h>

#include "net/icmp_write.h"
#include "net/segment.h"
#include "support/packet_builder.h"

namespace etr::net {
namespace {

using testing::address;
using testing::from_hex;
using testing::Octets;

// An IPv4 UDP probe of 40 octets, TTL 1, as a router quotes it.
constexpr auto kQuoteV4 =
    "4500 0028 0007 4000 0111 0000 c000 020a c633 6414"
    "c350 829a 0014 1234 0102030405060708 00000000";
constexpr auto kQuoteV6 =
    "6000 0000 0014 11 01 20010db8000000000000000000000010 20010db8000100000000000000000020"
    "c350 829a 0014 1234 0102030405060708 00000000";

/// An ICMP message after the right header for its family, with the right checksum.
Octets icmp_packet(Family family, Octets message) {
  const bool ipv4 = family == Family::kIpv4;
  const IpAddress router = address(ipv4 ? "203.0.113.1" : "2001:db8:f::1");
  const IpAddress us = address(ipv4 ? "192.0.2.10" : "2001:db8::10");
  if (message.size() >= 4) {
    InternetChecksum sum;
    sum.add(message);
    put_u16(message, 2,
            ipv4 ? sum.value() : segment_checksum(router, us, kProtocolIcmpv6, message));
  }
  return testing::ip_packet(router, us, ipv4 ? kProtocolIcmp : kProtocolIcmpv6, message);
}

Octets icmp_v4(std::string_view header, std::string_view body) {
  return icmp_packet(Family::kIpv4, from_hex(std::string(header) + std::string(body)));
}
Octets icmp_v6(std::string_view header, std::string_view body) {
  return icmp_packet(Family::kIpv6, from_hex(std::string(header) + std::string(body)));
}

std::optional<IcmpError> parse(const Octets& packet) {
  const auto ip = parse_ip(packet);
  EXPECT_TRUE(ip);
  return parse_icmp_error(*ip);
}

std::string zeros(std::size_t octets) { return std::string(octets * 2, '0'); }

// Label 100, class 5, bottom of stack, TTL 1, in a structure with its checksum.
constexpr auto kMplsStructure = "2000 93ef 0008 0101 00064b01";
constexpr auto kMplsStructureUnsummed = "2000 0000 0008 0101 00064b01";
const MplsLabel kLabel{100, 5, true, 1};

TEST(ParseIcmpError, ReadsTimeExceeded) {
  const Octets packet = icmp_v4("0b00 0000 00000000", kQuoteV4);
  const auto error = parse(packet);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ReplyKind::kTimeExceeded);
  EXPECT_EQ(error->original.header.source, address("192.0.2.10"));
  EXPECT_EQ(error->original.header.destination, address("198.51.100.20"));
  EXPECT_EQ(error->original.header.ttl, 1);
  EXPECT_EQ(error->original.header.id, 7);
  EXPECT_EQ(error->original.payload.size(), 20U);
  EXPECT_TRUE(error->extensions.empty());
  EXPECT_FALSE(error->mtu);
}

struct KindCase {
  Family family;
  const char* header;
  std::optional<ReplyKind> kind;
};

// Defect A17 of the Go etr, docs/compatibility.md.
TEST(ParseIcmpError, KnowsKindsByTypeAndCode) {
  const KindCase cases[] = {
      {Family::kIpv4, "0b00 0000 00000000", ReplyKind::kTimeExceeded},
      {Family::kIpv4, "0b01 0000 00000000", std::nullopt},  // Reassembly.
      {Family::kIpv4, "0300 0000 00000000", ReplyKind::kUnreachable},
      {Family::kIpv4, "0303 0000 00000000", ReplyKind::kUnreachable},
      {Family::kIpv4, "0304 0000 00000000", ReplyKind::kPacketTooBig},
      {Family::kIpv4, "030d 0000 00000000", ReplyKind::kUnreachable},
      {Family::kIpv4, "0c00 0000 00000000", ReplyKind::kParameterProblem},
      {Family::kIpv4, "0000 0000 00000000", std::nullopt},  // Echo reply.
      {Family::kIpv4, "0500 0000 c0000201", std::nullopt},  // Redirect.
      {Family::kIpv6, "0300 0000 00000000", ReplyKind::kTimeExceeded},
      {Family::kIpv6, "0301 0000 00000000", std::nullopt},
      {Family::kIpv6, "0104 0000 00000000", ReplyKind::kUnreachable},
      {Family::kIpv6, "0200 0000 00000500", ReplyKind::kPacketTooBig},
      {Family::kIpv6, "0400 0000 00000000", ReplyKind::kParameterProblem},
      {Family::kIpv6, "8100 0000 00000000", std::nullopt},  // Echo reply.
      {Family::kIpv6, "0b00 0000 00000000", std::nullopt},
  };
  for (const KindCase& c : cases) {
    const bool ipv4 = c.family == Family::kIpv4;
    const Octets packet = ipv4 ? icmp_v4(c.header, kQuoteV4) : icmp_v6(c.header, kQuoteV6);
    const auto error = parse(packet);
    EXPECT_EQ(error.has_value(), c.kind.has_value()) << c.header;
    if (error && c.kind) {
      EXPECT_EQ(error->kind, *c.kind) << c.header;
    }
  }
}

TEST(ParseIcmpError, ReportsTheMtuOfPacketTooBig) {
  const Octets v4 = icmp_v4("0304 0000 0000 0578", kQuoteV4);
  const Octets v6 = icmp_v6("0200 0000 00000500", kQuoteV6);
  const Octets huge = icmp_v6("0200 0000 00012345", kQuoteV6);
  const Octets unknown = icmp_v4("0304 0000 0000 0000", kQuoteV4);
  EXPECT_EQ(parse(v4)->mtu, 1400);
  EXPECT_EQ(parse(v6)->mtu, 1280);
  EXPECT_EQ(parse(huge)->mtu, 65535);
  EXPECT_FALSE(parse(unknown)->mtu);
}

TEST(ParseIcmpError, RefusesABadChecksum) {
  Octets v4 = icmp_v4("0b00 0000 00000000", kQuoteV4);
  v4.back() ^= 1U;
  EXPECT_FALSE(parse(v4));
  Octets v6 = icmp_v6("0300 0000 00000000", kQuoteV6);
  v6[kIpv6HeaderSize + 2] ^= 1U;
  EXPECT_FALSE(parse(v6));
}

TEST(ParseIcmpError, RefusesWhatTheCaptureCut) {
  const Octets packet = icmp_v4("0b00 0000 00000000", kQuoteV4);
  const auto ip = parse_ip(Bytes(packet).first(packet.size() - 4));
  ASSERT_TRUE(ip);
  EXPECT_FALSE(parse_icmp_error(*ip));
}

// Defect B1 of the Go etr: 1 to 7 quoted transport octets crashed it.
TEST(ParseIcmpError, TakesQuotesOfAnyLength) {
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const bool ipv4 = family == Family::kIpv4;
    const Octets quote = from_hex(ipv4 ? kQuoteV4 : kQuoteV6);
    const Octets header = from_hex(ipv4 ? "0b00 0000 00000000" : "0300 0000 00000000");
    for (std::size_t quoted = 0; quoted <= quote.size(); ++quoted) {
      Octets message = header;
      message.insert(message.end(), quote.begin(),
                     quote.begin() + static_cast<std::ptrdiff_t>(quoted));
      const Octets packet = icmp_packet(family, message);
      const auto error = parse(packet);
      EXPECT_EQ(error.has_value(), quoted >= ip_header_size(family)) << quoted;
      if (error) {
        EXPECT_EQ(error->original.payload.size(), quoted - ip_header_size(family));
      }
    }
  }
}

TEST(ParseIcmpError, RefusesAQuoteOfTheOtherFamily) {
  EXPECT_FALSE(parse(icmp_v4("0b00 0000 00000000", kQuoteV6)));
  EXPECT_FALSE(parse(icmp_v6("0300 0000 00000000", kQuoteV4)));
}

TEST(Extensions, AreFoundByTheLengthAttribute) {
  const Octets v4 = icmp_v4("0b00 0000 00 20 0000", kQuoteV4 + zeros(88) + kMplsStructure);
  const auto error4 = parse(v4);
  ASSERT_TRUE(error4);
  EXPECT_EQ(mpls_stack(error4->extensions), std::vector{kLabel});
  EXPECT_EQ(error4->original.payload.size(), 108U);

  const Octets v6 = icmp_v6("0300 0000 10 000000", kQuoteV6 + zeros(68) + kMplsStructure);
  const auto error6 = parse(v6);
  ASSERT_TRUE(error6);
  EXPECT_EQ(mpls_stack(error6->extensions), std::vector{kLabel});
}

TEST(Extensions, AreFoundBeyond128Octets) {
  const Octets packet = icmp_v4("0303 0000 00 28 0000", kQuoteV4 + zeros(120) + kMplsStructure);
  EXPECT_EQ(mpls_stack(parse(packet)->extensions), std::vector{kLabel});
}

TEST(Extensions, AreFoundByALengthAttributeBelow128) {
  const Octets packet = icmp_v4("0b00 0000 00 0a 0000", std::string(kQuoteV4) + kMplsStructure);
  EXPECT_EQ(mpls_stack(parse(packet)->extensions), std::vector{kLabel});
}

TEST(Extensions, OfOldSendersAreFoundAt128) {
  for (const char* const structure : {kMplsStructure, kMplsStructureUnsummed}) {
    const Octets packet = icmp_v4("0b00 0000 00000000", kQuoteV4 + zeros(88) + structure);
    const auto error = parse(packet);
    ASSERT_TRUE(error);
    EXPECT_EQ(mpls_stack(error->extensions), std::vector{kLabel});
    EXPECT_EQ(error->original.payload.size(), 108U);
  }
}

TEST(Extensions, AreNotGuessedFromQuotedPayload) {
  // The original datagram is 200 octets long, so octet 128 is its own, whatever it looks like.
  std::string quote = kQuoteV4;
  quote.replace(quote.find("0028"), 4, "00c8");
  const Octets packet = icmp_v4("0b00 0000 00000000", quote + zeros(88) + kMplsStructureUnsummed);
  const auto error = parse(packet);
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->extensions.empty());
  EXPECT_EQ(error->original.payload.size(), 120U);
  // With a checksum that fits it is one after all.
  const Octets summed = icmp_v4("0b00 0000 00000000", quote + zeros(88) + kMplsStructure);
  EXPECT_EQ(mpls_stack(parse(summed)->extensions), std::vector{kLabel});
}

TEST(Extensions, AreNotGuessedFromUnusedObjectClasses) {
  // Class 4, an object shorter than its header, one longer than the rest: not accepted after 128
  // octets.
  for (const char* const object : {"0008 0401", "0003 0101", "000c 0101", "0008 0001"}) {
    const Octets packet =
        icmp_v4("0b00 0000 00000000", kQuoteV4 + zeros(88) + "2000 0000" + object + "00064b01");
    EXPECT_TRUE(parse(packet)->extensions.empty()) << object;
    EXPECT_EQ(parse(packet)->original.payload.size(), 120U) << object;
  }
}

TEST(Extensions, OfOldIpv6SendersNeedAChecksum) {
  const Octets bare = icmp_v6("0300 0000 00000000", kQuoteV6 + zeros(68) + kMplsStructureUnsummed);
  EXPECT_TRUE(parse(bare)->extensions.empty());
  const Octets summed = icmp_v6("0300 0000 00000000", kQuoteV6 + zeros(68) + kMplsStructure);
  EXPECT_EQ(mpls_stack(parse(summed)->extensions), std::vector{kLabel});
}

TEST(Extensions, WithABadChecksumAreIgnored) {
  const Octets packet =
      icmp_v4("0b00 0000 00 20 0000", kQuoteV4 + zeros(88) + "2000 1111 0008 0101 00064b01");
  const auto error = parse(packet);
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->extensions.empty());
}

TEST(Extensions, OfAnUnknownVersionAreIgnored) {
  const Octets packet =
      icmp_v4("0b00 0000 00 20 0000", kQuoteV4 + zeros(88) + "3000 0000 0008 0101 00064b01");
  EXPECT_TRUE(parse(packet)->extensions.empty());
}

TEST(Extensions, AfterAnImpossibleLengthAttributeAreIgnored) {
  const Octets packet = icmp_v4("0b00 0000 00 ff 0000", kQuoteV4 + zeros(88) + kMplsStructure);
  const auto error = parse(packet);
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->extensions.empty());
  EXPECT_EQ(error->original.header.destination, address("198.51.100.20"));
}

TEST(Extensions, KeepUnknownClassesAndStopAtTheFirstThatDoesNotFit) {
  const Octets packet =
      icmp_v4("0b00 0000 00 20 0000", kQuoteV4 + zeros(88) +
                                          "2000 0000"
                                          "0006 f701 abcd 0000"  // Unknown class, padded.
                                          "0008 0101 00064b01"   // MPLS.
                                          "0100 0101 00064b01"   // Longer than what is left.
                                          "0008 0101 00064b01");
  const auto error = parse(packet);
  ASSERT_TRUE(error);
  ASSERT_EQ(error->extensions.size(), 2U);
  EXPECT_EQ(error->extensions[0].class_number, 0xf7);
  EXPECT_EQ(error->extensions[0].payload.size(), 2U);
  EXPECT_EQ(mpls_stack(error->extensions), std::vector{kLabel});
}

TEST(Extensions, StopAtAnObjectShorterThanItsHeader) {
  const Octets packet = icmp_v4("0b00 0000 00 20 0000",
                                kQuoteV4 + zeros(88) + "2000 0000 0000 0101 0008 0101 00064b01");
  EXPECT_TRUE(parse(packet)->extensions.empty());
}

TEST(MplsStack, ReadsLabelsTopFirstAndIgnoresACutEntry) {
  const Octets payload = from_hex("fffffe00 00064b01 0001");
  const std::vector<MplsLabel> stack = mpls_stack({{1, 1, payload}});
  EXPECT_EQ(stack, (std::vector<MplsLabel>{{0xfffff, 7, false, 0}, kLabel}));
}

TEST(MplsStack, LooksAtMplsObjectsOnly) {
  const Octets payload = from_hex("00064b01");
  EXPECT_TRUE(mpls_stack({{2, 1, payload}, {1, 2, payload}}).empty());
}

}  // namespace
}  // namespace etr::net
