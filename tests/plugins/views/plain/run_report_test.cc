// The tables of a report: paths, and the hops of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plugins/views/plain/run_report_fixture.h"

namespace plain {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RunReport, ListsUniquePathsThenTheirHops) {
  const std::string text = report(
      {flow(0, 0, three_hops(10ms)), flow(1, 1, three_hops(20ms)), flow(2, 0, three_hops(10ms))});
  EXPECT_EQ(text, R"(
target.example (192.0.2.9)  TCP port 443: 3 flows, 10 rounds, 2 paths

Path      Hops    Loss%      Avg     Best     Wrst    StDev  Flows  Source ports
845425ea     3    10.0%    20.00    20.00    20.00     0.00      2  50000,50002
6ceacc8b     3    10.0%    40.00    40.00    40.00     0.00      1  50001

Path 845425ea, source ports 50000,50002
 TTL  Host                      Loss%    Snt     Last      Avg     Best     Wrst    StDev
   1  gw.example (192.0.2.2)     0.0%     20    10.00    10.00    10.00    10.00     0.00
   2  ???                      silent     20        -        -        -        -        -
   3  192.0.2.9                 10.0%     20    20.00    20.00    20.00    20.00     0.00

Path 6ceacc8b, source port 50001
 TTL  Host                      Loss%    Snt     Last      Avg     Best     Wrst    StDev
   1  gw.example (192.0.2.2)     0.0%     10    20.00    20.00    20.00    20.00     0.00
   2  ???                      silent     10        -        -        -        -        -
   3  192.0.2.9                 10.0%     10    40.00    40.00    40.00    40.00     0.00
)");
}

TEST(RunReport, ShowsLimitedInsteadOfAPercentage) {
  const std::string text =
      report({flow(0, 0,
                   {hop(1, 3, 7, etr::HopClass::kLimited, {responder("192.0.2.2", 3, 1ms)}),
                    hop(2, 10, 0, etr::HopClass::kAnswering, {responder("192.0.2.9", 10, 2ms)})})});
  EXPECT_THAT(text, HasSubstr("limited     10"));
  EXPECT_THAT(text, Not(HasSubstr("70.0%")));
}

TEST(RunReport, MarksLossOfAHopOfUnknownClass) {
  const std::string text =
      report({flow(0, 0,
                   {hop(1, 1, 1, etr::HopClass::kUnknown, {responder("192.0.2.2", 1, 1ms)}),
                    hop(2, 2, 0, etr::HopClass::kUnknown, {responder("192.0.2.9", 2, 2ms)})})});
  EXPECT_THAT(text, HasSubstr(" 50.0%?      2"));
  EXPECT_THAT(text, HasSubstr("  0.0%      2"));
  EXPECT_THAT(text, HasSubstr("%?: not answered, but not judged as loss at this hop\n"));
}

TEST(RunReport, DoubtsLossOfAHopOfAnotherClassThanLossy) {
  const std::string text =
      report({flow(0, 0,
                   {hop(1, 39, 1, etr::HopClass::kAnswering, {responder("192.0.2.2", 39, 1ms)}),
                    hop(2, 40, 0, etr::HopClass::kAnswering, {responder("192.0.2.9", 40, 2ms)})})});
  EXPECT_THAT(text, HasSubstr(" 2.5%?     40"));
  EXPECT_THAT(text, HasSubstr("%?: not answered"));
}

// The records call such a hop unknown, so the report may not call it silent.
TEST(RunReport, CallsOnlyHopsOfClassSilentSilent) {
  std::vector<etr::HopStats> hops = three_hops(1ms);
  hops[1].hop_class = etr::HopClass::kUnknown;
  const std::string text = report({flow(0, 0, hops)});
  EXPECT_THAT(text, Not(HasSubstr("silent")));
  EXPECT_THAT(text, testing::ContainsRegex("\n   2  [?]{3} +- +10 +- "));
}

// Defect A23 of the Go etr, docs/compatibility.md: it took the mean of means.
TEST(RunReport, PoolsMeanAndDeviationBySamples) {
  // 1 sample of 10 ms, and 3 of 18, 20, 22 ms (mean 20, deviation 2): together mean 17.5 ms and
  // deviation sqrt((56.25 + 0.25 + 6.25 + 20.25) / 3) = 5.26 ms.
  const std::string text = report(
      {flow(0, 0, {hop(1, 1, 0, etr::HopClass::kAnswering, {responder("192.0.2.9", 1, 10ms)})}),
       flow(1, 0,
            {hop(1, 3, 0, etr::HopClass::kAnswering, {responder("192.0.2.9", 3, 20ms, 2)})})});
  EXPECT_THAT(text, HasSubstr("    17.50    10.00    20.00     5.26\n"));
}

TEST(RunReport, ListsFurtherRespondersBelowTheFirst) {
  const std::string text =
      report({flow(0, 0,
                   {hop(1, 10, 0, etr::HopClass::kAnswering,
                        {responder("192.0.2.2", 6, 1ms), responder("192.0.2.3", 4, 2ms)})})});
  EXPECT_THAT(text, HasSubstr("   1  gw.example (192.0.2.2)     0.0%     10     1.00"));
  EXPECT_THAT(text, HasSubstr("      192.0.2.3                           +4     2.00"));
}

TEST(RunReport, MarksPathsThatAllFlowsHaveLeft) {
  etr::Path before = etr::test::sample_path();
  before.path_id = 9;
  before.path_hash = "33d71695";
  etr::GraphPath left;
  left.id = before.path_id;
  left.hash = before.path_hash;
  left.flows = std::make_shared<const std::vector<etr::GraphFlow>>();
  const std::string text =
      report({flow(2, 0, three_hops(1ms))}, {before}, etr::test::sample_run(), {}, {left});
  EXPECT_THAT(text, HasSubstr("1 flow, 10 rounds, 1 path and 1 left\n"));
  EXPECT_THAT(
      text,
      HasSubstr("33d71695     3        -        -        -        -        -      0  (left)\n"));
  EXPECT_THAT(text, Not(HasSubstr("Path 33d71695"))) << "a path that was left has no hop table";
}

TEST(RunReport, ListsNoPathThatAFlowWasOnlyThoughtToBeOn) {
  etr::Path guess = etr::test::sample_path();
  guess.path_id = 9;
  guess.path_hash = "33d71695";
  const std::string text = report({flow(2, 0, three_hops(1ms))}, {guess});
  EXPECT_THAT(text, HasSubstr("1 flow, 10 rounds, 1 path\n"));
  EXPECT_THAT(text, Not(HasSubstr("33d71695")));
}

TEST(RunReport, ListsNoFlowThatHasLeftThePath) {
  etr::Path before = etr::test::sample_path();  // Flow 2, port 50002.
  before.path_id = 0;
  EXPECT_THAT(report({flow(0, 0, three_hops(1ms)), flow(2, 1, three_hops(1ms))}, {before}),
              HasSubstr("    1  50000\n"));
}

// Defect A7 of the Go etr, docs/compatibility.md: it showed hops of the old path on the new one.
TEST(RunReport, SeparatesRespondersOfEarlierPaths) {
  std::vector<etr::HopStats> hops = three_hops(5ms);
  hops[0].former = {responder("192.0.2.3", 6, 1ms)};
  hops[1].former = {responder("192.0.2.4", 6, 2ms)};
  const std::string text = report({flow(0, 0, hops)});
  EXPECT_THAT(text, testing::ContainsRegex("   1  gw.example .* 10 .*\n"
                                           "      192.0.2.3 +\\+6 .*  before the path changed\n"
                                           "   2  [?]{3} +silent +10 +- .*\n"
                                           "      192.0.2.4 +\\+6 .*  before the path changed\n"));
}

TEST(RunReport, CallsAPortOpenThatSentASynAckToAnyFlow) {
  const auto ending = [](std::uint32_t index, etr::ReplyKind kind) {
    std::vector<etr::HopStats> hops = three_hops(1ms);
    hops.back().responders.front().kind = kind;
    return flow(index, 0, hops);
  };
  const std::string text =
      report({ending(0, etr::ReplyKind::kSynAck), ending(1, etr::ReplyKind::kReset)});
  EXPECT_THAT(text, HasSubstr("  syn-ack\n"));
  EXPECT_THAT(report({ending(0, etr::ReplyKind::kReset)}), HasSubstr("  rst\n"));
}

TEST(RunReport, FitsTheHopTableIntoTheTerminal) {
  const auto header = [](std::size_t columns) {
    const std::string text =
        report({flow(0, 0, three_hops(1ms))}, {}, etr::test::sample_run(), {48, columns});
    const std::size_t start = text.find(" TTL");
    return text.substr(start, text.find('\n', start) - start);
  };
  const std::size_t whole = header(0).size();
  EXPECT_EQ(header(whole), header(0));
  EXPECT_EQ(header(whole - 1).size(), whole - 12) << "the columns are narrower";
  EXPECT_LE(header(whole - 15).size(), whole - 15) << "hosts are cut";
  EXPECT_THAT(header(10), HasSubstr("StDev"));
}

TEST(RunReport, ListsFlowsWithTheSamePathIdInOneRow) {
  etr::FlowSnapshot other = flow(1, 0, three_hops(10ms));
  other.hops[1].address = address("192.0.2.4");  // Silent for the other flow.
  const std::string text = report({flow(0, 0, three_hops(10ms)), other});
  EXPECT_THAT(text, HasSubstr("2 flows, 10 rounds, 1 path\n"));
  EXPECT_THAT(text, HasSubstr("      2  50000-50001\n"));
}

// Defect A8 of the Go etr, docs/compatibility.md: the hash skips silent hops, so it does not
// identify a path.
TEST(RunReport, SeparatesPathsWithSilentHopsAtDifferentTtls) {
  using Class = etr::HopClass;
  const std::vector<etr::HopStats> a{
      hop(1, 9, 0, Class::kAnswering, {responder("192.0.2.2", 9, 1ms)}),
      hop(2, 0, 9, Class::kSilent, {}),
      hop(3, 9, 0, Class::kAnswering, {responder("192.0.2.9", 9, 1ms)})};
  const std::vector<etr::HopStats> b{
      hop(1, 0, 9, Class::kSilent, {}),
      hop(2, 9, 0, Class::kAnswering, {responder("192.0.2.2", 9, 1ms)}),
      hop(3, 9, 0, Class::kAnswering, {responder("192.0.2.9", 9, 1ms)})};
  etr::FlowSnapshot second = flow(1, 1, b);
  second.path_hash = "845425ea";
  EXPECT_THAT(report({flow(0, 0, a), second}), HasSubstr("2 flows, 10 rounds, 2 paths\n"));
}

TEST(RunReport, DoesNotCountAmbiguousPaths) {
  etr::FlowSnapshot doubtful = flow(1, 1, three_hops(10ms));
  doubtful.path_knowledge = etr::PathKnowledge::kAmbiguous;
  const std::string text = report({flow(0, 0, three_hops(10ms)), doubtful});
  EXPECT_THAT(text, HasSubstr("2 flows, 10 rounds, 1 path\n"));
  EXPECT_THAT(text, HasSubstr("\n6ceacc8b?     3"));
  EXPECT_THAT(text, HasSubstr("\n?: too few hops are known to tell which path it is; not counted"));
}

// Defect A24 of the Go etr, docs/compatibility.md: it counted flows without data as paths.
TEST(RunReport, DoesNotCountFlowsWithoutReplies) {
  etr::FlowSnapshot dark = flow(
      0, 0, {hop(1, 0, 5, etr::HopClass::kSilent, {}), hop(2, 0, 5, etr::HopClass::kSilent, {})});
  dark.path_hash = "00000000";
  dark.distance.reset();
  const std::string text = report({dark});
  EXPECT_THAT(text, HasSubstr("1 flow, 10 rounds, 0 paths\n"));
  EXPECT_THAT(text, HasSubstr("-            -        -        -        -        -        -      1  "
                              "50000  (no answer)\n"));
  EXPECT_THAT(text, Not(HasSubstr("00000000")));
}

// Defect A24 of the Go etr, docs/compatibility.md: it counted silent TTLs as hops.
TEST(RunReport, FoldsAdjacentSilentHops) {
  std::vector<etr::HopStats> hops{
      hop(1, 5, 0, etr::HopClass::kAnswering, {responder("192.0.2.2", 5, 1ms)})};
  for (std::uint8_t ttl = 2; ttl <= 30; ++ttl) {
    hops.push_back(hop(ttl, 0, 5, etr::HopClass::kSilent, {}));
  }
  etr::FlowSnapshot dark = flow(0, 0, hops);
  dark.distance.reset();
  const std::string text = report({dark});
  EXPECT_THAT(text, HasSubstr("845425ea    1+        -")) << "only the first hop replied";
  EXPECT_THAT(text, HasSubstr("\n2-30  ???                      silent    145        -"));
  EXPECT_THAT(text, Not(HasSubstr("  3  ???")));
}

// A target that stops answering: higher TTLs are probed less often, and are not judged yet.
TEST(RunReport, FoldsAllHopsBeyondTheLastReply) {
  std::vector<etr::HopStats> hops = three_hops(1ms);
  for (std::uint8_t ttl = 4; ttl <= 22; ++ttl) {
    hops.push_back(hop(ttl, 0, 2, ttl < 9 ? etr::HopClass::kSilent : etr::HopClass::kUnknown, {}));
  }
  etr::FlowSnapshot dark = flow(0, 0, hops);
  dark.distance.reset();
  EXPECT_THAT(report({dark}),
              testing::ContainsRegex("\n   3  192.0.2.9 .*\n4-22  [?]{3} +silent +38 .*\n$"));
}

etr::Path record_of(std::uint32_t flow, std::uint32_t path_id) {
  etr::Path path = etr::test::sample_path();
  path.flow = flow;
  path.path_id = path_id;
  path.hops[0].reply->rtt = 99ms;
  return path;
}

TEST(RunReport, ShowsTheLastRttOfTheFlowHeardLast) {
  const std::vector<etr::FlowSnapshot> flows{flow(0, 0, three_hops(1ms)),
                                             flow(1, 0, three_hops(2ms))};
  EXPECT_THAT(report(flows, {record_of(0, 0), record_of(1, 0)}),
              HasSubstr("20     2.00     1.50     1.00     2.00"));
  EXPECT_THAT(report(flows, {record_of(1, 0), record_of(0, 0)}),
              HasSubstr("20     1.00     1.50     1.00     2.00"));
}

TEST(RunReport, TakesAllColumnsOfARowFromTheFlowsOnThePath) {
  EXPECT_THAT(report({flow(0, 0, three_hops(1ms)), flow(1, 1, three_hops(2ms))},
                     {record_of(0, 0), record_of(1, 0)}),
              HasSubstr("10     1.00     1.00     1.00     1.00"));
}

TEST(RunReport, HasASectionPerTarget) {
  etr::RunInfo run = etr::test::sample_run();
  run.traces.push_back({1, "other.example", address("198.51.100.9"), 443, "TCP"});
  etr::FlowSnapshot second = flow(0, 0, three_hops(3ms));
  second.trace = 1;
  const std::string text = report({flow(0, 0, three_hops(1ms)), second}, {}, run);
  EXPECT_THAT(text,
              HasSubstr("target.example (192.0.2.9)  TCP port 443: 1 flow, 10 rounds, 1 path\n"));
  EXPECT_THAT(text,
              HasSubstr("other.example (198.51.100.9)  TCP port 443: 1 flow, 10 rounds, 1 path\n"));
}

TEST(RunReport, ShowsZeroFlowsBeforeTheFirstRound) {
  EXPECT_EQ(report({}), "\ntarget.example (192.0.2.9)  TCP port 443: 0 flows, 0 rounds, 0 paths\n");
}

}  // namespace
}  // namespace plain
