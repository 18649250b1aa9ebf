#include "pipeline/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace etr::pipeline {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What is looked up, with "/PORT" if there is one.
std::string reading(const std::string& text) {
  const auto host = parse_host(text);
  if (!host.ok()) return "refused: " + std::string(host.status().message());
  EXPECT_EQ(host->text, text);
  std::string name = host->address ? host->address->address.to_string() : host->name;
  if (host->address && !host->address->zone.empty()) name += "%" + host->address->zone;
  return host->port == 0 ? name : name + "/" + std::to_string(host->port);
}

TEST(Host, NamesAndAddressesStandAlone) {
  EXPECT_EQ(reading("example.org"), "example.org");
  EXPECT_EQ(reading("example.org."), "example.org.");
  EXPECT_EQ(reading("b\u00fccher.example"), "b\u00fccher.example");
  EXPECT_EQ(reading("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(reading("192.0.2.1."), "192.0.2.1");
  EXPECT_EQ(reading("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(reading("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(reading("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(reading("[::ffff:192.0.2.1]"), "192.0.2.1");
  EXPECT_EQ(reading(""), "");
}

TEST(Host, APortFollowsAColon) {
  EXPECT_EQ(reading("example.org:443"), "example.org/443");
  EXPECT_EQ(reading("192.0.2.1:1"), "192.0.2.1/1");
  EXPECT_EQ(reading("[2001:db8::1]:65535"), "2001:db8::1/65535");
  EXPECT_EQ(reading("2001:db8::443"), "2001:db8::443");
}

TEST(Host, AZoneBelongsToTheAddress) {
  EXPECT_EQ(reading("fe80::1%eth0"), "fe80::1%eth0");
  EXPECT_EQ(reading("[fe80::1%3]:80"), "fe80::1%3/80");
  EXPECT_EQ(reading("https://[fe80::1%eth0]/"), "fe80::1%eth0");
  EXPECT_EQ(reading("fe80::1%"), "fe80::1%") << "no address";
  EXPECT_EQ(reading("192.0.2.1%eth0"), "192.0.2.1%eth0") << "no address";
}

TEST(Host, OfAUrlHostAndPortCount) {
  EXPECT_EQ(reading("https://example.org"), "example.org");
  EXPECT_EQ(reading("https://example.org/a:b@c?d#e"), "example.org");
  EXPECT_EQ(reading("http://me:secret@example.org:8080/"), "example.org/8080");
  EXPECT_EQ(reading("https://example.org?q=a/b"), "example.org");
  EXPECT_EQ(reading("https://[2001:db8::1]:8443/x"), "2001:db8::1/8443");
}

TEST(Host, RefusalsNameTextAndReason) {
  for (const char* text :
       {"h:", "h:0", "h:65536", "h:http", "h:-1", "h: 1", "[2001:db8::1]:", "https://h:x/"}) {
    EXPECT_THAT(reading(text),
                AllOf(HasSubstr("refused"), HasSubstr(text), HasSubstr("between 1 and 65535")));
  }
  EXPECT_THAT(reading("192.0.2.0/24"), HasSubstr("'192.0.2.0/24' is a network, not a host"));
  EXPECT_THAT(reading("2001:db8::/32"), HasSubstr("is a network"));
  EXPECT_THAT(reading("example.org/a"), HasSubstr("omit the '/'"));
  EXPECT_THAT(reading("[2001:db8::1"), HasSubstr("closing ']'"));
  EXPECT_THAT(reading("[192.0.2.1]"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(reading("[example.org]"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(reading("[2001:db8::1]443"), HasSubstr("after ']'"));
}

}  // namespace
}  // namespace etr::pipeline
