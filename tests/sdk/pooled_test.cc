#include "etr/pooled.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>

namespace etr {
namespace {

using std::chrono::milliseconds;

HopStats hop(HopClass hop_class, std::uint64_t answered, std::uint64_t lost) {
  HopStats stats;
  stats.hop_class = hop_class;
  stats.answered = answered;
  stats.lost = lost;
  return stats;
}

ResponderStats responder(const std::string& address, std::uint64_t received, milliseconds best,
                         milliseconds worst, double mean_ms, double deviation_ms) {
  ResponderStats stats;
  stats.address = IpAddress::parse(address).value();
  stats.received = received;
  stats.best = best;
  stats.worst = stats.last = worst;
  stats.mean_ns = mean_ms * 1e6;
  stats.stddev_ns = deviation_ms * 1e6;
  return stats;
}

TEST(PooledHop, PoolsRttsBySamples) {
  // 10 ms; 18, 20, 22 ms: mean 17.5 ms, squared differences 56.25 + 0.25 + 6.25 + 20.25.
  HopStats first = hop(HopClass::kAnswering, 1, 0);
  first.responders = {responder("10.0.0.1", 1, milliseconds(10), milliseconds(10), 10, 0)};
  HopStats second = hop(HopClass::kAnswering, 3, 0);
  second.responders = {responder("10.0.0.1", 3, milliseconds(18), milliseconds(22), 20, 2)};
  PooledHop pooled;
  pooled.add(first);
  pooled.add(second);
  EXPECT_EQ(pooled.statistics.rtt_samples, 4U);
  EXPECT_DOUBLE_EQ(pooled.statistics.rtt_mean_ns, 17.5e6);
  EXPECT_NEAR(pooled.statistics.rtt_stddev_ns, std::sqrt(83.0 / 3) * 1e6, 1);
  EXPECT_EQ(pooled.statistics.rtt_best, milliseconds(10));
  EXPECT_EQ(pooled.statistics.rtt_worst, milliseconds(22));
  EXPECT_EQ(pooled.statistics.rtt_last, milliseconds(22));
}

TEST(PooledHop, TakesTheRttsOfOneResponderIfAsked) {
  HopStats stats = hop(HopClass::kAnswering, 3, 0);
  stats.responders = {responder("10.0.0.1", 1, milliseconds(10), milliseconds(10), 10, 0),
                      responder("10.0.0.2", 2, milliseconds(20), milliseconds(20), 20, 0)};
  PooledHop pooled;
  pooled.add(stats, stats.responders[1].address);
  EXPECT_EQ(pooled.statistics.answered, 3U);
  EXPECT_EQ(pooled.statistics.rtt_samples, 2U);
  EXPECT_DOUBLE_EQ(pooled.statistics.rtt_mean_ns, 20e6);
}

TEST(PooledHop, CountsNoReplyWithoutRttAsASample) {
  HopStats stats = hop(HopClass::kAnswering, 3, 0);
  stats.responders = {responder("10.0.0.1", 3, milliseconds(0), milliseconds(0), 0, 0)};
  PooledHop pooled;
  pooled.add(stats);
  EXPECT_EQ(pooled.statistics.rtt_samples, 0U);
}

// Of nine flows four were answered at once, and five never: they may not reach this hop.
TEST(PooledHop, DoesNotHideFlowsThatNeverHearAHopWhichAnswersOthers) {
  PooledHop pooled;
  for (int flow = 0; flow < 4; ++flow) pooled.add(hop(HopClass::kAnswering, 60, 0));
  for (int flow = 0; flow < 5; ++flow) pooled.add(hop(HopClass::kSilent, 0, 60));
  ASSERT_TRUE(pooled.loss());
  EXPECT_DOUBLE_EQ(*pooled.loss(), 300.0 / 540);
  EXPECT_TRUE(pooled.uncertain());
  PooledHop both;
  both.add(pooled);
  EXPECT_DOUBLE_EQ(*both.loss(), 300.0 / 540);
}

TEST(PooledHop, CountsNoSilenceAsLoss) {
  PooledHop pooled;
  EXPECT_FALSE(pooled.hop_class.has_value());
  pooled.add(hop(HopClass::kSilent, 0, 9));
  EXPECT_EQ(pooled.hop_class, HopClass::kSilent);
  EXPECT_FALSE(pooled.loss().has_value());
  pooled.add(hop(HopClass::kUnknown, 0, 2));
  EXPECT_EQ(pooled.hop_class, HopClass::kSilent);
  EXPECT_FALSE(pooled.loss().has_value());
  pooled.add(hop(HopClass::kLimited, 3, 7));
  EXPECT_EQ(pooled.hop_class, HopClass::kLimited);
  EXPECT_FALSE(pooled.loss().has_value());
}

TEST(PooledHop, DerivesNoClassOfItsOwn) {
  PooledHop never;
  never.add(hop(HopClass::kUnknown, 0, 9));
  EXPECT_EQ(never.hop_class, HopClass::kUnknown);
  EXPECT_FALSE(never.loss().has_value());
  EXPECT_FALSE(never.uncertain());
  PooledHop always;
  always.add(hop(HopClass::kUnknown, 9, 0));
  EXPECT_EQ(always.hop_class, HopClass::kUnknown);
  EXPECT_EQ(always.loss(), 0.0);
  PooledHop unprobed;
  unprobed.add(hop(HopClass::kUnknown, 0, 0));
  EXPECT_FALSE(unprobed.hop_class.has_value());
}

TEST(PooledHop, TakesTheClassThatSaysMostInAnyOrder) {
  const HopStats never = hop(HopClass::kUnknown, 0, 2);
  const HopStats silent = hop(HopClass::kSilent, 0, 2);
  const HopStats limited = hop(HopClass::kLimited, 1, 2);
  const HopStats answering = hop(HopClass::kAnswering, 9, 0);
  const auto class_of = [](const HopStats& one, const HopStats& other) {
    PooledHop forward;
    forward.add(one);
    forward.add(other);
    PooledHop backward;
    backward.add(other);
    backward.add(one);
    EXPECT_EQ(forward.hop_class, backward.hop_class);
    EXPECT_EQ(forward.loss(), backward.loss());
    PooledHop merged;
    merged.add(one);
    PooledHop second;
    second.add(other);
    merged.add(second);
    EXPECT_EQ(merged.hop_class, forward.hop_class);
    return forward.hop_class;
  };
  EXPECT_EQ(class_of(never, silent), HopClass::kSilent);
  EXPECT_EQ(class_of(never, limited), HopClass::kLimited);
  EXPECT_EQ(class_of(never, answering), HopClass::kAnswering);
  EXPECT_EQ(class_of(silent, answering), HopClass::kAnswering);
  EXPECT_EQ(class_of(hop(HopClass::kUnknown, 1, 1), answering), HopClass::kUnknown);
}

TEST(PooledHop, DoubtsLossOfAnAnsweringHop) {
  PooledHop pooled;
  pooled.add(hop(HopClass::kAnswering, 39, 1));
  EXPECT_EQ(pooled.loss(), 0.025);
  EXPECT_TRUE(pooled.uncertain());
}

TEST(PooledHop, DoubtsLossOfTooFewProbesUntilALinkExplainsIt) {
  PooledHop pooled;
  pooled.add(hop(HopClass::kUnknown, 5, 0));
  EXPECT_FALSE(pooled.uncertain()) << "nothing was lost";
  pooled.add(hop(HopClass::kUnknown, 3, 2));
  EXPECT_TRUE(pooled.uncertain());
  EXPECT_EQ(pooled.loss(), 0.2);
  pooled.add(hop(HopClass::kLossy, 5, 5));
  EXPECT_FALSE(pooled.uncertain());
  EXPECT_EQ(pooled.loss(), 0.35);
}

TEST(PooledHop, TakesTheFiguresOfAVertex) {
  GraphVertex vertex;
  vertex.hop_class = HopClass::kLimited;
  vertex.statistics.answered = 3;
  vertex.statistics.lost = 7;
  vertex.statistics.rtt_samples = 3;
  vertex.statistics.rtt_mean_ns = 1e6;
  const PooledHop pooled(vertex);
  EXPECT_EQ(pooled.hop_class, HopClass::kLimited);
  EXPECT_FALSE(pooled.loss().has_value());
  EXPECT_EQ(pooled.statistics.rtt_samples, 3U);
}

}  // namespace
}  // namespace etr
