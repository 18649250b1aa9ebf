#include "net/icmp_write.h"

#include <gtest/gtest.h>

#include "net/segment.h"
#include "support/packet_builder.h"

namespace etr::net {
namespace {

using testing::address;
using testing::Octets;

class WriteIcmpError : public ::testing::TestWithParam<Family> {
 protected:
  IcmpErrorSpec spec() const {
    IcmpErrorSpec made;
    made.source = address(ipv4() ? "203.0.113.1" : "2001:db8:f::1");
    made.destination = us_;
    return made;
  }
  Octets original(std::size_t udp_payload) const {
    const IpAddress target = address(ipv4() ? "198.51.100.20" : "2001:db8:1::20");
    const Octets data(udp_payload, 0x5a);
    Octets packet =
        testing::ip_packet(us_, target, kProtocolUdp, write_udp(us_, target, {50000, 33434, data}));
    set_ttl(packet, 1);
    return packet;
  }
  bool ipv4() const { return GetParam() == Family::kIpv4; }

  IpAddress us_ = address(ipv4() ? "192.0.2.10" : "2001:db8::10");
};

INSTANTIATE_TEST_SUITE_P(Families, WriteIcmpError, ::testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& instance) {
                           return instance.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(WriteIcmpError, IsReadBackByTheParser) {
  for (const ReplyKind kind : {ReplyKind::kTimeExceeded, ReplyKind::kUnreachable,
                               ReplyKind::kPacketTooBig, ReplyKind::kParameterProblem}) {
    IcmpErrorSpec made = spec();
    made.kind = kind;
    made.ttl = 250;
    made.mtu = 1400;
    const Octets probe = original(100);
    const Octets packet = write_icmp_error(made, probe);
    const auto ip = parse_ip(packet);
    ASSERT_TRUE(ip);
    EXPECT_EQ(ip->header.source, made.source);
    EXPECT_EQ(ip->header.destination, us_);
    EXPECT_EQ(ip->header.ttl, 250);
    const auto error = parse_icmp_error(*ip);
    ASSERT_TRUE(error) << to_string(kind);
    EXPECT_EQ(error->kind, kind);
    EXPECT_EQ(error->original.header, parse_ip(probe)->header);
    EXPECT_EQ(error->original.payload.size(), 108U);
    EXPECT_EQ(error->mtu.value_or(0), kind == ReplyKind::kPacketTooBig ? 1400 : 0);
  }
}

TEST_P(WriteIcmpError, CarriesCodesOfUnreachables) {
  IcmpErrorSpec made = spec();
  made.kind = ReplyKind::kUnreachable;
  for (const std::uint8_t code : Octets{0, 1, 3, 5, 13}) {
    made.code = code;
    const Octets packet = write_icmp_error(made, original(0));
    EXPECT_EQ(parse_icmp_error(*parse_ip(packet))->code, code);
  }
}

TEST_P(WriteIcmpError, QuotesAsMuchAsTheStandardAllows) {
  const Octets packet = write_icmp_error(spec(), original(1400));
  EXPECT_EQ(packet.size(), ipv4() ? 576U : 1280U);
}

TEST_P(WriteIcmpError, QuotesNoMoreThanAsked) {
  IcmpErrorSpec made = spec();
  made.quote_size = ip_header_size(GetParam()) + 8;
  const Octets packet = write_icmp_error(made, original(100));
  const auto error = parse_icmp_error(*parse_ip(packet));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->original.payload.size(), 8U);
}

TEST_P(WriteIcmpError, CarriesMplsLabelsInBothStyles) {
  const std::vector<MplsLabel> stack{{16000, 0, false, 254}, {1048575, 7, true, 1}};
  for (const ExtensionStyle style : {ExtensionStyle::kLengthAttribute, ExtensionStyle::kLegacy}) {
    for (const std::size_t payload : {0U, 60U, 700U}) {
      for (const std::size_t quote_size : {28U, 128U, 500U}) {
        IcmpErrorSpec made = spec();
        made.mpls = stack;
        made.style = style;
        made.quote_size = quote_size;
        const Octets probe = original(payload);
        const Octets packet = write_icmp_error(made, probe);
        const auto error = parse_icmp_error(*parse_ip(packet));
        if (quote_size < ip_header_size(GetParam())) continue;  // No header was quoted.
        ASSERT_TRUE(error);
        EXPECT_EQ(mpls_stack(error->extensions), stack);
        EXPECT_EQ(error->original.header.destination, parse_ip(probe)->header.destination);
      }
    }
  }
}

TEST_P(WriteIcmpError, CarriesFurtherObjects) {
  const Octets name{1, 2, 3, 4, 5};
  IcmpErrorSpec made = spec();
  made.extensions = {{2, 9, name}, {247, 1, {}}};
  const Octets packet = write_icmp_error(made, original(20));
  const auto error = parse_icmp_error(*parse_ip(packet));
  ASSERT_TRUE(error);
  ASSERT_EQ(error->extensions.size(), 2U);
  EXPECT_EQ(error->extensions[0].c_type, 9);
  EXPECT_EQ(Octets(error->extensions[0].payload.begin(), error->extensions[0].payload.end()), name);
  EXPECT_EQ(error->extensions[1].class_number, 247);
}

TEST_P(WriteIcmpError, RefusesKindsThatAreNoIcmpErrors) {
  IcmpErrorSpec made = spec();
  made.kind = ReplyKind::kSynAck;
  EXPECT_TRUE(write_icmp_error(made, original(0)).empty());
}

TEST_P(WriteIcmpError, RefusesAddressesOfTwoFamilies) {
  IcmpErrorSpec made = spec();
  made.destination = address(ipv4() ? "2001:db8::1" : "192.0.2.1");
  EXPECT_TRUE(write_icmp_error(made, original(0)).empty());
}

}  // namespace
}  // namespace etr::net
