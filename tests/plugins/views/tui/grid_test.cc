#include "plugins/views/tui/grid.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using tui::Grid;
using tui::Role;

TEST(Grid, ClipsTextAtItsEdges) {
  Grid grid({2, 5});
  grid.put(0, 3, "abc");
  grid.put(1, -1, "xyz");
  grid.put(7, 0, "nowhere");
  EXPECT_EQ(grid.text(), "   ab\nyz\n");
}

TEST(Grid, NeverShowsHalfOfAWideCharacter) {
  Grid grid({1, 5});
  grid.put(0, 0, "東京都");
  EXPECT_EQ(grid.text(), "東京\n");
  grid.put(0, 1, "x");
  EXPECT_EQ(grid.text(), " x京\n");
  EXPECT_EQ(grid.at(0, 2).width, 2);
  EXPECT_EQ(grid.at(0, 3).width, 0);
}

TEST(Grid, ReplacesEscapeCharacters) {
  Grid grid({1, 20});
  grid.put(0, 0, "a\x1b[31mb");
  for (int column = 0; column < 20; ++column) EXPECT_GE(grid.at(0, column).code, U' ');
  EXPECT_EQ(grid.text(), "a\uFFFD[31mb\n");
}

TEST(Grid, HasAnAsciiFormOfTheSameSize) {
  Grid grid({3, 8});
  grid.box(grid.area(), Role::kBorder);
  grid.put(1, 1, "►東█ü");
  EXPECT_EQ(to_ascii(grid).text(), "+------+\n|>??#? |\n+------+\n");
  EXPECT_EQ(tui::to_ascii("↳ x…\n"), "` x~\n");
}

TEST(Grid, KeepsHistoryMarksDistinctInAscii) {
  const std::string marks = tui::to_ascii("▁▂▃▄▅▆▇█×·•!");
  EXPECT_EQ(std::set<char>(marks.begin(), marks.end()).size(), 12U) << marks;
}

}  // namespace
