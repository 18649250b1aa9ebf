#include "etr/loss_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace etr {
namespace {

std::string plain_host(const IpAddress& address) { return address.to_string(); }

void add_hop(PathGraph& graph, std::uint8_t ttl, const std::string& address) {
  GraphVertex vertex;
  vertex.ttl = ttl;
  vertex.address = IpAddress::parse(address);
  graph.vertices.push_back(vertex);
}

/// 10.0.0.1 leads to 10.0.1.1, then silence, then 10.0.3.1; and to 10.0.1.2. 24 flows.
PathGraph sample() {
  PathGraph graph;
  graph.flows = 24;
  add_hop(graph, 1, "10.0.0.1");
  add_hop(graph, 2, "10.0.1.1");
  add_hop(graph, 2, "10.0.1.2");
  add_hop(graph, 3, "silent");
  add_hop(graph, 4, "10.0.3.1");
  graph.edges.resize(5);
  graph.edges[1].from = graph.edges[2].from = 0;
  graph.edges[3].from = 1;
  graph.edges[4].from = 3;
  for (std::uint32_t i = 0; i < 5; ++i) graph.edges[i].to = i;
  return graph;
}

LossyLink loss(std::vector<std::uint32_t> edges, double rate, ConfidenceInterval interval) {
  LossyLink link;
  link.edges = std::move(edges);
  link.rate = rate;
  link.interval = interval;
  link.flows = 3;
  return link;
}

TEST(LossText, SaysThatALostProbeMayHaveBeenOnTheWayToAnotherRouterBalancedPerPacket) {
  PathGraph graph = sample();
  graph.vertices[1].per_packet = graph.vertices[2].per_packet = true;
  EXPECT_EQ(loss_text(graph, loss({1}, 0.1, {0.09, 0.11}), plain_host),
            "loss on one of the links from 10.0.0.1 (TTL 2, balanced per packet): 10 % (9-11 %), "
            "3 of 24 flows");
  EXPECT_EQ(loss_text(graph, loss({3}, 0.1, {0.09, 0.11}), plain_host),
            "loss on one of the links to ??? (TTL 3, balanced per packet): 10 % (9-11 %), "
            "3 of 24 flows");
  EXPECT_EQ(loss_text(graph, loss({1, 3}, 0.1, {0.09, 0.11}), plain_host),
            "loss somewhere on the links along 10.0.0.1 > 10.0.1.1 > ??? "
            "(TTL 2-3, balanced per packet): 10 % (9-11 %), 3 of 24 flows");
}

TEST(LossText, NamesTheEndsOfALinkTheRateAndTheFlows) {
  const PathGraph graph = sample();
  EXPECT_EQ(loss_text(graph, loss({1}, 0.21, {0.16, 0.27}), plain_host),
            "loss on 10.0.0.1 > 10.0.1.1 (TTL 2): 21 % (16-27 %), 3 of 24 flows");
}

TEST(LossText, ShowsThePresentRateWhereItIsNotTheAverage) {
  LossyLink changed = loss({1}, 0.5, {0.46, 0.54});
  changed.now = PresentLoss{1, {0.98, 1}};
  EXPECT_EQ(loss_text(sample(), changed, plain_host),
            "loss on 10.0.0.1 > 10.0.1.1 (TTL 2): 100 % of the last 16 probes, 50 % on average, "
            "3 of 24 flows");
  changed.now = PresentLoss{0, {0, 0.004}};
  EXPECT_EQ(loss_rate_text(changed), "none of the last 16 probes, 50 % on average");
}

TEST(LossText, SaysThatNoFlowIsOnALinkWhoseLossIsRemembered) {
  LossyLink left = loss({1}, 0.21, {0.16, 0.27});
  left.flows = 0;
  EXPECT_EQ(loss_text(sample(), left, plain_host),
            "loss on 10.0.0.1 > 10.0.1.1 (TTL 2): 21 % (16-27 %), "
            "no flow crosses it now");
}

TEST(LossText, SaysThatTheFarEndMayWithholdItsAnswers) {
  LossyLink link = loss({1}, 0.78, {0.72, 0.83});
  link.or_withheld = true;
  EXPECT_EQ(loss_text(sample(), link, plain_host),
            "loss on 10.0.0.1 > 10.0.1.1 (TTL 2), or a limit on replies: 78 % (72-83 %), "
            "3 of 24 flows");
}

TEST(LossText, StartsAtThisHostForTheFirstLink) {
  const PathGraph graph = sample();
  EXPECT_EQ(loss_text(graph, loss({0}, 0.021, {0.004, 0.05}), plain_host),
            "loss on this host > 10.0.0.1 (TTL 1): 2.1 % (0.4-5 %), 3 of 24 flows");
}

TEST(LossText, WritesLinksThatFollowEachOtherAsAChain) {
  const PathGraph graph = sample();
  EXPECT_EQ(loss_text(graph, loss({3, 4, 1}, 1, {0.9, 1}), plain_host),
            "loss somewhere on 10.0.0.1 > 10.0.1.1 > ??? > 10.0.3.1 (TTL 2-4): 100 % (90-100 %), "
            "3 of 24 flows");
}

TEST(LossText, NamesEveryLinkThatCannotBeToldApart) {
  const PathGraph graph = sample();
  EXPECT_EQ(loss_text(graph, loss({2, 4}, 0.5, {0.4, 0.6}), plain_host),
            "loss somewhere on 10.0.0.1 > 10.0.1.2 (TTL 2) or ??? > 10.0.3.1 (TTL 4): "
            "50 % (40-60 %), 3 of 24 flows");
}

TEST(LossText, LeavesSharedLossBetweenTheWayOutAndBack) {
  PathGraph graph = sample();
  EXPECT_EQ(shared_loss_text(graph, plain_host), "");
  graph.shared_loss = loss({0}, 0.05, {0.04, 0.07});
  EXPECT_EQ(shared_loss_text(graph, plain_host),
            "loss on the way to 10.0.0.1 or on the way back: 5 % (4-7 %), all flows");
  graph.shared_loss->or_withheld = true;
  EXPECT_EQ(shared_loss_text(graph, plain_host),
            "loss on the way to 10.0.0.1 or on the way back, or a limit on replies: 5 % (4-7 %), "
            "all flows");
  graph.shared_loss->or_withheld = false;
  graph.shared_loss->edges.clear();
  EXPECT_EQ(shared_loss_text(graph, plain_host),
            "loss on the way out or on the way back: 5 % (4-7 %), all flows");
}

TEST(LateText, SaysThatAnswersCameAfterTheTimeoutIfTheyAreMany) {
  Counters counters;
  counters.replies = 9901;
  counters.late = 99;
  EXPECT_EQ(late_text(counters, std::chrono::milliseconds(500)), "");
  counters.late = 100;
  EXPECT_EQ(late_text(counters, std::chrono::milliseconds(500)),
            "100 replies came after the timeout of 500 ms and count as lost: raise --timeout");
  counters.replies = 1;
  counters.late = 1;
  EXPECT_EQ(late_text(counters, std::chrono::milliseconds(500)), "");
}

TEST(LossText, ListsLossyLinksThenSharedLoss) {
  PathGraph graph = sample();
  EXPECT_THAT(loss_lines(graph, plain_host), testing::IsEmpty());
  graph.lossy_links = {loss({1}, 0.21, {0.16, 0.27})};
  graph.shared_loss = loss({0}, 0.05, {0.04, 0.07});
  EXPECT_THAT(
      loss_lines(graph, plain_host),
      testing::ElementsAre(testing::StartsWith("loss on"), testing::StartsWith("loss on the way")));
}

TEST(HopLossText, MarksWhatIsNotJudgedAsLoss) {
  const auto text = [](HopClass hop_class, std::uint64_t answered, std::uint64_t lost) {
    HopStats stats;
    stats.hop_class = hop_class;
    stats.answered = answered;
    stats.lost = lost;
    PooledHop hop;
    hop.add(stats);
    return hop_loss_text(hop);
  };
  EXPECT_EQ(text(HopClass::kLossy, 9, 1), "10.0%");
  EXPECT_EQ(text(HopClass::kLossy, 0, 9), "100.0%");
  EXPECT_EQ(text(HopClass::kAnswering, 10, 0), "0.0%");
  EXPECT_EQ(text(HopClass::kAnswering, 39, 1), "2.5%?");
  EXPECT_EQ(text(HopClass::kAnswering, 9999, 1), "0.0%") << "nothing is left to doubt";
  EXPECT_EQ(text(HopClass::kUnknown, 1, 2), "66.7%?");
  EXPECT_EQ(text(HopClass::kUnknown, 2, 0), "0.0%");
  EXPECT_EQ(text(HopClass::kUnknown, 0, 2), "-");
  EXPECT_EQ(text(HopClass::kUnknown, 0, 0), "-");
  EXPECT_EQ(text(HopClass::kSilent, 0, 9), "silent");
  EXPECT_EQ(text(HopClass::kLimited, 3, 7), "limited");
}

}  // namespace
}  // namespace etr
