// Loss, its colours, and flows that do not reach the target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugins/views/tui/figures.h"
#include "plugins/views/tui/report.h"
#include "plugins/views/tui/screen.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using sample::Desk;
using sample::kUsual;
using sample::kWide;
using testing::HasSubstr;
using testing::Not;
using tui::Role;

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

TEST(Screen, NamesALoopInsteadOfNotReached) {
  etr::FlowSnapshot flow;
  flow.rounds = 1;
  for (const char* router : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.2", "10.0.0.3"}) {
    etr::HopStats& hop = flow.hops.emplace_back();
    hop.ttl = static_cast<std::uint8_t>(flow.hops.size());
    hop.address = etr::IpAddress::parse(router);
  }
  EXPECT_EQ(tui::no_arrival(flow), "not reached");
  flow.hops.push_back(flow.hops[1]);
  flow.hops.back().ttl = 6;
  EXPECT_EQ(tui::no_arrival(flow), "loop");
}

TEST(Screen, KeepsTheColourOfLossInTheSelectedRow) {
  Desk desk(sample::fabric());
  desk.type("jjjjjjjjj");  // the flow across the lossy link
  EXPECT_EQ(role_at(desk.draw(kWide), "> #9"), Role::kSelectedFocused);
  EXPECT_EQ(role_at(desk.draw(kWide), "33.3%"), Role::kSelectedLossHigh);
  desk.type("\t");
  EXPECT_EQ(role_at(desk.draw(kWide), "33.3%"), Role::kLossHigh);
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

}  // namespace
