// Every screen at four sizes, compared cell by cell with files in tests/data/tui. After a change
// that is meant, copy the new pictures from tui_golden/ in the build folder over them and read the
// difference.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

struct Case {
  std::string name;
  std::string keys;
  tui::Size size;
};

/// The text, and for the common size also what each cell is: one letter per role, from 'a'.
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

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Screen : public testing::TestWithParam<Case> {};

TEST_P(Screen, LooksAsDrawnBefore) {
  const Case& shown = GetParam();
  sample::Desk desk(sample::fabric());
  desk.type(shown.keys);
  const std::string file = shown.name + "_" + std::to_string(shown.size.columns) + "x" +
                           std::to_string(shown.size.rows) + ".txt";
  const std::string drawn = picture(desk.draw(shown.size), shown.size == tui::Size{24, 80});
  const std::filesystem::path made = std::filesystem::path(ETR_BINARY_DIR) / "tui_golden";
  std::filesystem::create_directories(made);
  std::ofstream(made / file, std::ios::binary) << drawn;
  const std::filesystem::path wanted = std::filesystem::path(ETR_TEST_DATA_DIR) / "tui" / file;
  // Not EXPECT_EQ: gtest's byte-wise difference of two screens is unreadable.
  EXPECT_TRUE(drawn == read(wanted)) << "diff " << wanted << " " << made / file;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& [name, keys] :
       {std::pair<std::string, std::string>{"flows", "jjjjjjjjj"},
        {"detail", "jjjjjjjjj\tjj"},
        {"paths", "2jj"},
        {"graph", "3lllllllll"},
        {"history", "4lllllllll"},
        {"events", "e"}}) {
    for (const tui::Size size :
         {tui::Size{24, 80}, tui::Size{40, 120}, tui::Size{60, 200}, tui::Size{10, 40}}) {
      all.push_back({name, keys, size});
    }
  }
  for (const auto& [name, keys] : {std::pair<std::string, std::string>{"help", "?"},
                                   {"hop", "\tjj\r"},
                                   {"columns", "o"},
                                   {"filter", "/spine3\r"}}) {
    all.push_back({name, keys, {24, 80}});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Golden, Screen, testing::ValuesIn(cases()), [](const auto& each) {
  return each.param.name + "_" + std::to_string(each.param.size.columns) + "x" +
         std::to_string(each.param.size.rows);
});

}  // namespace
