#include "etr/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "etr/flow.h"

namespace etr {
namespace {

using testing::ElementsAre;

TEST(WireReader, ReadsNumbersInNetworkOrder) {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  WireReader in(bytes);
  EXPECT_EQ(in.u8(), 1);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_EQ(in.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(WireReader, AReadPastTheEndGivesZerosForGood) {
  const std::vector<std::uint8_t> bytes{1, 2, 3};
  WireReader in(bytes);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0) << "what is left must not be read under another name";
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(WireReader, SkippingTooFarIsSeen) {
  const std::vector<std::uint8_t> bytes{1};
  WireReader in(bytes);
  in.skip(static_cast<std::size_t>(-1));
  EXPECT_FALSE(in.ok());
}

TEST(WireWriter, WritesNumbersInNetworkOrder) {
  std::array<std::uint8_t, 16> buffer{};
  WireWriter out(buffer);
  out.u8(1);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090a0b0c0d0e0f);
  EXPECT_TRUE(out.ok());
  EXPECT_EQ(out.size(), 15U);
  EXPECT_THAT(out.written(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

TEST(WireWriter, NothingIsWrittenPastTheEnd) {
  std::array<std::uint8_t, 4> buffer{9, 9, 9, 9};
  WireWriter out(MutableBytes(buffer).first(3));
  out.u16(0x0102);
  out.u16(0x0304);
  EXPECT_FALSE(out.ok());
  out.u8(5);
  EXPECT_EQ(out.size(), 2U) << "a writer that failed stays where it was";
  EXPECT_THAT(buffer, ElementsAre(1, 2, 9, 9));
}

TEST(PutU16, RefusesAnOffsetThatIsNotThere) {
  std::array<std::uint8_t, 3> buffer{};
  EXPECT_TRUE(put_u16(buffer, 1, 0x0102));
  EXPECT_FALSE(put_u16(buffer, 2, 1));
  EXPECT_FALSE(put_u16(buffer, static_cast<std::size_t>(-1), 1));
  EXPECT_FALSE(put_u16(MutableBytes(buffer).first(1), 0, 1));
  EXPECT_THAT(buffer, ElementsAre(0, 1, 2));
}

// The example of RFC 1071 §3.
TEST(InternetChecksum, AgreesWithRfc1071) {
  const std::vector<std::uint8_t> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  InternetChecksum sum;
  sum.add(bytes);
  EXPECT_EQ(sum.value(), static_cast<std::uint16_t>(~0xddf2U));
}

TEST(InternetChecksum, APacketThatCarriesItsChecksumGivesZero) {
  const std::vector<std::uint8_t> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  InternetChecksum sum;
  sum.add(bytes);
  InternetChecksum whole;
  whole.add(bytes);
  whole.add_u16(sum.value());
  EXPECT_EQ(whole.value(), 0);
}

TEST(InternetChecksum, AnOddLastOctetIsPadded) {
  const std::vector<std::uint8_t> odd{0x12, 0x34, 0x56};
  const std::vector<std::uint8_t> padded{0x12, 0x34, 0x56, 0x00};
  InternetChecksum one;
  one.add(odd);
  InternetChecksum other;
  other.add(padded);
  EXPECT_EQ(one.value(), other.value());
}

TEST(InternetChecksum, CarriesAreNotLostInALongPacket) {
  const std::vector<std::uint8_t> bytes(65534, 0xff);
  InternetChecksum sum;
  sum.add(bytes);
  EXPECT_EQ(sum.value(), 0);
}

// A UDP datagram from another program's capture: 127.0.0.1:1 to 127.0.0.1:2 with "hi".
TEST(TransportChecksum, CoversThePseudoHeader) {
  Flow flow;
  flow.source = *IpAddress::parse("127.0.0.1");
  flow.destination = *IpAddress::parse("127.0.0.1");
  const std::vector<std::uint8_t> segment{0, 1, 0, 2, 0, 10, 0, 0, 'h', 'i'};
  // 7f00+0001+7f00+0001+0011+000a + 0001+0002+000a+0000+6869 = 16693 -> 6694 -> ~ = 996b
  EXPECT_EQ(transport_checksum(flow, 17, segment), 0x996b);
}

}  // namespace
}  // namespace etr
