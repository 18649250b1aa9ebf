#include "etr/text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using etr::columns;
using etr::cut_to_columns;
using etr::printable;
using etr::to_rfc3339;
using etr::uncapitalized;
using std::chrono::seconds;

etr::Timestamp at(std::int64_t unix_seconds, std::int64_t nanoseconds) {
  return etr::Timestamp(seconds(unix_seconds)) + etr::Duration(nanoseconds);
}

TEST(Rfc3339, HasAsManyDecimalsAsAreNotZero) {
  EXPECT_EQ(to_rfc3339(at(0, 0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(at(1767323045, 100'000'000)), "2026-01-02T03:04:05.1Z");
  EXPECT_EQ(to_rfc3339(at(1767323045, 1)), "2026-01-02T03:04:05.000000001Z");
  EXPECT_EQ(to_rfc3339(at(1767323045, 123'456'789)), "2026-01-02T03:04:05.123456789Z");
}

TEST(Rfc3339, KnowsLeapDaysAndTimesBefore1970) {
  EXPECT_EQ(to_rfc3339(at(1709164800, 0)), "2024-02-29T00:00:00Z");
  EXPECT_EQ(to_rfc3339(at(-1, 500'000'000)), "1969-12-31T23:59:59.5Z");
}

TEST(Printable, KeepsOrdinaryTextOfAnyLanguage) {
  EXPECT_EQ(printable("gw-1.example.net"), "gw-1.example.net");
  EXPECT_EQ(printable("münchen.例え.😀"), "münchen.例え.😀");
}

TEST(Printable, ReplacesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a?[2Jb");
  EXPECT_EQ(printable("a\r\n\tb\x7f"), "a???b?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m")
      << "C1 control sequence introducer";
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil"),
            "?evil")
      << "right-to-left override";
  EXPECT_EQ(printable("a\xe2\x80\x8b"
                      "b"),
            "a?b")
      << "zero-width space";
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Printable, ReplacesEachOctetThatIsNotUtf8) {
  EXPECT_EQ(printable("\xff"), "?");
  EXPECT_EQ(printable("\xc3"), "?") << "cut off";
  EXPECT_EQ(printable("\xc0\xaf"), "??") << "overlong";
  EXPECT_EQ(printable("\xe0\x80\xaf"), "???") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "???") << "surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????") << "past the last code point";
  EXPECT_EQ(printable("a\xe4\xbe"
                      "b"),
            "a??b");
}

TEST(Columns, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(columns("abc"), 3U);
  EXPECT_EQ(columns("é"), 1U);
  EXPECT_EQ(columns("e\xcc\x81"), 1U) << "combining accent";
  EXPECT_EQ(columns("例え"), 4U);
  EXPECT_EQ(columns("😀"), 2U);
}

// Defect A24 of the Go etr, docs/compatibility.md.
TEST(CutToColumns, CutsByColumnsAndNeverInsideACharacter) {
  EXPECT_EQ(cut_to_columns("abcdef", 3), "abc");
  EXPECT_EQ(cut_to_columns("abc", 5), "abc");
  EXPECT_EQ(cut_to_columns("例え", 3), "例");
  EXPECT_EQ(cut_to_columns("ééé", 2), "éé");
  EXPECT_EQ(cut_to_columns("e\xcc\x81x", 1), "e\xcc\x81") << "the accent stays with its letter";
  EXPECT_EQ(cut_to_columns("abc", 0), "");
}

TEST(Uncapitalized, KeepsAbbreviations) {
  EXPECT_EQ(uncapitalized("Permission denied"), "permission denied");
  EXPECT_EQ(uncapitalized("RPC struct is bad"), "RPC struct is bad");
  EXPECT_EQ(uncapitalized("message too long"), "message too long");
  EXPECT_EQ(uncapitalized(""), "");
}

}  // namespace
