// What a report says is wrong: loss, flows that do not arrive, routes that move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/flapping_graph.h"
#include "tests/plugins/views/plain/run_report_fixture.h"

namespace plain {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RunReport, CountsFlowsThatDoNotReachTheTarget) {
  etr::FlowSnapshot dark = flow(1, 1, three_hops(1ms));
  dark.reached = false;
  dark.distance.reset();
  dark.hops.back().responders.front().address = address("192.0.2.8");
  etr::FlowSnapshot blocked = flow(2, 1, three_hops(1ms));
  blocked.blocked = etr::Blocked{3, address("192.0.2.7"), 3, 13};
  const etr::FlowSnapshot whole = flow(0, 0, three_hops(1ms));
  EXPECT_THAT(report({whole, dark}),
              HasSubstr("\n\n1 of 2 flows does not reach the target\n\nPath "));
  EXPECT_THAT(report({whole, dark, blocked}),
              HasSubstr("\n2 of 3 flows do not reach the target\n"));
  EXPECT_THAT(report({whole}), Not(HasSubstr("not reach")));
}

TEST(RunReport, ShowsNoLossOfATargetThatNeverReplied) {
  etr::FlowSnapshot dark = flow(0, 0, three_hops(1ms));
  dark.distance.reset();
  const std::string text = report({dark});
  EXPECT_THAT(text, HasSubstr("1  50000  (not reached)"));
  dark.blocked = etr::Blocked{3, address("192.0.2.7"), 3, 13};
  EXPECT_THAT(report({dark}), HasSubstr("(blocked at 3 by 192.0.2.7: unreachable 3/13 filtered)"));
}

TEST(RunReport, NamesALoopInsteadOfNotReached) {
  std::vector<etr::HopStats> hops;
  for (const char* router :
       {"192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.3", "192.0.2.4", "192.0.2.3"}) {
    const auto ttl = static_cast<std::uint8_t>(hops.size() + 1);
    hops.push_back(hop(ttl, 10, 0, etr::HopClass::kAnswering, {responder(router, 10, 1ms)}));
    hops.back().address = address(router);
  }
  etr::FlowSnapshot looping = flow(0, 0, hops);
  looping.reached = false;
  looping.distance.reset();
  const std::string text = report({looping});
  EXPECT_THAT(text, HasSubstr("1  50000  (loop TTL 2-6)"));
  EXPECT_THAT(text, HasSubstr("\nloop TTL 2-6: 192.0.2.3, 192.0.2.4\n"));
}

TEST(RunReport, SaysThatTheTargetActsAsARouter) {
  std::vector<etr::HopStats> hops = three_hops(1ms);
  hops.front().responders.front().address = address("192.0.2.9");
  EXPECT_THAT(report({flow(0, 0, hops)}),
              HasSubstr("\ntarget answers with time exceeded (TTL 1)\n"));
}

TEST(RunReport, ShowsNoLossOfABlockedFlow) {
  etr::FlowSnapshot dark = flow(0, 0, three_hops(1ms));
  dark.blocked = etr::Blocked{3, address("192.0.2.7"), 3, 13};
  EXPECT_THAT(report({dark}), HasSubstr("845425ea     3        -        -        -        -"));
}

TEST(RunReport, NamesLossyLinksAfterThePaths) {
  using Class = etr::HopClass;
  const auto over = [](std::uint32_t index, const std::string& middle, std::uint64_t lost) {
    const Class hop_class = lost == 0 ? Class::kAnswering : Class::kLossy;
    std::vector<etr::HopStats> hops{
        hop(1, 100, 0, Class::kAnswering, {responder("192.0.2.2", 100, 1ms)}),
        hop(2, 100 - lost, lost, hop_class, {responder(middle, 100 - lost, 2ms)}),
        hop(3, 100 - lost, lost, hop_class, {responder("192.0.2.9", 100 - lost, 3ms)})};
    return flow(index, index % 2, hops);
  };
  const std::string text = report({over(0, "192.0.2.3", 20), over(1, "192.0.2.4", 0),
                                   over(2, "192.0.2.3", 20), over(3, "192.0.2.4", 0)});
  EXPECT_THAT(text,
              testing::ContainsRegex(
                  "50001,50003\n\nloss on gw.example [(]192.0.2.2[)] > 192.0.2.3 [(]TTL 2[)]: "
                  "20 % [(]1[0-9]-2[0-9] %[)], 2 of 4 flows\n\nPath "));
}

TEST(RunReport, NamesHopsBalancedPerPacket) {
  const std::string text =
      report({flow(0, 0,
                   {hop(1, 10, 0, etr::HopClass::kAnswering,
                        {responder("192.0.2.2", 6, 1ms), responder("192.0.2.3", 4, 2ms)})})});
  EXPECT_THAT(text, HasSubstr("\n\nper-packet balancing at TTL 1: gw.example (192.0.2.2), "
                              "192.0.2.3\n\nPath "));
}

TEST(RunReport, NamesTheRouterBeforeAFlappingRoute) {
  etr::Snapshot snapshot;
  snapshot.flows = {std::make_shared<const etr::FlowSnapshot>(flow(0, 0, three_hops(1ms)))};
  snapshot.graphs = {etr::test::flapping_graph()};
  NoNames names;
  EXPECT_THAT(RunReport().text(etr::test::sample_run(), snapshot, names, {}),
              HasSubstr("\n\nflapping beyond 10.9.1.1 (TTL 1): 10.9.2.1, 10.9.2.2\n\nPath "));
}

// Whoever reads of loss below has to know it first.
TEST(RunReport, SaysFirstThatRepliesCameAfterTheTimeout) {
  etr::Snapshot snapshot;
  snapshot.flows = {std::make_shared<const etr::FlowSnapshot>(flow(0, 0, three_hops(1ms)))};
  snapshot.graphs = {etr::test::flapping_graph()};
  snapshot.counters.replies = 100;
  snapshot.counters.late = 10;
  NoNames names;
  const std::string text = RunReport().text(etr::test::sample_run(), snapshot, names, {});
  EXPECT_EQ(text.find("\n10 replies came after the timeout of "), 0U) << text;
}

}  // namespace
}  // namespace plain
