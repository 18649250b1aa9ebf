#include "model/hop_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <numeric>
#include <random>

#include "support/packet_builder.h"

namespace etr::model {
namespace {

using namespace std::chrono_literals;
using etr::testing::address;

Reply reply(std::optional<Duration> rtt, const std::string& from = "192.0.2.1") {
  Reply made;
  made.source = address(from);
  made.kind = ReplyKind::kTimeExceeded;
  made.rtt = rtt;
  return made;
}

ResponderStats stats_of(const std::vector<Duration>& rtts) {
  HopStatistics hop;
  for (const Duration rtt : rtts) hop.add_answer(reply(rtt));
  return hop.summarize(1).responders.at(0);
}

TEST(HopStatistics, ReportsLastBestWorstAndMean) {
  const ResponderStats stats = stats_of({20ms, 10ms, 60ms, 30ms});
  EXPECT_EQ(stats.received, 4U);
  EXPECT_EQ(stats.last, 30ms);
  EXPECT_EQ(stats.best, 10ms);
  EXPECT_EQ(stats.worst, 60ms);
  EXPECT_DOUBLE_EQ(stats.mean_ns, 30e6);
}

TEST(HopStatistics, DividesTheVarianceByNMinusOne) {
  EXPECT_DOUBLE_EQ(stats_of({10ms}).stddev_ns, 0);
  EXPECT_NEAR(stats_of({10ms, 20ms}).stddev_ns, std::sqrt(50e12), 1);
  EXPECT_NEAR(stats_of({2ms, 4ms, 4ms, 4ms, 5ms, 5ms, 7ms, 9ms}).stddev_ns, std::sqrt(32e12 / 7),
              1);
}

TEST(HopStatistics, KeepsTheVarianceOfSmallNoiseOnALongRtt) {
  std::mt19937_64 random(5);
  std::uniform_int_distribution<int> noise(-100, 100);
  HopStatistics hop;
  std::vector<double> values;
  for (int i = 0; i < 100000; ++i) {
    const Duration rtt = 100s + Duration(noise(random));
    values.push_back(static_cast<double>(rtt.count() - Duration(100s).count()));
    hop.add_answer(reply(rtt));
  }
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 1e5;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(hop.summarize(1).responders[0].stddev_ns, std::sqrt(squares / (1e5 - 1)), 0.01);
}

TEST(HopStatistics, SmoothsJitterAsInRfc3550) {
  const std::vector<Duration> rtts{10ms, 14ms, 13ms, 20ms, 20ms};
  double jitter = 0;
  for (std::size_t i = 1; i < rtts.size(); ++i) {
    const double difference = std::abs(static_cast<double>((rtts[i] - rtts[i - 1]).count()));
    jitter += (difference - jitter) / 16;
  }
  const ResponderStats stats = stats_of(rtts);
  EXPECT_NEAR(static_cast<double>(stats.jitter.count()), jitter, 1);
  EXPECT_EQ(stats.jitter_last, 0ms);
  EXPECT_EQ(stats.jitter_worst, 7ms);
  EXPECT_EQ(stats.jitter_mean, 3ms);  // (4 + 1 + 7 + 0) / 4
}

TEST(HopStatistics, HasNoJitterBelowTwoSamples) {
  const ResponderStats stats = stats_of({10ms});
  EXPECT_EQ(stats.jitter, 0ns);
  EXPECT_EQ(stats.jitter_mean, 0ns);
  EXPECT_EQ(stats.jitter_worst, 0ns);
}

TEST(HopStatistics, MeasuresJitterAcrossALoss) {
  HopStatistics hop;
  hop.add_answer(reply(10ms));
  hop.add_loss();
  hop.add_answer(reply(13ms));
  EXPECT_EQ(hop.summarize(1).responders[0].jitter_last, 3ms);
}

TEST(HopStatistics, MeasuresNoJitterBetweenResponders) {
  HopStatistics hop;
  hop.add_answer(reply(10ms, "192.0.2.1"));
  hop.add_answer(reply(90ms, "192.0.2.2"));
  hop.add_answer(reply(50ms, "192.0.2.1"));
  hop.add_answer(reply(53ms, "192.0.2.1"));
  const HopStats stats = hop.summarize(1);
  ASSERT_EQ(stats.responders.size(), 2U);
  EXPECT_EQ(stats.responders[0].address, address("192.0.2.1"));
  EXPECT_EQ(stats.responders[0].jitter_worst, 3ms);
  EXPECT_EQ(stats.responders[1].jitter_worst, 0ms);
}

TEST(HopStatistics, CountsRepliesWithoutRttButDoesNotTimeThem) {
  HopStatistics hop;
  hop.add_answer(reply(std::nullopt));
  hop.add_answer(reply(10ms));
  hop.add_answer(reply(std::nullopt));
  hop.add_answer(reply(12ms));
  const ResponderStats stats = hop.summarize(1).responders[0];
  EXPECT_EQ(stats.received, 4U);
  EXPECT_EQ(stats.best, 10ms);
  EXPECT_DOUBLE_EQ(stats.mean_ns, 11e6);
  EXPECT_EQ(stats.jitter_last, 2ms);
}

TEST(HopStatistics, KeepsAPortOpenThatHasSentASynAck) {
  const auto kind_after = [](const std::vector<ReplyKind>& kinds) {
    HopStatistics hop;
    for (const ReplyKind kind : kinds) {
      Reply made = reply(10ms);
      made.kind = kind;
      hop.add_answer(made);
    }
    return hop.summarize(1).responders.at(0).kind;
  };
  using Kind = ReplyKind;
  EXPECT_EQ(kind_after({Kind::kSynAck, Kind::kReset}), Kind::kSynAck);
  EXPECT_EQ(kind_after({Kind::kReset, Kind::kSynAck, Kind::kAck}), Kind::kSynAck);
  EXPECT_EQ(kind_after({Kind::kSynAck, Kind::kUnreachable}), Kind::kUnreachable);
  EXPECT_EQ(kind_after({Kind::kSynAck, Kind::kUnreachable, Kind::kReset}), Kind::kSynAck);
  EXPECT_EQ(kind_after({Kind::kAck, Kind::kReset}), Kind::kReset);
}

TEST(HopStatistics, KeepsQuantilesWithinBestAndWorst) {
  const ResponderStats stats = stats_of({10ms, 10ms, 10ms});
  EXPECT_EQ(stats.p50, 10ms);
  EXPECT_EQ(stats.p99, 10ms);
}

TEST(HopStatistics, CountsVerdictsAndHasNoLossForALimitedHop) {
  HopStatistics hop;
  hop.sent = 5;
  for (int i = 0; i < 3; ++i) hop.add_answer(reply(1ms));
  hop.add_loss();
  HopStats stats = hop.summarize(9);
  EXPECT_EQ(stats.ttl, 9);
  EXPECT_EQ(stats.sent, 5U);
  EXPECT_EQ(stats.answered, 3U);
  EXPECT_EQ(stats.lost, 1U);
  EXPECT_DOUBLE_EQ(stats.loss().value(), 0.25);
  stats.hop_class = HopClass::kLimited;
  EXPECT_FALSE(stats.loss());
}

TEST(HopStatistics, RemembersABoundedNumberOfResponders) {
  HopStatistics hop;
  for (int i = 0; i < 1000; ++i) {
    hop.add_answer(reply(1ms, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  }
  EXPECT_EQ(hop.answered, 1000U);
  EXPECT_EQ(hop.summarize(1).responders.size(), 64U);
}

TEST(HopStatistics, MeasuresNoJitterAroundAResponderBeyondTheBound) {
  HopStatistics hop;
  for (int i = 0; i < 64; ++i) hop.add_answer(reply(1ms, "10.0.0." + std::to_string(i)));
  hop.add_answer(reply(50ms, "10.0.1.1"));  // The 65th.
  hop.add_answer(reply(9ms, "10.0.0.63"));
  EXPECT_EQ(hop.summarize(1).responders.back().jitter_worst, 0ms);
}

// The figures are those of the probes on the new path; the last four former responders are kept.
TEST(HopStatistics, RestartsOnANewPathAndKeepsFormerResponders) {
  HopStatistics hop;
  for (int i = 1; i <= 6; ++i) {
    ++hop.sent;
    hop.add_answer(reply(1ms, "10.0.0." + std::to_string(i)));
    hop.add_loss();
    hop.begin_path();
  }
  Hop round;
  round.asked = 2;  // The first of the two was lost.
  round.verdict = Verdict::kAnswered;
  round.reply = reply(3ms, "10.0.0.5");
  hop.add(round);
  round.asked = 1;
  round.verdict = Verdict::kLost;
  hop.add(round);
  const HopStats stats = hop.summarize(1);
  EXPECT_EQ(stats.sent, 3U);
  EXPECT_EQ(stats.answered, 1U);
  EXPECT_EQ(stats.lost, 2U);
  ASSERT_EQ(stats.responders.size(), 1U);
  EXPECT_EQ(stats.responders[0].best, 3ms);
  // A former responder that answers again is a present one.
  std::vector<std::string> former;
  for (const ResponderStats& responder : stats.former)
    former.push_back(responder.address.to_string());
  EXPECT_EQ(former, (std::vector<std::string>{"10.0.0.3", "10.0.0.4", "10.0.0.6"}));
}

}  // namespace
}  // namespace etr::model
