// Frames, titles and sizes of all screens.
#include "plugins/views/tui/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugins/views/tui/text.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using sample::Desk;
using sample::kUsual;
using sample::kWide;
using testing::HasSubstr;
using testing::Not;

TEST(Screen, ShowsInitializingBeforeTheFirstSnapshot) {
  Desk desk(sample::fabric());
  desk.run.snapshot = std::make_shared<etr::Snapshot>();
  for (const char* keys : {"1", "2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kUsual), HasSubstr("Initializing...")) << keys;
  }
}

TEST(Screen, KeepsItsFrameWithHostileNames) {
  Desk plain(sample::fabric());
  Desk hostile(sample::fabric());
  hostile.run.names.known = {{"10.0.0.1", "\x1b[2J\x1b]0;x\x07"},
                             {"10.1.1.1",
                              "\xe2\x80\xae"
                              "evil"},
                             {"10.2.1.1", "\xff\xfe\xc3\x28"},
                             {"10.3.0.1", "\u05d0\u05d1\u0301\u200d"},
                             {"203.0.113.80", std::string(255, 'a') + "東京\u0301"}};
  for (const char* keys : {"1", "2", "3", "4", "1\t\r"}) {
    plain.type(keys);
    hostile.type(keys);
    const tui::Grid expected = plain.draw(kUsual);
    const tui::Grid drawn = hostile.draw(kUsual);
    for (int row = 0; row < kUsual.rows; ++row) {
      int columns = 0;
      for (int column = 0; column < kUsual.columns; ++column) {
        const tui::Cell& cell = drawn.at(row, column);
        columns += cell.width;
        if (cell.width != 0) {
          ASSERT_EQ(tui::glyph_width(cell.code), cell.width) << static_cast<unsigned>(cell.code);
        }
      }
      EXPECT_EQ(columns, kUsual.columns) << "row " << row;
      EXPECT_EQ(drawn.at(row, 79).code, expected.at(row, 79).code) << keys << " row " << row;
    }
  }
}

TEST(Screen, DrawsAnySizeWithinItsBounds) {
  Desk desk(sample::fabric());
  for (const char* keys : {"1", "1\t", "2", "3", "4", "e", "1?", "\x1b", "\t\r", "\x1bo"}) {
    desk.type(keys);
    for (int rows = 0; rows <= 30; rows += 1) {
      for (int columns = 0; columns <= 130; columns += 3) {
        const tui::Grid grid = desk.draw({rows, columns});
        ASSERT_EQ(grid.size(), (tui::Size{rows, columns}));
      }
    }
  }
}

TEST(Screen, KeepsTheStatusBarInTheSmallestTerminal) {
  Desk desk(sample::fabric(8));
  for (const char* const keys : {"", "\t", "2", "3", "4", "5"}) {
    desk.type(keys);
    for (int rows = tui::kSmallest.rows; rows < 12; ++rows) {
      const std::string text = desk.text({rows, 80});
      const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
      EXPECT_THAT(last, testing::ContainsRegex("q quit")) << keys << ", " << rows << " rows:\n"
                                                          << text;
      EXPECT_THAT(last, testing::Not(HasSubstr("TTL"))) << text;
    }
  }
}

TEST(Screen, ShowsTheSizeItNeedsWhenTooSmall) {
  Desk desk(sample::fabric());
  EXPECT_THAT(desk.text({5, 20}), HasSubstr("terminal too small"));
  EXPECT_THAT(desk.text({5, 20}), HasSubstr("20x5, needs 24x6"));
  EXPECT_THAT(desk.text({10, 40}), Not(HasSubstr("too small")));
}

TEST(Screen, ShowsNoRttScaleIfNoRttWasMeasured) {
  Desk desk(sample::fabric(1));
  desk.type("4");
  EXPECT_THAT(desk.text(kWide), HasSubstr("ms or more"));
  desk.history.clear();
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("ms or more")));
  EXPECT_THAT(desk.text(kWide), HasSubstr("× lost"));
}

TEST(Screen, ShowsHowManyLinesAreHiddenBelow) {
  Desk desk(sample::large(4, 30));
  for (const char* keys : {"3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kUsual), testing::ContainsRegex(" ↓ [0-9]+ more ")) << keys;
    desk.type("jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj");
    desk.type("jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj");
    EXPECT_THAT(desk.text(kUsual), Not(HasSubstr(" ↓ "))) << keys;
  }
}

TEST(Screen, KeepsTargetAndMarksInANarrowTitle) {
  Desk desk(sample::fabric());
  desk.run.snapshot->paused = true;
  for (const int columns : {80, 60, 40}) {
    const std::string text = desk.text({10, columns});
    const std::string title = text.substr(0, text.find('\n'));
    EXPECT_THAT(title, HasSubstr("www.example.net")) << columns;
    if (columns > 40) {
      EXPECT_THAT(title, HasSubstr("2m00s ")) << columns;
    }
    EXPECT_THAT(title, HasSubstr(" PAUSED")) << columns;
  }
}

TEST(Screen, TheTitleSaysThatASinkHasFailed) {
  Desk desk(sample::fabric());
  EXPECT_THAT(desk.text(kUsual), Not(HasSubstr("FAILED")));
  etr::Event event;
  event.text = "sink 'csv': cannot write 'x.csv': no space left on device";
  desk.events.add(event);
  EXPECT_THAT(desk.text({10, 40}), HasSubstr(" SINK FAILED\n"));
  desk.events.add(event);
  EXPECT_THAT(desk.text(kUsual), HasSubstr(" 2 SINKS FAILED"));
}

TEST(Screen, ReportsInEveryViewThatNothingMatches) {
  Desk desk(sample::fabric());
  desk.type("/nobody\r");
  for (const char* keys : {"1", "2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kUsual), HasSubstr("matches")) << keys;
    EXPECT_THAT(desk.text(kUsual), Not(HasSubstr("Initializing"))) << keys;
  }
}

TEST(Screen, NamesPathsOfAChangeByHash) {
  Desk desk(sample::fabric());
  const std::string before = desk.run.snapshot->flows[2]->path_hash;
  const std::string after = desk.run.snapshot->flows[6]->path_hash;
  desk.type("e");
  EXPECT_THAT(desk.text(kWide), HasSubstr("#6 TTL 2–3: path " + before + " → " + after));
}

TEST(Screen, KeepsTheSelectedRowVisibleAmong1000Flows) {
  Desk desk(sample::large(1000, 8));
  desk.type("G");
  EXPECT_THAT(desk.text(kUsual), HasSubstr("► #999"));
  desk.type("g");
  EXPECT_THAT(desk.text(kUsual), HasSubstr("► #0"));
  desk.type("k");  // wraps around, as in the Go etr
  EXPECT_THAT(desk.text(kUsual), HasSubstr("► #999"));
}

}  // namespace
