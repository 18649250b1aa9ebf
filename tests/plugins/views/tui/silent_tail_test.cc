// Hops beyond the last one that answered: a target that stops answering is probed up to the highest
// TTL, and must not fill the screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/views/tui/report.h"
#include "tests/plugins/views/tui/screen_fixture.h"

namespace {

using sample::Desk;
using sample::kWide;
using testing::HasSubstr;
using testing::Not;

/// Flows whose target answered at TTL 6 and does so no longer; probed to TTL 22 since.
Desk black_hole(std::uint32_t flows = 1) {
  Desk desk(sample::fabric(flows));
  for (auto& each : desk.run.snapshot->flows) {
    auto flow = std::make_shared<etr::FlowSnapshot>(*each);
    flow->reached = false;
    flow->distance.reset();
    for (std::uint8_t ttl = 7; ttl <= 22; ++ttl) {
      etr::HopStats hop;
      hop.ttl = ttl;
      hop.sent = hop.lost = ttl < 12 ? 40 : 2;
      hop.hop_class = ttl < 12 ? etr::HopClass::kSilent : etr::HopClass::kUnknown;
      flow->hops.push_back(hop);
    }
    each = flow;
  }
  desk.history.clear();
  return desk;
}

TEST(SilentTail, IsOneRowInEveryPanel) {
  Desk desk = black_hole();
  EXPECT_THAT(desk.text(kWide), testing::ContainsRegex("\n│ +7 no answer 7-22 +silent +222 +- "));
  for (const char* keys : {"1", "2", "4"}) {
    desk.type(keys);
    const std::string text = desk.text(kWide);
    EXPECT_THAT(text, testing::ContainsRegex("\n│ +6 ")) << text;
    EXPECT_THAT(text, testing::ContainsRegex("\n│ +7 +no answer 7-22 +silent")) << text;
    EXPECT_THAT(text, Not(testing::ContainsRegex("\n│ +8 "))) << text;
  }
}

TEST(SilentTail, IsOneTierOfTheGraph) {
  Desk desk = black_hole(4);
  desk.type("3");
  const std::string text = desk.text(kWide);
  EXPECT_THAT(text, testing::ContainsRegex("\n│ +6 .*203.0.113.80")) << text;
  EXPECT_THAT(text, testing::ContainsRegex("\n│ +7 +no answer 7-22 +silent ×4")) << text;
  EXPECT_THAT(text, Not(testing::ContainsRegex("\n│ +8 "))) << text;
}

TEST(SilentTail, IsOneRowInTheSavedReport) {
  Desk desk = black_hole();
  const std::string report = tui::report(desk.scene(), tui::ReportExtent::kAll);
  EXPECT_THAT(report, testing::ContainsRegex("\n +7 no answer 7-22 .*\n[^\n]"));
  EXPECT_THAT(report, Not(testing::ContainsRegex("\n +8 ")));
}

TEST(SilentTail, IsSelectedAsOneRow) {
  Desk desk = black_hole();
  desk.type("\tG");
  EXPECT_EQ(desk.state.ttl, 7);
  desk.type("k");
  EXPECT_EQ(desk.state.ttl, 6);
}

TEST(SilentTail, IsLeftWhenItsFirstHopAnswers) {
  Desk desk = black_hole();
  desk.type("\tG");
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->hops[6].address = sample::address("10.7.0.1");
  desk.run.snapshot->flows[0] = flow;
  EXPECT_THAT(desk.text(kWide), HasSubstr("no answer 8-22"));
  desk.type("j");
  EXPECT_EQ(desk.state.ttl, 8);
}

TEST(SilentTail, IsNotMadeOfASingleHop) {
  Desk desk = black_hole();
  auto flow = std::make_shared<etr::FlowSnapshot>(*desk.run.snapshot->flows[0]);
  flow->hops.resize(7);
  desk.run.snapshot->flows[0] = flow;
  EXPECT_THAT(desk.text(kWide), testing::ContainsRegex("\n│ +7 [?]{3} +silent"));
}

TEST(SilentTail, CountsPathsThatDoNotReachTheTarget) {
  Desk desk = black_hole(2);
  desk.type("2");
  EXPECT_THAT(desk.text(kWide), HasSubstr("Paths (2 unique of 2 flows, 2 not reached)"));
}

}  // namespace
