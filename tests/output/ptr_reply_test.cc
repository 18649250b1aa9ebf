#include "output/ptr_reply.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "output/dns_server.h"

namespace etr::output {
namespace {

using std::chrono::seconds;
using test::dns_message;
using test::dns_name;
using test::dns_query;
using test::DnsAnswer;

DnsAnswer ptr(std::vector<std::uint8_t> name, std::uint32_t ttl = 3600) {
  DnsAnswer answer;
  answer.rcode = test::kNoError;
  answer.ptr = std::move(name);
  answer.ttl = ttl;
  return answer;
}

std::optional<PtrReply> parsed(const DnsAnswer& answer) {
  return parse_ptr_reply(dns_message(dns_query("1.2.0.192.in-addr.arpa"), answer));
}

TEST(ReverseName, IsThatOfRfc1035AndRfc3596) {
  EXPECT_EQ(reverse_name(*IpAddress::parse("192.0.2.1")), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(*IpAddress::parse("2001:db8::567:89ab")),
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(PtrReply, HasNameAndTtl) {
  const auto reply = parsed(ptr(dns_name("gw.example"), 600));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->name, "gw.example");
  EXPECT_EQ(reply->ttl, seconds(600));
}

TEST(PtrReply, FollowsAClasslessDelegationAndKeepsTheSmallestTtl) {
  DnsAnswer answer = ptr(dns_name("gw.example"), 600);
  answer.cname = "1.0-63.2.0.192.in-addr.arpa";
  answer.cname_ttl = 60;
  const auto reply = parsed(answer);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->name, "gw.example");
  EXPECT_EQ(reply->ttl, seconds(60));
}

TEST(PtrReply, HostileNamesBecomePrintable) {
  const auto reply = parsed(ptr(dns_name("\x1b[2J<b>\xff.example")));
  ASSERT_TRUE(reply.has_value());
  for (const char c : reply->name) {
    EXPECT_TRUE(c >= ' ' && c < '\x7f') << "octet " << static_cast<int>(c);
  }
}

TEST(PtrReply, LongNamesAreCut) {
  std::string name;
  for (int i = 0; i < 3; ++i) name += std::string(63, '\x01') + ".";
  const auto reply = parsed(ptr(dns_name(name + "example")));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->name.size(), 255U);
}

TEST(PtrReply, ATtlWithTheHighestBitSetIsZero) {
  EXPECT_EQ(parsed(ptr(dns_name("gw.example"), 0x80000000U))->ttl, seconds(0));
}

TEST(PtrReply, NothingComesOfAMessageWithoutPtr) {
  EXPECT_FALSE(parsed({}).has_value());
  EXPECT_FALSE(parsed(ptr(dns_name(""))).has_value()) << "the root";
}

TEST(PtrReply, ACutMessageIsNoReplyAtAnyLength) {
  DnsAnswer answer = ptr(dns_name("gw.example"));
  answer.cname = "alias.example";
  const auto whole = dns_message(dns_query("1.2.0.192.in-addr.arpa"), answer);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_ptr_reply(Bytes(whole).first(size)).has_value()) << size;
  }
  EXPECT_TRUE(parse_ptr_reply(whole).has_value());
}

TEST(PtrReply, ACompressionLoopIsNoReply) {
  auto message = dns_message(dns_query("1.2.0.192.in-addr.arpa"), ptr({0xc0, 0}));
  const auto here = static_cast<std::uint8_t>(message.size() - 2);
  message.back() = here;
  EXPECT_FALSE(parse_ptr_reply(message).has_value());
}

}  // namespace
}  // namespace etr::output
