// Paths, their hops and responders, and branch points that do not keep a flow on one path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugins/views/tui/report.h"
#include "plugins/views/tui/screen.h"
#include "tests/plugins/views/tui/screen_fixture.h"
#include "tests/support/flapping_graph.h"

namespace {

using sample::Desk;
using sample::kUsual;
using sample::kWide;
using testing::HasSubstr;
using testing::Not;

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

}  // namespace
