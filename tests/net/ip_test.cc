#include "net/ip.h"

#include <gtest/gtest.h>

#include "net/segment.h"
#include "support/packet_builder.h"

namespace etr::net {
namespace {

using testing::address;
using testing::from_hex;
using testing::Octets;

// 192.168.0.1 to 192.168.0.199, UDP, 115 octets: the worked checksum example of many textbooks.
constexpr auto kTextbookHeader = "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7";

IpHeader textbook_header() {
  IpHeader header;
  header.source = address("192.168.0.1");
  header.destination = address("192.168.0.199");
  header.protocol = kProtocolUdp;
  header.ttl = 64;
  header.payload_length = 0x73 - 20;
  return header;
}

TEST(WriteIp, MatchesTheTextbookHeaderWithItsChecksum) {
  Octets buffer(kIpv4HeaderSize);
  ASSERT_TRUE(write_ip(textbook_header(), buffer));
  EXPECT_EQ(buffer, from_hex(kTextbookHeader));
}

TEST(ParseIp, ReadsEveryIpv4Field) {
  const Octets bytes = from_hex(
      "4528 0020 abcd 0000 0711 0000 c000 0201 c633 6402"
      "1234 5678 000c 0000 aabb ccdd");
  const auto packet = parse_ip(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header.source, address("192.0.2.1"));
  EXPECT_EQ(packet->header.destination, address("198.51.100.2"));
  EXPECT_EQ(packet->header.protocol, 17);
  EXPECT_EQ(packet->header.ttl, 7);
  EXPECT_EQ(packet->header.traffic_class, 0x28);
  EXPECT_EQ(packet->header.id, 0xabcd);
  EXPECT_FALSE(packet->header.dont_fragment);
  EXPECT_FALSE(packet->header.later_fragment);
  EXPECT_EQ(packet->header.payload_length, 12U);
  EXPECT_EQ(packet->payload.size(), 12U);
}

TEST(ParseIp, ReadsBackWhatWriteIpWrote) {
  for (const char* const text : {"192.0.2.1", "2001:db8::1"}) {
    IpHeader header;
    header.source = header.destination = address(text);
    header.protocol = kProtocolTcp;
    header.ttl = 13;
    header.traffic_class = 0xb8;
    header.payload_length = 5;
    if (header.source.family == Family::kIpv4) header.id = 77;
    if (header.source.family == Family::kIpv6) header.flow_label = 0xfffff;
    const Octets packet = write_packet(header, Octets{1, 2, 3, 4, 5});
    const auto parsed = parse_ip(packet);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->header, header);
    EXPECT_EQ(Octets(parsed->payload.begin(), parsed->payload.end()), (Octets{1, 2, 3, 4, 5}));
  }
}

TEST(ParseIp, SkipsIpv4Options) {
  const Octets bytes = from_hex(
      "4600 001c 0000 0000 0106 0000 c000 0201 c000 0202 01010100"
      "1234 5678");
  const auto packet = parse_ip(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload.size(), 4U);
  EXPECT_EQ(packet->payload[0], 0x12);
}

TEST(ParseIp, CutsLinkLayerPadding) {
  Octets packet = testing::ip_packet(address("192.0.2.1"), address("192.0.2.2"), 6, Octets{1, 2});
  packet.resize(46);
  EXPECT_EQ(parse_ip(packet)->payload.size(), 2U);
}

TEST(ParseIp, DoesNotCutAQuoteByItsLengthField) {
  // Some stacks quote the total length in the other byte order, or less the header.
  for (const char* const length : {"0000", "1400", "0014"}) {
    const Octets bytes = from_hex(std::string("4500") + length +
                                  "0000 4000 0111 0000 c000 0201 c000 0202 1234 5678 0028 0000");
    const auto packet = parse_ip(bytes, /*quoted=*/true);
    ASSERT_TRUE(packet) << length;
    EXPECT_EQ(packet->payload.size(), 8U) << length;
  }
}

TEST(ParseIp, RefusesAnIpv4LengthBelowTheHeader) {
  EXPECT_FALSE(parse_ip(from_hex("4500 0013 0000 4000 0111 0000 c000 0201 c000 0202 1234 5678")));
}

TEST(ParseIp, RefusesAHeaderLengthBelowFiveWords) {
  EXPECT_FALSE(parse_ip(from_hex("4400 0014 0000 4000 0111 0000 c000 0201 c000 0202")));
}

TEST(ParseIp, RefusesOtherVersions) {
  Octets bytes = from_hex(kTextbookHeader);
  for (const unsigned version : {0U, 3U, 5U, 7U, 15U}) {
    bytes[0] = static_cast<std::uint8_t>(version << 4U | 5U);
    EXPECT_FALSE(parse_ip(bytes)) << version;
  }
  EXPECT_FALSE(parse_ip({}));
}

TEST(ParseIp, MarksLaterFragments) {
  EXPECT_TRUE(parse_ip(from_hex("4500 0018 0000 00b9 4011 0000 c000 0201 c000 0202 00000000"))
                  ->header.later_fragment);
  EXPECT_FALSE(parse_ip(from_hex("4500 0018 0000 2000 4011 0000 c000 0201 c000 0202 00000000"))
                   ->header.later_fragment);
}

Octets ipv6_packet(std::uint8_t next_header, std::string_view rest) {
  const Octets tail = from_hex(rest);
  Octets packet =
      testing::ip_packet(address("2001:db8::1"), address("2001:db8::2"), next_header, tail);
  return packet;
}

TEST(ParseIp, SkipsIpv6ExtensionHeaders) {
  const auto packet =
      parse_ip(ipv6_packet(0,
                           "3c00 000000000000"                  // Hop-by-hop.
                           "2b01 0000000000000000000000000000"  // Destination options.
                           "2c00 000000000000"                  // Routing.
                           "1100 0001 00000001"                 // First fragment.
                           "1234 5678 0008 0000"));
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header.protocol, kProtocolUdp);
  EXPECT_FALSE(packet->header.later_fragment);
  EXPECT_EQ(packet->header.payload_length, 8U);
  EXPECT_EQ(packet->payload.size(), 8U);
}

TEST(ParseIp, MarksLaterIpv6Fragments) {
  const auto packet = parse_ip(ipv6_packet(44, "0000 0008 00000001 3c00 0000"));
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->header.later_fragment);
}

TEST(ParseIp, GivesUpOnEndlessIpv6ExtensionHeaders) {
  std::string headers;
  for (int i = 0; i < 20; ++i) headers += "3c00000000000000";
  // Well-formed to the last octet: it is their number that is refused.
  EXPECT_FALSE(parse_ip(ipv6_packet(60, headers + "1100 000000000000 c350 829a 0008 0000")));
  EXPECT_TRUE(parse_ip(ipv6_packet(
      60, headers.substr(0, std::size_t{16} * 6) + "1100 000000000000 c350 829a 0008 0000")));
}

TEST(ParseIp, RefusesIpv6ExtensionHeadersThatRunPastTheEnd) {
  EXPECT_FALSE(parse_ip(ipv6_packet(0, "11ff 000000000000")));
  EXPECT_FALSE(parse_ip(ipv6_packet(44, "1100 0001")));
}

TEST(WriteIp, RefusesWhatDoesNotFit) {
  Octets buffer(70000);
  IpHeader header = textbook_header();
  header.payload_length = 65536 - 20;
  EXPECT_FALSE(write_ip(header, buffer));
  header.payload_length = 65535 - 20;
  EXPECT_TRUE(write_ip(header, buffer));
  EXPECT_FALSE(write_ip(header, MutableBytes(buffer).first(19)));
  header.destination = address("2001:db8::1");
  EXPECT_FALSE(write_ip(header, buffer));
}

TEST(SetTtl, KeepsTheHeaderChecksumRight) {
  Octets packet = from_hex(kTextbookHeader);
  ASSERT_TRUE(set_ttl(packet, 1));
  InternetChecksum sum;
  sum.add(packet);
  EXPECT_EQ(sum.value(), 0);
  EXPECT_EQ(parse_ip(packet, true)->header.ttl, 1);
  ASSERT_TRUE(set_ttl(packet, 64));
  EXPECT_EQ(packet, from_hex(kTextbookHeader));
}

TEST(SetTtl, RefusesTruncatedHeaders) {
  Octets packet = from_hex(kTextbookHeader);
  EXPECT_FALSE(set_ttl(MutableBytes(packet).first(19), 1));
  EXPECT_FALSE(set_ttl({}, 1));
  EXPECT_EQ(packet, from_hex(kTextbookHeader));
}

}  // namespace
}  // namespace etr::net
