// Compares every screen at four sizes with the files in tests/data/tui. After an intended change,
// copy the new files from tui_golden/ in the build folder over them, and review the difference.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/read_file.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

struct Case {
  std::string name;
  std::string keys;
  tui::Size size;
};

std::string file_name(const Case& each) {
  return each.name + "_" + std::to_string(each.size.columns) + "x" +
         std::to_string(each.size.rows) + ".txt";
}

/// The text of the grid; with `roles` also the role of each cell, as a letter from 'a' on.
std::string picture(const tui::Grid& grid, bool roles) {
  std::string out = grid.text();
  if (!roles) return out;
  for (int row = 0; row < grid.size().rows; ++row) {
    for (int column = 0; column < grid.size().columns; ++column) {
      out += static_cast<char>('a' + static_cast<int>(grid.at(row, column).role));
    }
    out += '\n';
  }
  return out;
}

class Screen : public testing::TestWithParam<Case> {};

TEST_P(Screen, MatchesItsGoldenFile) {
  const Case& shown = GetParam();
  sample::Desk desk(sample::fabric());
  desk.type(shown.keys);
  const std::string file = file_name(shown);
  const std::string drawn = picture(desk.draw(shown.size), shown.size == tui::Size{24, 80});
  const std::filesystem::path made = std::filesystem::path(ETR_BINARY_DIR) / "tui_golden";
  std::filesystem::create_directories(made);
  std::ofstream(made / file, std::ios::binary) << drawn;
  const std::filesystem::path wanted = std::filesystem::path(ETR_TEST_DATA_DIR) / "tui" / file;
  // Not EXPECT_EQ: gtest's byte-wise difference of two screens is unreadable.
  EXPECT_TRUE(drawn == etr::test::read_file(wanted)) << "diff " << wanted << " " << made / file;
}

/// Every screen and overlay, and the keys that lead there.
constexpr std::array<std::pair<const char*, const char*>, 10> kScreens{{
    {"flows", "jjjjjjjjj"},
    {"detail", "jjjjjjjjj\tjj"},
    {"paths", "2jj"},
    {"path", "2jj\tj"},
    {"graph", "3lllllllll"},
    {"history", "4lllllllll"},
    {"events", "e"},
    {"help", "?"},
    {"hop", "\tjj\r"},
    {"columns", "o"},
}};
constexpr std::array kSizes{tui::Size{24, 80}, tui::Size{40, 120}, tui::Size{60, 200},
                            tui::Size{10, 40}};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& [name, keys] : kScreens) {
    for (const tui::Size size : kSizes) all.push_back({name, keys, size});
  }
  all.push_back({"filter", "/spine3\r", {24, 80}});
  all.push_back({"small", "", {5, 20}});
  return all;
}

TEST(Golden, CoversEveryScreenAndOverlay) {
  std::set<std::pair<tui::Screen, tui::Overlay>> seen;
  for (const auto& [name, keys] : kScreens) {
    sample::Desk desk(sample::fabric());
    desk.type(keys);
    seen.insert({desk.state.screen, desk.state.overlay});
  }
  for (const tui::Screen screen : {tui::Screen::kFlows, tui::Screen::kPaths, tui::Screen::kGraph,
                                   tui::Screen::kHistory, tui::Screen::kEvents}) {
    EXPECT_TRUE(seen.contains({screen, tui::Overlay::kNone})) << static_cast<int>(screen);
  }
  EXPECT_TRUE(seen.contains({tui::Screen::kFlows, tui::Overlay::kHelp}));
  EXPECT_TRUE(seen.contains({tui::Screen::kFlows, tui::Overlay::kHop}));
}

TEST(Golden, HasOneFilePerCaseAndNoOthers) {
  std::set<std::string> wanted;
  for (const Case& each : cases()) wanted.insert(file_name(each));
  std::set<std::string> kept;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(ETR_TEST_DATA_DIR) / "tui")) {
    kept.insert(entry.path().filename().string());
  }
  EXPECT_EQ(kept, wanted);
}

TEST(Golden, DetectsAChangedCharacterAndRole) {
  sample::Desk desk(sample::fabric());
  tui::Grid grid = desk.draw({24, 80});
  const std::string before = picture(grid, true);
  grid.put(12, 40, "x", grid.at(12, 40).role);
  EXPECT_NE(picture(grid, true), before);
  grid = desk.draw({24, 80});
  grid.put_glyph(12, 40, grid.at(12, 40).code, tui::Role::kError);
  EXPECT_NE(picture(grid, true), before);
}

INSTANTIATE_TEST_SUITE_P(Golden, Screen, testing::ValuesIn(cases()), [](const auto& each) {
  return each.param.name + "_" + std::to_string(each.param.size.columns) + "x" +
         std::to_string(each.param.size.rows);
});

}  // namespace
