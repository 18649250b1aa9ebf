#include "plugins/views/tui/text.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using tui::cut;
using tui::display_width;

std::string shown(std::string_view text) { return cut(text, 1000); }

TEST(Text, ShowsPlainTextAndCountsColumns) {
  EXPECT_EQ(shown("router-1.example"), "router-1.example");
  EXPECT_EQ(display_width("router-1.example"), 16);
  EXPECT_EQ(display_width("Zürich"), 6);
  EXPECT_EQ(display_width("東京"), 4);
}

TEST(Text, ReplacesControlCharacters) {
  EXPECT_EQ(shown("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(shown("a\x07\x7f\tb"), "a\uFFFD\uFFFD\uFFFDb");
  EXPECT_EQ(shown("\xc2\x9b"
                  "31m"),
            "\uFFFD31m");  // CSI as a single C1 character
}

TEST(Text, ReplacesDirectionMarksAndCombiningCharacters) {
  EXPECT_EQ(shown("\u202egnp.exe"), "\uFFFDgnp.exe");  // right-to-left override
  EXPECT_EQ(shown("\u2067x\u2069"), "\uFFFDx\uFFFD");  // isolates
  EXPECT_EQ(shown("e\u0301"), "e\uFFFD");              // combining accent
  EXPECT_EQ(shown("a\u200db"), "a\uFFFDb");            // zero-width joiner
  EXPECT_EQ(shown("\u05d0\u05d1"), "\uFFFD\uFFFD");    // Hebrew letters reorder their line
}

TEST(Text, ReplacesInvalidUtf8OctetByOctet) {
  EXPECT_EQ(shown("\xff\xfe"), "\uFFFD\uFFFD");
  EXPECT_EQ(shown("\xc0\x80"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(shown("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(shown("\xf4\x90\x80\x80").size(), 12U);        // past U+10FFFF
  EXPECT_EQ(shown("a\xe6\x9d"), "a\uFFFD\uFFFD");          // truncated
}

TEST(Text, CutsByColumnsAndNeverInsideACharacter) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdef", 5), "abcd…");
  EXPECT_EQ(cut("東京都", 6), "東京都");
  EXPECT_EQ(cut("東京都", 5), "東京…");
  EXPECT_EQ(cut("東京都", 4), "東…");
  EXPECT_EQ(cut("東京都", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
}

}  // namespace
