#include "net/link.h"

#include <gtest/gtest.h>

#include "support/packet_builder.h"

namespace etr::net {
namespace {

using testing::from_hex;
using testing::Octets;

constexpr std::string_view kEnds = "020000000001 020000000002";

Octets ethernet(std::string_view behind_addresses) {
  return from_hex(std::string(kEnds) + std::string(behind_addresses));
}

TEST(ParseLink, FindsIpInEthernet) {
  EXPECT_EQ(parse_link(LinkType::kEthernet, ethernet("0800 4500"))->ip.size(), 2U);
  EXPECT_EQ(parse_link(LinkType::kEthernet, ethernet("86dd 6000"))->ip.size(), 2U);
}

TEST(ParseLink, StepsOverVlanTags) {
  const Octets frame = ethernet("88a8 0064 8100 0065 0800 45");
  const auto parsed = parse_link(LinkType::kEthernet, frame);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->ip[0], 0x45);
  EXPECT_FALSE(parse_link(LinkType::kEthernet, ethernet("8100 0064 8100 0065 8100 0066 0800 45")));
}

TEST(ParseLink, RefusesWhatIsNotIp) {
  EXPECT_FALSE(parse_link(LinkType::kEthernet, ethernet("0806 0001 0800")));
  EXPECT_FALSE(parse_link(LinkType::kEthernet, ethernet("0800 35")));
  EXPECT_FALSE(parse_link(LinkType::kRaw, from_hex("35")));
  EXPECT_FALSE(parse_link(LinkType::kRaw, {}));
}

TEST(ParseLink, ReadsInterfaceAndDirectionFromSll2) {
  // Protocol, reserved, interface index, hardware type, packet type, address length, address.
  const Octets sent = from_hex("0800 0000 00000007 0001 04 06 020000000001 0000 45");
  const auto outgoing = parse_link(LinkType::kLinuxSll2, sent);
  ASSERT_TRUE(outgoing);
  EXPECT_EQ(outgoing->interface_index, 7U);
  EXPECT_TRUE(outgoing->outgoing);
  EXPECT_EQ(outgoing->ip.size(), 1U);

  const Octets received = from_hex("86dd 0000 00000102 0001 00 06 020000000001 0000 60");
  const auto incoming = parse_link(LinkType::kLinuxSll2, received);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->interface_index, 0x102U);
  EXPECT_FALSE(incoming->outgoing);
}

TEST(ParseLink, FindsIpWithoutALinkHeader) {
  EXPECT_EQ(parse_link(LinkType::kRaw, from_hex("45"))->ip.size(), 1U);
  EXPECT_EQ(parse_link(LinkType::kRaw, from_hex("60"))->ip.size(), 1U);
}

TEST(ParseLink, RefusesEveryTruncation) {
  const Octets frame = from_hex("0800 0000 00000007 0001 04 06 020000000001 0000 45");
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(parse_link(LinkType::kLinuxSll2, Bytes(frame).first(size))) << size;
  }
  const Octets tagged = ethernet("8100 0064 0800 45");
  for (std::size_t size = 0; size < tagged.size(); ++size) {
    EXPECT_FALSE(parse_link(LinkType::kEthernet, Bytes(tagged).first(size))) << size;
  }
}

}  // namespace
}  // namespace etr::net
