#include "net/segment.h"

#include <gtest/gtest.h>

#include "support/packet_builder.h"

namespace etr::net {
namespace {

using testing::address;
using testing::from_hex;
using testing::Octets;

TEST(Segment, TcpReadsBackWhatWasWritten) {
  const Octets options = from_hex("020405b4");
  const Octets data{'h', 'i'};
  TcpSegment segment;
  segment.source_port = 443;
  segment.destination_port = 50000;
  segment.sequence = 0xdeadbeef;
  segment.acknowledgment = 0xfeedface;
  segment.flags = kTcpSyn | kTcpAck;
  segment.window = 65535;
  segment.options = options;
  segment.payload = data;
  const auto source = address("192.0.2.1");
  const auto destination = address("192.0.2.2");
  const Octets bytes = write_tcp(source, destination, segment);
  EXPECT_EQ(segment_checksum(source, destination, kProtocolTcp, bytes), 0);
  const auto parsed = parse_tcp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source_port, 443);
  EXPECT_EQ(parsed->destination_port, 50000);
  EXPECT_EQ(parsed->sequence, 0xdeadbeefU);
  EXPECT_EQ(parsed->acknowledgment, 0xfeedfaceU);
  EXPECT_EQ(parsed->flags, kTcpSyn | kTcpAck);
  EXPECT_EQ(parsed->window, 65535);
  EXPECT_EQ(Octets(parsed->options.begin(), parsed->options.end()), options);
  EXPECT_EQ(Octets(parsed->payload.begin(), parsed->payload.end()), data);
}

TEST(Segment, UdpReadsBackWhatWasWritten) {
  const Octets data{1, 2, 3};
  const auto source = address("2001:db8::1");
  const auto destination = address("2001:db8::2");
  Octets bytes = write_udp(source, destination, {53, 50000, data});
  EXPECT_EQ(segment_checksum(source, destination, kProtocolUdp, bytes), 0);
  bytes.push_back(0);  // Padding after the datagram.
  const auto parsed = parse_udp(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source_port, 53);
  EXPECT_EQ(parsed->destination_port, 50000);
  EXPECT_EQ(Octets(parsed->payload.begin(), parsed->payload.end()), data);
}

TEST(Segment, UdpNeverSendsAChecksumOfZero) {
  const auto source = address("192.0.2.1");
  const auto destination = address("192.0.2.2");
  int complements = 0;
  for (unsigned value = 0; value <= 0xffff; ++value) {
    const Octets data{static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
    const Octets bytes = write_udp(source, destination, {1, 2, data});
    const unsigned sum = static_cast<unsigned>(bytes[6]) << 8U | bytes[7];
    ASSERT_NE(sum, 0U);
    if (sum == 0xffff) ++complements;
  }
  EXPECT_GE(complements, 1);
}

TEST(Segment, RefusesLengthsThatDoNotFit) {
  EXPECT_FALSE(parse_udp(from_hex("0001 0002 0007 0000")));
  EXPECT_FALSE(parse_udp(from_hex("0001 0002 0009 0000")));
  EXPECT_TRUE(parse_udp(from_hex("0001 0002 0008 0000")));
  // Data offsets of 4 words, and of 6 words with 5 there.
  EXPECT_FALSE(parse_tcp(from_hex("0001 0002 00000000 00000000 4002 ffff 0000 0000")));
  EXPECT_FALSE(parse_tcp(from_hex("0001 0002 00000000 00000000 6002 ffff 0000 0000")));
  EXPECT_TRUE(parse_tcp(from_hex("0001 0002 00000000 00000000 5002 ffff 0000 0000")));
}

}  // namespace
}  // namespace etr::net
