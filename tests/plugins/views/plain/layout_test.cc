#include "layout.h"

#include <gtest/gtest.h>

#include "support/sample_records.h"

namespace plain {
namespace {

using etr::test::address;

TEST(Layout, PadsByColumnsNotOctets) {
  EXPECT_EQ(left("é", 3), "é  ");
  EXPECT_EQ(right("例", 3), " 例");
  EXPECT_EQ(left("long", 2), "long");
}

TEST(Layout, WritesAdjacentNumbersAsRanges) {
  EXPECT_EQ(ranges({}), "");
  EXPECT_EQ(ranges({5}), "5");
  EXPECT_EQ(ranges({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
}

TEST(Layout, AlignsTtlLabels) {
  EXPECT_EQ(ttl_label("3"), "   3  ");
  EXPECT_EQ(ttl_label(ttl_range(3, 3)), "   3  ");
  EXPECT_EQ(ttl_label(ttl_range(3, 30)), "3-30  ");
  EXPECT_EQ(ttl_label(ttl_range(12, 30)), "12-30 ");
  EXPECT_EQ(ttl_label(ttl_range(12, 255)), "12-255 ");
}

TEST(Layout, ShowsADashForAnUnknownDuration) {
  EXPECT_EQ(milliseconds(std::nullopt), "-");
  EXPECT_EQ(milliseconds(etr::Duration(1'234'567)), "1.23");
}

// Defect A24 of the Go etr, docs/compatibility.md: it cut text inside characters.
TEST(Layout, CutsLongNamesByColumnsButNeverTheAddress) {
  EXPECT_EQ(host(address("192.0.2.1"), "", 20), "192.0.2.1");
  EXPECT_EQ(host(address("192.0.2.1"), "gw.example", 48), "gw.example (192.0.2.1)");
  EXPECT_EQ(host(address("192.0.2.1"), "gw.example", 18), "gw.exa (192.0.2.1)");
  EXPECT_EQ(host(address("192.0.2.1"), "ééééééééé", 18), "éééééé (192.0.2.1)");
  EXPECT_EQ(host(address("2001:db8::1"), "gw.example", 12), "2001:db8::1");
}

TEST(Layout, ReplacesControlCharactersInNames) {
  EXPECT_EQ(host(address("192.0.2.1"), "a\x1b[31mb\n", 48), "a?[31mb? (192.0.2.1)");
}

}  // namespace
}  // namespace plain
