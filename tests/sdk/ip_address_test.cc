#include "etr/ip_address.h"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "support/address.h"

namespace etr {
namespace {

using test::address;

TEST(IpAddress, WritesTheTextFormOfRfc5952) {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::", "::"}};
  for (const auto& [in, out] : texts) EXPECT_EQ(address(in).to_string(), out);
}

TEST(IpAddress, RefusesWhatIsNoLiteral) {
  for (const char* text : {"", "host", "192.0.2", "192.0.2.256", "1.2.3.4 ", "fe80::1%eth0",
                           "[::1]", "2001:db8::1::", "0x7f.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, UnmapsOnlyIpv4MappedAddresses) {
  EXPECT_EQ(address("::ffff:192.0.2.1").unmapped(), address("192.0.2.1"));
  for (const char* text : {"192.0.2.1", "::192.0.2.1", "64:ff9b::192.0.2.1", "::fffe:192.0.2.1",
                           "1::ffff:192.0.2.1", "2001:db8::1"}) {
    EXPECT_EQ(address(text).unmapped(), address(text));
  }
}

TEST(IpAddress, LinkLocalAddressesBeginWithTenBits) {
  for (const char* text : {"fe80::1", "fe90::", "febf::1"}) {
    EXPECT_TRUE(address(text).is_link_local()) << text;
  }
  for (const char* text : {"fec0::1", "fd80::1", "2001:db8::1", "169.254.0.1"}) {
    EXPECT_FALSE(address(text).is_link_local()) << text;
  }
}

TEST(IpAddress, TakesFourOrSixteenOctets) {
  const std::vector<std::uint8_t> octets(17, 1);
  EXPECT_EQ(IpAddress::from_bytes(std::span(octets).first(4))->to_string(), "1.1.1.1");
  EXPECT_EQ(IpAddress::from_bytes(std::span(octets).first(16))->family, Family::kIpv6);
  for (const std::size_t size : {0U, 3U, 5U, 15U, 17U}) {
    EXPECT_FALSE(IpAddress::from_bytes(std::span(octets).first(size))) << size;
  }
}

TEST(IpAddress, BytesReadBack) {
  for (const char* text : {"192.0.2.1", "2001:db8::1"}) {
    EXPECT_EQ(IpAddress::from_bytes(address(text).bytes()), address(text));
  }
}

TEST(IpAddress, OrdersByFamilyThenNumerically) {
  EXPECT_LT(address("255.255.255.255"), address("::1"));
  EXPECT_LT(address("9.0.0.1"), address("10.0.0.1"));
  EXPECT_LT(address("2001:db8::9"), address("2001:db8::10"));
}

TEST(IpAddress, AFamilyIsPartOfTheValue) {
  EXPECT_NE(address("0.0.0.0"), address("::"));
  EXPECT_TRUE(address("::").is_unspecified());
  EXPECT_TRUE(IpAddress{}.is_unspecified());
  EXPECT_FALSE(address("::1").is_unspecified());
}

TEST(IpAddress, NeighboursHaveDifferentHashes) {
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 256; ++i) {
    hashes.insert(std::hash<IpAddress>{}(address("192.0.2." + std::to_string(i))));
  }
  EXPECT_EQ(hashes.size(), 256U);
}

}  // namespace
}  // namespace etr
