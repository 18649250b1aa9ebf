#include "plugins/views/tui/update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using Kind = etr::Command::Kind;
using sample::Desk;
using sample::kWide;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(Keys, MoveAmongFlowsAndWrapAround) {
  Desk desk(sample::fabric(4));
  desk.type("jj");
  EXPECT_EQ(desk.state.flow, 2U);
  desk.type("\x1b[Bj");
  EXPECT_EQ(desk.state.flow, 0U);
  desk.type("h");
  EXPECT_EQ(desk.state.flow, 3U);
  desk.type("\x1b[C");
  EXPECT_EQ(desk.state.flow, 0U);
}

TEST(Keys, MoveAmongHopsWhenTheDetailHasTheFocus) {
  Desk desk(sample::fabric(4));
  desk.type("\tjj");
  EXPECT_TRUE(desk.state.detail_focus);
  EXPECT_EQ(desk.state.ttl, 3);
  EXPECT_EQ(desk.state.flow, 0U);
  desk.type("l");  // as in the Go etr, flows change only while the summary has the focus
  EXPECT_EQ(desk.state.flow, 0U);
  desk.type("jjjjjjjjj");
  EXPECT_EQ(desk.state.ttl, 6);
  desk.type("\t\t");
  EXPECT_EQ(desk.state.ttl, 1) << "the detail starts at its first row";
}

TEST(Keys, SendCommandsToTheRun) {
  Desk desk(sample::fabric(4));
  EXPECT_EQ(desk.type("q").command.kind, Kind::kQuit);
  EXPECT_EQ(desk.type("\x03").command.kind, Kind::kQuit);
  EXPECT_EQ(desk.type("p").command.kind, Kind::kPause);
  EXPECT_EQ(desk.type("r").command.kind, Kind::kResetStatistics);
  EXPECT_EQ(desk.type("\x1a").command.kind, Kind::kSuspend);
  EXPECT_EQ(desk.type("j").command.kind, Kind::kRedraw);
  EXPECT_EQ(desk.type("+").command.kind, Kind::kSetRoundInterval);
  EXPECT_EQ(desk.type("+").command.interval, seconds(5));
  EXPECT_EQ(desk.type("-").command.interval, seconds(1));
}

TEST(Keys, StepTheRoundIntervalWithinBounds) {
  EXPECT_EQ(tui::next_interval(milliseconds(1500), true), seconds(2));
  EXPECT_EQ(tui::next_interval(milliseconds(1500), false), seconds(1));
  EXPECT_EQ(tui::next_interval(milliseconds(100), false), milliseconds(100));
  EXPECT_EQ(tui::next_interval(milliseconds(50), false), milliseconds(50));
  EXPECT_EQ(tui::next_interval(seconds(60), true), seconds(60));
  EXPECT_EQ(tui::next_interval(seconds(90), true), seconds(90));
}

TEST(Keys, OpenAPathAsAFilterAndLeaveItWithEscape) {
  Desk desk(sample::fabric(32));
  desk.type("2j\r");
  EXPECT_EQ(desk.state.screen, tui::Screen::kFlows);
  ASSERT_TRUE(desk.state.filter_path.has_value());
  const tui::Scene shown = desk.scene();
  EXPECT_EQ(shown.flows.size(), 2U);
  EXPECT_EQ(shown.all.size(), 32U);
  for (const auto* flow : shown.flows) EXPECT_EQ(flow->path_hash, shown.path_filtered_for);
  EXPECT_THAT(desk.text(kWide), HasSubstr("Summary (2 of 32 flows, 1 unique path) on path"));
  desk.type("\x1b");
  EXPECT_EQ(desk.scene().flows.size(), 32U);
}

TEST(Keys, FilterByPortHashAddressAndName) {
  Desk desk(sample::fabric());
  const auto matching = [&desk](const std::string& text) {
    desk.type("F/" + text + "\r");
    return desk.scene().flows.size();
  };
  EXPECT_EQ(matching("50003"), 1U);
  EXPECT_EQ(matching("#7"), 1U);
  EXPECT_EQ(matching("SPINE3"), 4U);
  EXPECT_EQ(matching("10.2.4."), 4U);
  EXPECT_EQ(matching(desk.run.snapshot->flows[5]->path_hash), 1U);
  EXPECT_EQ(matching("nobody"), 0U);
  EXPECT_THAT(desk.text(kWide), HasSubstr("no flow matches the filter"));
  desk.type("F");
  EXPECT_EQ(desk.scene().flows.size(), 16U);
}

TEST(Keys, EditAPromptAndCancelIt) {
  Desk desk(sample::fabric());
  desk.type("/spü\x7f\x7fx");
  ASSERT_TRUE(desk.state.prompt.has_value());
  EXPECT_EQ(desk.state.prompt->text, "sx");
  desk.type("q");  // in a prompt a letter, not a command
  EXPECT_EQ(desk.state.prompt->text, "sxq");
  desk.type("\x1b");
  EXPECT_FALSE(desk.state.prompt.has_value());
  EXPECT_EQ(desk.state.filter, "");
  EXPECT_EQ(desk.type("/abc\x03").command.kind, Kind::kQuit);
}

TEST(Keys, ChooseColumnsByLetterAndRefuseOthers) {
  Desk desk(sample::fabric());
  desk.type("o\x15lspqt\r");
  EXPECT_EQ(desk.state.columns, "LSPQT");
  EXPECT_THAT(desk.text(kWide), HasSubstr("P95"));
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("Worst")));
  desk.type("o\x15LK?\r");
  EXPECT_EQ(desk.state.columns, "LSPQT");
  EXPECT_THAT(desk.text(kWide), HasSubstr("no such column: K?"));
}

TEST(Keys, SortFlowsWorstFirst) {
  Desk desk(sample::fabric());
  desk.type("tt");
  EXPECT_EQ(desk.scene().flows.front()->flow, 9U) << "the one across the lossy link";
  desk.type("t");
  const auto by_latency = desk.scene().flows;
  EXPECT_EQ(by_latency.front()->flow % 4, 3U) << "the slowest spine";
}

TEST(Keys, SelectTheWorstFlowAfterSorting) {
  Desk desk(sample::fabric());
  desk.type("jjjtt");
  EXPECT_EQ(desk.state.sort, tui::SortBy::kLoss);
  EXPECT_EQ(desk.state.flow, 9U);
  EXPECT_EQ(desk.scene().selected, 0U);
}

TEST(Keys, ToggleNamesAndAddresses) {
  Desk desk(sample::fabric());
  EXPECT_THAT(desk.text(kWide), HasSubstr("gateway.example.net (10.0.0.1)"));
  desk.type("n");
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("(10.0.0.1)")));
  desk.type("n");
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("gateway")));
  desk.type("n");
  EXPECT_THAT(desk.text(kWide), HasSubstr("gateway.example.net (10.0.0.1)"));
}

TEST(Keys, SwitchBetweenTargets) {
  Desk desk(sample::fabric(4));
  desk.run.info.traces.push_back({7, "other.example", sample::address("2001:db8::1"), 53, "UDP"});
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->trace = 7;
  flow->source_port = 61000;
  desk.run.snapshot->flows.push_back(flow);
  EXPECT_EQ(desk.scene().all.size(), 4U);
  EXPECT_THAT(desk.text(kWide), HasSubstr("[1/2]"));
  desk.type("]");
  EXPECT_EQ(desk.scene().all.size(), 1U);
  EXPECT_THAT(desk.text(kWide), HasSubstr("ECMP Traceroute to other.example (2001:db8::1)"));
  EXPECT_THAT(desk.text(kWide), HasSubstr("61000"));
  desk.type("]");
  EXPECT_EQ(desk.scene().all.size(), 4U);
}

TEST(Keys, ScrollEventsBackFromTheNewest) {
  Desk desk(sample::fabric());
  for (int i = 0; i < 100; ++i) {
    etr::Event event;
    event.text = "number " + std::to_string(i);
    desk.events.add(event);
  }
  desk.type("e");
  EXPECT_THAT(desk.text(kWide), HasSubstr("number 99"));
  desk.type("g");
  const tui::Frame frame = tui::draw_frame(desk.scene(), kWide);
  desk.state.scroll = std::min(desk.state.scroll, frame.scroll_end);
  EXPECT_THAT(desk.text(kWide), HasSubstr("path-change"));
  EXPECT_THAT(desk.text(kWide), Not(HasSubstr("number 99")));
  desk.type("G");
  EXPECT_THAT(desk.text(kWide), HasSubstr("number 99"));
}

TEST(Keys, ProposeAFileNameWithoutSlashes) {
  Desk desk(sample::fabric());
  desk.run.info.traces[0].target = "../../etc/passwd\x1b";
  desk.type("s");
  EXPECT_THAT(desk.state.prompt->text, Not(HasSubstr("/")));
  const tui::Outcome outcome = desk.type("\x15out.txt\r");
  EXPECT_TRUE(outcome.save);
  EXPECT_EQ(outcome.file, "out.txt");
}

TEST(Help, ListsEveryKey) {
  Desk desk(sample::fabric());
  desk.type("?");
  const std::string text = desk.text({60, 100});
  for (const tui::Binding& binding : tui::bindings()) {
    EXPECT_THAT(text, HasSubstr(std::string(binding.keys)));
    EXPECT_THAT(text, HasSubstr(std::string(binding.help)));
  }
}

}  // namespace
