// History, pooled figures, path groups, the hop graph, its lines, themes and reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "plugins/views/tui/figures.h"
#include "plugins/views/tui/hop_graph.h"
#include "plugins/views/tui/path_group.h"
#include "plugins/views/tui/report.h"
#include "plugins/views/tui/theme.h"
#include "plugins/views/tui/wiring.h"
#include "support/read_file.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using sample::Desk;
using State = tui::Sample::State;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

etr::Path one_hop(std::uint32_t path_id, etr::Verdict verdict, etr::Duration rtt = {}) {
  etr::Path path;
  path.path_id = path_id;
  etr::Hop hop;
  hop.ttl = 2;
  hop.verdict = verdict;
  if (verdict == etr::Verdict::kAnswered) {
    hop.reply.emplace();
    hop.reply->source = sample::address("10.0.0." + std::to_string(path_id));
    hop.reply->rtt = rtt;
  }
  path.hops.push_back(hop);
  return path;
}

TEST(History, ReturnsVerdictsAndRttsNewestFirst) {
  tui::History history(10);
  history.record(one_hop(1, etr::Verdict::kAnswered, microseconds(12345)));
  history.record(one_hop(1, etr::Verdict::kLost));
  history.record(one_hop(1, etr::Verdict::kSendFailed));
  history.record(one_hop(1, etr::Verdict::kCut));
  EXPECT_EQ(history.rounds(0, 0), 4U);
  EXPECT_EQ(history.at(0, 0, 2, 0).state, State::kNone);
  EXPECT_EQ(history.at(0, 0, 2, 1).state, State::kSendFailed);
  EXPECT_EQ(history.at(0, 0, 2, 2).state, State::kLost);
  const tui::Sample oldest = history.at(0, 0, 2, 3);
  ASSERT_EQ(oldest.state, State::kAnswered);
  EXPECT_NEAR(static_cast<double>(oldest.rtt->count()), 12345e3, 12345e3 * 0.001);
  EXPECT_EQ(history.at(0, 0, 2, 4).state, State::kNone);
  EXPECT_EQ(history.at(0, 0, 3, 0).state, State::kNone);
  EXPECT_EQ(history.at(0, 9, 2, 0).state, State::kNone);
}

TEST(History, KeepsABoundedNumberOfRounds) {
  tui::History history(1000 * 30);
  const std::size_t depth = history.depth();
  EXPECT_LE(depth * 1000 * 30 * 2, std::size_t{9} * 1024 * 1024);
  for (std::size_t i = 0; i < depth + 5; ++i) {
    history.record(one_hop(1, etr::Verdict::kAnswered, milliseconds(i + 1)));
  }
  EXPECT_EQ(history.rounds(0, 0), depth);
  EXPECT_EQ(history.at(0, 0, 2, depth).state, State::kNone);
  const double newest = static_cast<double>(history.at(0, 0, 2, 0).rtt->count());
  EXPECT_NEAR(newest / 1e6, static_cast<double>(depth + 5), static_cast<double>(depth) * 0.001);
}

TEST(History, IsEmptyAfterClear) {
  tui::History history(10);
  history.record(one_hop(2, etr::Verdict::kAnswered, milliseconds(1)));
  history.clear();
  EXPECT_EQ(history.rounds(0, 0), 0U);
  EXPECT_EQ(history.at(0, 0, 2, 0).state, State::kNone);
}

// Defect A23 of the Go etr, docs/compatibility.md: it took the mean of means.
TEST(Figures, PoolRespondersInsteadOfAveragingThem) {
  // 1, 2, 3 ms from one responder and 10 ms from another: mean 4, variance of the four samples
  // 50/3.
  etr::HopStats hop;
  hop.responders.resize(2);
  hop.responders[0].received = 3;
  hop.responders[0].mean_ns = 2e6;
  hop.responders[0].stddev_ns = 1e6;
  hop.responders[0].best = milliseconds(1);
  hop.responders[0].worst = milliseconds(3);
  hop.responders[1].received = 1;
  hop.responders[1].mean_ns = 10e6;
  hop.responders[1].best = hop.responders[1].worst = milliseconds(10);
  const auto numbers = tui::figures(hop);
  ASSERT_TRUE(numbers.has_value());
  EXPECT_DOUBLE_EQ(numbers->rtt_mean_ns, 4e6);
  EXPECT_NEAR(numbers->rtt_stddev_ns, std::sqrt(50.0 / 3) * 1e6, 1);
  EXPECT_EQ(numbers->rtt_best, milliseconds(1));
  EXPECT_EQ(numbers->rtt_worst, milliseconds(10));
  EXPECT_FALSE(tui::figures(etr::HopStats{}).has_value());
}

TEST(Figures, DropDecimalsBeforeDigits) {
  EXPECT_EQ(tui::milliseconds(milliseconds(12), 6), "12.00");
  EXPECT_EQ(tui::milliseconds(milliseconds(1234), 6), "1234.0");
  EXPECT_EQ(tui::milliseconds(milliseconds(123456), 6), "123456");
  EXPECT_EQ(tui::milliseconds(milliseconds(12345678), 6), "12346s");
  EXPECT_EQ(tui::elapsed_text(std::chrono::seconds(59)), "59s");
  EXPECT_EQ(tui::elapsed_text(std::chrono::seconds(3725)), "1h02m05s");
}

TEST(Paths, GroupFlowsAndFindWhereTheyDiffer) {
  Desk desk(sample::fabric(20));
  const auto groups = tui::path_groups(desk.scene());
  ASSERT_EQ(groups.size(), 16U);
  EXPECT_EQ(groups[0].flows.size(), 2U);
  EXPECT_EQ(groups[15].flows.size(), 1U);
  EXPECT_EQ(tui::differing_ttls(groups),
            (std::vector<bool>{false, true, true, false, false, false}));
  EXPECT_THAT(desk.type("2").command.kind, etr::Command::Kind::kRedraw);
  EXPECT_THAT(desk.text({40, 120}), HasSubstr("2 10.1.1.1, 3 10.2.1.1"));
}

TEST(Graph, DrawsSharedHopsOnceAndKeepsSilentOnesApart) {
  Desk desk(sample::fabric());
  const auto tiers = tui::hop_graph(desk.scene()).tiers;
  ASSERT_EQ(tiers.size(), 6U);
  EXPECT_EQ(tiers[0].vertices.size(), 1U);
  EXPECT_EQ(tiers[1].vertices.size(), 4U);
  EXPECT_EQ(tiers[2].vertices.size(), 4U);
  EXPECT_EQ(tiers[3].vertices.size(), 4U) << "one silent hop per leaf: they may differ";
  EXPECT_EQ(tiers[5].vertices.size(), 1U);
  EXPECT_EQ(tiers[2].edges.size(), 16U) << "all spines to all leaves";
  EXPECT_EQ(tiers[5].vertices[0].flows, 16);
  int selected = 0;
  for (const tui::Tier& tier : tiers) {
    for (const tui::Vertex& vertex : tier.vertices) selected += vertex.selected ? 1 : 0;
  }
  EXPECT_EQ(selected, 6) << "one per TTL";
}

int lossy_edges(const std::vector<tui::Tier>& tiers) {
  int lossy = 0;
  for (const tui::Tier& tier : tiers) {
    for (const tui::Edge& edge : tier.edges) lossy += edge.lossy ? 1 : 0;
  }
  return lossy;
}

TEST(Graph, MarksAndNamesOnlyTheLossyLink) {
  Desk desk(sample::fabric());
  EXPECT_EQ(lossy_edges(tui::hop_graph(desk.scene()).tiers), 1)
      << "hops beyond the lossy link show the same loss and no more";
  desk.type("3n");
  EXPECT_THAT(desk.text({40, 120}),
              HasSubstr("loss on spine2.fabric.example.net > 10.2.3.1 (TTL 3): 32 % ("));
  EXPECT_THAT(desk.text({40, 120}), HasSubstr("%), 1 of 16 flows"));
}

TEST(Graph, DrawsOnlyPathsThatMatchTheFilter) {
  Desk desk(sample::fabric());
  desk.type("/spine3\r3");
  const tui::HopGraph graph = tui::hop_graph(desk.scene());
  EXPECT_EQ(graph.tiers[1].vertices.size(), 1U);
  EXPECT_EQ(graph.tiers[2].vertices.size(), 4U);
  EXPECT_EQ(graph.tiers[2].edges.size(), 4U);
  EXPECT_EQ(graph.tiers[2].vertices[0].flows, 4) << "figures are those of all flows";
  EXPECT_THAT(graph.lossy_links, testing::IsEmpty()) << "the lossy link is on none of them";
}

TEST(Graph, FoldsWideTiersButNeverTheSelectedPath) {
  Desk desk(sample::fabric());
  desk.type("jj");  // flow 2: spine 3
  const auto folded = tui::fold(tui::hop_graph(desk.scene()).tiers, 3, 3);
  const tui::Tier& spines = folded[1];
  ASSERT_EQ(spines.vertices.size(), 3U);
  EXPECT_EQ(spines.vertices[2].folded, 2);
  int flows = 0;
  bool kept = false;
  for (const tui::Vertex& vertex : spines.vertices) {
    flows += vertex.flows;
    kept = kept || vertex.address == sample::address("10.1.3.1");
  }
  EXPECT_TRUE(kept);
  EXPECT_EQ(flows, 16);
  for (const tui::Edge& edge : folded[2].edges) {
    EXPECT_LT(edge.from, 3);
    EXPECT_LT(edge.to, static_cast<int>(folded[2].vertices.size()));
  }
}

TEST(Graph, NeverFoldsAnEndOfALossyLink) {
  Desk desk(sample::fabric());
  const auto folded = tui::fold(tui::hop_graph(desk.scene()).tiers, 2, 4);
  EXPECT_EQ(lossy_edges(folded), 1);
  for (const auto& [tier, address] : {std::pair(1, "10.1.2.1"), std::pair(2, "10.2.3.1")}) {
    const auto& vertices = folded[static_cast<std::size_t>(tier)].vertices;
    ASSERT_EQ(vertices.size(), 3U)
        << "the selected flow's, the end of the lossy link, and the rest folded";
    EXPECT_TRUE(vertices[0].address == sample::address(address) ||
                vertices[1].address == sample::address(address));
    EXPECT_EQ(vertices[2].folded, 2);
    EXPECT_FALSE(vertices[2].at_loss);
  }
}

TEST(Graph, IsEmptyWithoutAPathGraph) {
  sample::Run run = sample::fabric();
  run.snapshot->graphs.clear();
  tui::History history;
  tui::EventLog events;
  tui::State state;
  const auto scene = tui::make_scene(run.info, *run.snapshot, history, events, run.names, state);
  EXPECT_THAT(tui::hop_graph(scene).tiers, testing::IsEmpty());
  EXPECT_THAT(tui::report(scene, tui::ReportExtent::kAll), HasSubstr("FLOW #15"));
}

/// Spine addresses take 37 columns and differ in the last digit. `lossless`: no link loses packets.
Desk with_long_addresses(const std::string& all_but_last, bool lossless) {
  Desk desk(sample::fabric());
  for (auto& flow : desk.run.snapshot->flows) {
    auto moved = std::make_shared<etr::FlowSnapshot>(*flow);
    const std::uint32_t spine = flow->flow % 4 + 1;
    moved->hops[1].address = sample::address(all_but_last + std::to_string(spine));
    moved->hops[1].responders[0].address = *moved->hops[1].address;
    for (etr::HopStats& hop : moved->hops) {
      if (lossless && hop.hop_class == etr::HopClass::kLossy) hop.lost = 0;
    }
    flow = moved;
  }
  desk.history = tui::History();
  desk.state.screen = tui::Screen::kGraph;
  desk.state.flow = 2;
  return desk;
}

TEST(Graph, FoldsVerticesRatherThanCutAnAddress) {
  const std::string wide = "2001:db8:85a3:8d3:1319:8a2e:370:734";  // plus one digit
  Desk desk = with_long_addresses(wide, true);
  EXPECT_THAT(desk.text({40, 84}), HasSubstr(wide + "3"));
  EXPECT_THAT(desk.text({40, 84}), HasSubstr("+3 more"));
  EXPECT_THAT(desk.text({40, 200}), HasSubstr(wide + "1"));
}

TEST(Graph, CutsAddressesToShowTheEndsOfALossyLink) {
  Desk desk = with_long_addresses("2001:db8:85a3:8d3:1319:8a2e:370:734", false);
  EXPECT_THAT(desk.text({40, 84}), HasSubstr("2001:db8:85a…a2e:370:7342"));
  EXPECT_THAT(desk.text({40, 84}), HasSubstr("2001:db8:85a…a2e:370:7343"));
  EXPECT_THAT(desk.text({40, 84}), HasSubstr("+2 more"));
  EXPECT_THAT(desk.text({40, 120}),
              HasSubstr("loss on 2001:db8:85a3:8d3:1319:8a2e:370:7342 > 10.2.3.1 (TTL 3)"));
}

std::string lines(const tui::Wiring& wiring, int columns) {
  tui::Grid grid({tui::wiring_rows(wiring), columns});
  tui::draw_wiring(grid, 0, wiring);
  return grid.text();
}

TEST(Wiring, FansOut) {
  EXPECT_EQ(
      lines({{8}, {2, 8, 14}, {{0, 0, true, false}, {0, 1, false, false}, {0, 2, false, false}}},
            20),
      "   ┌────┴┬─────┐\n");
}

TEST(Wiring, DrawsAStraightLineWhereNoOtherMeets) {
  EXPECT_EQ(lines({{4, 10}, {4, 10}, {{0, 0, false, false}, {1, 1, true, false}}}, 20),
            "    │     │\n");
}

TEST(Wiring, InterruptsALaneWhereALineCrosses) {
  EXPECT_EQ(lines({{4, 10}, {4, 10}, {{0, 1, false, false}, {1, 0, false, false}}}, 20),
            "    └─────│┐\n"
            "     ┌────┘│\n");
}

TEST(Wiring, MarksLossOverTheSelectedPath) {
  tui::Wiring wiring{{8}, {2, 14}, {{0, 0, true, false}, {0, 1, false, true}}};
  tui::Grid grid({1, 20});
  tui::draw_wiring(grid, 0, wiring);
  EXPECT_EQ(grid.at(0, 3).role, tui::Role::kHighlight);
  EXPECT_EQ(grid.at(0, 6).role, tui::Role::kHighlight);
  EXPECT_EQ(grid.at(0, 12).role, tui::Role::kLossHigh);
  EXPECT_EQ(grid.at(0, 15).role, tui::Role::kLossHigh);
}

TEST(Theme, FindsTheNearestOf256Colours) {
  EXPECT_EQ(tui::nearest_of_256(0x000000), 16);
  EXPECT_EQ(tui::nearest_of_256(0xffffff), 231);
  EXPECT_EQ(tui::nearest_of_256(0xff0000), 196);
  EXPECT_EQ(tui::nearest_of_256(0x808080), 244);
}

TEST(Theme, HonoursNoColorAndTheColoursOfTheTerminal) {
  EXPECT_EQ(tui::choose_palette(256, nullptr), tui::Palette::kTwoHundredFiftySix);
  EXPECT_EQ(tui::choose_palette(8, nullptr), tui::Palette::kEight);
  EXPECT_EQ(tui::choose_palette(-1, nullptr), tui::Palette::kMonochrome);
  EXPECT_EQ(tui::choose_palette(256, "1"), tui::Palette::kMonochrome);
  EXPECT_EQ(tui::choose_palette(256, ""), tui::Palette::kTwoHundredFiftySix);
}

TEST(Theme, DistinguishesLossAndSelectionWithoutColour) {
  for (const tui::Theme theme : {tui::Theme::kDark, tui::Theme::kLight}) {
    const auto mono = [theme](tui::Role role) {
      return tui::paint(theme, tui::Palette::kMonochrome, role);
    };
    EXPECT_EQ(mono(tui::Role::kLossHigh).foreground, tui::kDefaultColour);
    EXPECT_FALSE(mono(tui::Role::kLossHigh) == mono(tui::Role::kText));
    EXPECT_FALSE(mono(tui::Role::kLossHigh) == mono(tui::Role::kLossMedium));
    EXPECT_FALSE(mono(tui::Role::kSelectedFocused) == mono(tui::Role::kText));
    for (std::size_t i = 0; i < tui::kRoleCount; ++i) {
      const tui::Paint eight = tui::paint(theme, tui::Palette::kEight, static_cast<tui::Role>(i));
      EXPECT_LT(eight.foreground, 8);
      EXPECT_LT(eight.background, 8);
    }
  }
}

TEST(Report, ContainsTheTableAndTheSelectedFlow) {
  Desk desk(sample::fabric());
  desk.type("jjj");
  const std::string text = tui::report(desk.scene(), tui::ReportExtent::kScreen);
  EXPECT_THAT(text, HasSubstr("ECMP Traceroute to www.example.net"));
  EXPECT_THAT(text, HasSubstr("#15"));
  EXPECT_THAT(text, HasSubstr("FLOW #3"));
  EXPECT_THAT(text, HasSubstr("probes sent"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Report, ListsAtMost32FlowsOnScreenAndAllInAFile) {
  Desk desk(sample::large(200, 10));
  EXPECT_THAT(tui::report(desk.scene(), tui::ReportExtent::kScreen),
              HasSubstr("... and 168 more flows"));
  const std::string all = tui::report(desk.scene(), tui::ReportExtent::kAll);
  EXPECT_THAT(all, HasSubstr("FLOW #199"));
}

TEST(Report, NeverOverwritesAnExistingFile) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / "etr_tui_report.txt";
  std::filesystem::remove(file);
  EXPECT_EQ(tui::save_text(file.string(), "one\n"), "");
  EXPECT_THAT(tui::save_text(file.string(), "two\n"), HasSubstr("File exists"));
  EXPECT_EQ(etr::test::read_file(file), "one\n");
  EXPECT_THAT(tui::save_text("/nonexistent/x", "two\n"), HasSubstr("cannot save to"));
  std::filesystem::remove(file);
}

}  // namespace
