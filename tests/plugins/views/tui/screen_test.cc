#include "plugins/views/tui/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugins/views/tui/figures.h"
#include "plugins/views/tui/report.h"
#include "plugins/views/tui/text.h"
#include "tests/plugins/views/tui/screen_fixture.h"
#include "tests/support/flapping_graph.h"

namespace {

using sample::Desk;
using testing::HasSubstr;
using testing::Not;
using tui::Role;

constexpr tui::Size kUsual{24, 80};
constexpr tui::Size kWide{40, 120};

/// The role of the first cell of `text`, which must be on the grid.
Role role_at(const tui::Grid& grid, const std::string& text) {
  for (int row = 0; row < grid.size().rows; ++row) {
    std::string line;
    for (int column = 0; column < grid.size().columns; ++column) {
      const char32_t code = grid.at(row, column).code;
      line += code == U'►' ? '>' : code < 0x80 ? static_cast<char>(code) : '?';
    }
    const std::size_t at = line.find(text);
    if (at != std::string::npos) return grid.at(row, static_cast<int>(at)).role;
  }
  ADD_FAILURE() << "not on screen: " << text;
  return Role::kText;
}

TEST(Screen, ShowsInitializingBeforeTheFirstSnapshot) {
  Desk desk(sample::fabric());
  desk.run.snapshot = std::make_shared<etr::Snapshot>();
  for (const char* keys : {"1", "2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kUsual), HasSubstr("Initializing...")) << keys;
  }
}

TEST(Screen, NeverColoursSilentOrLimitedHopsAsLoss) {
  Desk desk(sample::fabric());
  const tui::Grid grid = desk.draw(kWide);
  EXPECT_EQ(role_at(grid, "silent"), Role::kSilent);
  EXPECT_EQ(role_at(grid, "limited"), Role::kSilent);
}

TEST(Screen, ColoursLossAbove10And25Percent) {
  EXPECT_EQ(tui::loss_role(0.10), Role::kLossLow);
  EXPECT_EQ(tui::loss_role(0.101), Role::kLossMedium);
  EXPECT_EQ(tui::loss_role(0.25), Role::kLossMedium);
  EXPECT_EQ(tui::loss_role(0.251), Role::kLossHigh);
}

TEST(Screen, ShowsLossOfUnknownClassWithoutColour) {
  etr::HopStats hop;
  hop.answered = 1;
  hop.lost = 2;
  hop.hop_class = etr::HopClass::kUnknown;
  EXPECT_EQ(tui::loss_text(hop), "66.7%?");
  EXPECT_EQ(tui::loss_role(hop), Role::kText);
  hop.hop_class = etr::HopClass::kLossy;
  EXPECT_EQ(tui::loss_role(hop), Role::kLossHigh);
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

// Defect A24 of the Go etr, docs/compatibility.md: it listed addresses in random order.
TEST(Screen, ListsFurtherRespondersInAStableOrder) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  etr::ResponderStats other = flow->hops[1].responders[0];
  other.address = sample::address("10.9.9.9");
  other.received = 1000;
  flow->hops[1].responders.push_back(other);
  desk.run.snapshot->flows[0] = flow;
  desk.state.names = tui::NameMode::kAddresses;
  const std::string text = desk.text(kUsual);
  const std::size_t first = text.find("10.1.1.1");
  const std::size_t further = text.find("↳ 10.9.9.9");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(further, std::string::npos);
  EXPECT_LT(first, further);
}

// Defect A7 of the Go etr, docs/compatibility.md: it showed hops of the old path on the new one.
TEST(Screen, SeparatesRespondersOfEarlierPaths) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->path_changes = 1;
  for (const std::size_t index : {std::size_t{1}, std::size_t{3}}) {
    etr::ResponderStats former = flow->hops[1].responders[0];
    former.address = sample::address("10.9.9." + std::to_string(index));
    flow->hops[index].former.push_back(former);
  }
  desk.run.snapshot->flows[0] = flow;
  desk.state.names = tui::NameMode::kAddresses;
  EXPECT_THAT(desk.text(kWide), testing::ContainsRegex("  2 10.1.1.1 [^\n]*\n"
                                                       "[^\n]*    old 10.9.9.1 [^\n]*\n"
                                                       "[^\n]*  3 10.2.1.1 [^\n]*\n"
                                                       "[^\n]*  4 [?]{3} +silent [^\n]*\n"
                                                       "[^\n]*    old 10.9.9.3 "));
  desk.type("\tj\r");
  EXPECT_THAT(desk.text(kWide), HasSubstr("10.9.9.1 before the path changed"));
  desk.type("\x1b\x1b");
  for (const char* keys : {"2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kWide), Not(HasSubstr("10.9.9"))) << keys;
  }
  EXPECT_THAT(tui::report(desk.scene(), tui::ReportExtent::kScreen), HasSubstr("203.0.113.80"));
}

TEST(Screen, MarksTargetNotReachedAfterFourRoundsWithoutReply) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->reached = false;
  desk.run.snapshot->flows[0] = flow;
  etr::Path path = desk.run.paths.back();
  path.hops[5].reply.reset();
  for (const etr::Verdict verdict : {etr::Verdict::kLost, etr::Verdict::kCut}) {
    path.hops[5].verdict = verdict;
    desk.history.record(path);
    EXPECT_THAT(desk.text(kWide), Not(HasSubstr("6?")));
    EXPECT_THAT(desk.text(kWide), Not(HasSubstr("not reached")));
  }
  path.hops[5].verdict = etr::Verdict::kLost;
  for (int round = 0; round < 4; ++round) desk.history.record(path);
  EXPECT_THAT(desk.text(kWide), HasSubstr("6?"));
  EXPECT_THAT(desk.text(kWide), HasSubstr("not reached"));
}

TEST(Screen, KeepsTheColourOfLossInTheSelectedRow) {
  Desk desk(sample::fabric());
  desk.type("jjjjjjjjj");  // the flow across the lossy link
  EXPECT_EQ(role_at(desk.draw(kWide), "> #9"), Role::kSelectedFocused);
  EXPECT_EQ(role_at(desk.draw(kWide), "33.3%"), Role::kSelectedLossHigh);
  desk.type("\t");
  EXPECT_EQ(role_at(desk.draw(kWide), "33.3%"), Role::kLossHigh);
}

TEST(Screen, CountsFlowsWithTheSamePathIdAsOnePath) {
  Desk desk(sample::fabric(2));
  auto twin = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  twin->flow = 1;
  twin->hops[3].address = sample::address("10.9.9.9");  // Silent for the other flow.
  desk.run.snapshot->flows[1] = twin;
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (2 flows, 1 unique path)"));
  desk.type("2");
  EXPECT_THAT(desk.text(kWide), HasSubstr("Paths (1 unique of 2 flows)"));
}

TEST(Screen, DoesNotCountAmbiguousPaths) {
  Desk desk(sample::fabric(2));
  auto doubtful = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[1]);
  doubtful->path_knowledge = etr::PathKnowledge::kAmbiguous;
  desk.run.snapshot->flows[1] = doubtful;
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (2 flows, 1 unique path)"));
  desk.type("2");
  EXPECT_THAT(desk.text(kWide), HasSubstr("Paths (1 unique of 2 flows)"));
  EXPECT_THAT(desk.text(kWide), HasSubstr(doubtful->path_hash.substr(0, 7) + "?"));
}

// Defect A24 of the Go etr, docs/compatibility.md: it counted flows without data as paths.
TEST(Screen, DoesNotCountPathsWithoutReplies) {
  Desk desk(sample::fabric(2));
  for (std::shared_ptr<const etr::FlowSnapshot>& flow : desk.run.snapshot->flows) {
    auto mute = std::make_shared<etr::FlowSnapshot>(*flow);
    mute->path_hash = "00000000";
    flow = mute;
  }
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (2 flows, 0 unique paths)"));
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("00000000")));
  desk.type("2");
  EXPECT_THAT(desk.text(kWide), HasSubstr("Paths (0 unique of 2 flows)"));
}

TEST(Screen, SeparatesPathsThatDifferInASilentHop) {
  // The hash covers addresses only: A ? B and A B have the same hash.
  Desk desk(sample::fabric(2));
  auto shorter = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  shorter->flow = 1;
  shorter->path_id = 99;
  shorter->distance = static_cast<std::uint8_t>(5);
  desk.run.snapshot->flows[1] = shorter;
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (2 flows, 2 unique paths)"));
  desk.type("2j\r");
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (1 of 2 flows, 1 unique path)"));
  EXPECT_THAT(desk.text(kWide), HasSubstr("► #1"));
}

TEST(Screen, KeepsAddressesWhenStatisticsAreReset) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  for (etr::HopStats& hop : flow->hops) {
    const std::uint8_t ttl = hop.ttl;
    const std::optional<etr::IpAddress> address = hop.address;
    hop = etr::HopStats{};
    hop.ttl = ttl;
    hop.address = address;
  }
  desk.run.snapshot->flows[0] = flow;
  desk.history.clear();
  EXPECT_THAT(desk.text(kWide), HasSubstr("1 gateway.example.net (10.0.0.1) "));
  desk.type("3");
  EXPECT_THAT(desk.text(kWide), HasSubstr("10.1.1.1"));
  EXPECT_THAT(desk.text(kWide), HasSubstr("203.0.113.80"));
}

TEST(Screen, ShowsNoLossOfAHopBeforeItsFirstReply) {
  Desk desk(sample::fabric(2));  // two, since the share of a single flow would be 100.0 %, too
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->hops[3].hop_class = etr::HopClass::kUnknown;
  flow->hops[3].lost = 2;
  desk.run.snapshot->flows[0] = flow;
  for (const char* keys : {"1", "2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kWide), Not(HasSubstr("100.0% "))) << keys;
  }
}

TEST(Screen, ShowsNoRttScaleIfNoRttWasMeasured) {
  Desk desk(sample::fabric(1));
  desk.type("4");
  EXPECT_THAT(desk.text(kWide), HasSubstr("ms or more"));
  desk.history.clear();
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("ms or more")));
  EXPECT_THAT(desk.text(kWide), HasSubstr("× lost"));
}

TEST(Screen, CountsLossyFlowsWhoseRowsAreNotVisible) {
  Desk desk(sample::fabric());
  const std::string text = desk.text(kUsual);
  EXPECT_THAT(text, Not(HasSubstr("#9")));
  EXPECT_THAT(text, HasSubstr("Summary (16 flows, 16 unique paths, 1 lossy)"));
  EXPECT_THAT(text, HasSubstr(" ↓ 11 more "));
  desk.type("2");
  EXPECT_THAT(desk.text(kUsual), HasSubstr("Paths (16 unique of 16 flows, 1 lossy)"));
  EXPECT_THAT(desk.text(kUsual), HasSubstr(" ↓ 9 more "));
}

TEST(Screen, DrawsBothBranchesOfAFlappingRoute) {
  Desk desk(sample::fabric(2));
  desk.run.snapshot->graphs = {etr::test::flapping_graph()};
  desk.type("3");
  const std::string text = desk.text(kWide);
  EXPECT_THAT(text, HasSubstr(" - flapping"));
  EXPECT_THAT(text, HasSubstr("flapping beyond 10.9.1.1 (TTL 1): 10.9.2.1, 10.9.2.2"));
  EXPECT_THAT(text, HasSubstr("10.9.2.1"));
  EXPECT_THAT(text, HasSubstr("10.9.2.2"));
  EXPECT_THAT(text, HasSubstr("×0"));
}

TEST(Screen, NamesHopsBalancedPerPacket) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  etr::ResponderStats other = flow->hops[1].responders[0];
  other.address = sample::address("10.9.9.9");
  flow->hops[1].responders[0].received /= 2;
  other.received -= flow->hops[1].responders[0].received;
  flow->hops[1].responders.push_back(other);
  desk.run.snapshot->flows[0] = flow;
  desk.state.names = tui::NameMode::kAddresses;
  const std::string line = "per-packet balancing at TTL 2: 10.1.1.1, 10.9.9.9";
  EXPECT_THAT(tui::report(desk.scene(), tui::ReportExtent::kScreen), HasSubstr(line));
  desk.type("3");
  EXPECT_THAT(desk.text(kWide), HasSubstr(line));
  EXPECT_THAT(desk.text(kWide), HasSubstr(" - per-packet balancing"));
}

TEST(Screen, CountsFlowsThatDoNotReachTheTarget) {
  Desk desk(sample::fabric(4));
  const auto change = [&desk](std::size_t index, auto what) {
    auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[index]);
    flow->reached = false;
    what(*flow);
    desk.run.snapshot->flows[index] = flow;
  };
  change(0, [](etr::FlowSnapshot& flow) {
    flow.blocked = etr::Blocked{6, sample::address("203.0.113.80"), 3, 13};
  });
  change(1, [](etr::FlowSnapshot& flow) { flow.distance.reset(); });
  EXPECT_THAT(desk.text(kUsual),
              HasSubstr("Summary (4 flows, 4 unique paths, 1 blocked, 1 not reached)"));
  EXPECT_THAT(desk.text(kWide), HasSubstr("blocked (filtered) at TTL 6 by 203.0.113.80"));
}

// The last router that replied must not lend its 0.0 % to a flow that never reaches the target.
TEST(Screen, ShowsNoLossOfFlowsThatNeverReachTheTarget) {
  Desk desk(sample::fabric(2));
  const auto cut_short = [&desk](std::size_t index) {
    auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[index]);
    flow->reached = false;
    flow->distance.reset();
    flow->hops.resize(3);
    desk.run.snapshot->flows[index] = flow;
    return flow;
  };
  cut_short(0);
  cut_short(1)->blocked = etr::Blocked{3, sample::address("10.2.1.1"), 3, 13};
  desk.history.clear();
  const tui::Grid flows = desk.draw(kWide);
  EXPECT_THAT(flows.text(), testing::ContainsRegex("#0 +50000 +[0-9a-f]+ +3[?] +not reached +- "));
  EXPECT_THAT(flows.text(), testing::ContainsRegex("#1 +50001 +[0-9a-f]+ +3! +blocked +- "));
  EXPECT_EQ(role_at(flows, "blocked  "), Role::kLossHigh);
  desk.type("2");
  const std::string paths = desk.text(kWide);
  EXPECT_THAT(paths, testing::ContainsRegex("1 +50.0% +not reached +- "));
  EXPECT_THAT(paths, testing::ContainsRegex("1 +50.0% +blocked +- "));
  desk.type("3");
  EXPECT_THAT(desk.text(kWide), HasSubstr("vertices, 2 not reached)"));
  desk.type("4");
  EXPECT_THAT(desk.text(kWide), HasSubstr("source port 50000, not reached: last"));
  const std::string report = tui::report(desk.scene(), tui::ReportExtent::kAll);
  EXPECT_THAT(report, HasSubstr(": 1 flow, not reached, source ports 50000"));
  EXPECT_THAT(report, HasSubstr(": 1 flow, blocked, source ports 50001"));
}

TEST(Screen, ListsUnreachedFlowsFirstWhenSortedByLoss) {
  Desk desk(sample::fabric());
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[3]);
  flow->reached = false;
  flow->distance.reset();
  desk.run.snapshot->flows[3] = flow;
  desk.state.sort = tui::SortBy::kLoss;
  EXPECT_EQ(desk.scene().flows[0]->flow, 3U);
  EXPECT_EQ(desk.scene().flows[1]->flow, 9U) << "the one across the lossy link";
}

TEST(Screen, ListsLossyLinksInTheFinalReport) {
  Desk desk(sample::fabric());
  desk.state.names = tui::NameMode::kAddresses;
  for (const auto extent : {tui::ReportExtent::kScreen, tui::ReportExtent::kAll}) {
    EXPECT_THAT(tui::report(desk.scene(), extent),
                HasSubstr("\n loss on 10.1.2.1 > 10.2.3.1 (TTL 3): 32 % ("));
  }
}

TEST(Screen, MarksLossOfTooFewProbes) {
  Desk desk(sample::fabric(1));
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->hops[1].hop_class = etr::HopClass::kUnknown;
  flow->hops[1].answered = 4;
  flow->hops[1].lost = 1;
  desk.run.snapshot->flows[0] = flow;
  for (const char* keys : {"1", "2", "3", "4"}) {
    desk.type(keys);
    EXPECT_THAT(desk.text(kUsual), HasSubstr("20.0%?")) << keys;
  }
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

TEST(Screen, MarksFlowsThatAreBlockedOrNotReached) {
  Desk desk(sample::fabric(2));
  auto blocked = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  blocked->reached = false;
  blocked->distance.reset();
  blocked->blocked = etr::Blocked{3, sample::address("10.2.1.1"), 3, 13};
  blocked->hops.resize(3);
  desk.run.snapshot->flows[0] = blocked;
  auto lost = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[1]);
  lost->reached = false;
  desk.run.snapshot->flows[1] = lost;
  desk.history.clear();
  const std::string text = desk.text(kWide);
  EXPECT_THAT(text, HasSubstr("3!"));
  EXPECT_THAT(text, HasSubstr("6?"));
  EXPECT_THAT(text, HasSubstr("blocked (filtered) at TTL 3 by 10.2.1.1"));
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
