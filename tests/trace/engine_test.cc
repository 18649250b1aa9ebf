// The engine on simulated networks: its records show what the network did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::nested;
using simulation::testing::target_address;
using simulation::testing::unequal;

struct Kind {
  Protocol protocol;
  Family family;
};

class EveryProtocolAndFamily : public ::testing::TestWithParam<Kind> {
 protected:
  EngineRunOptions options() const { return options_for(GetParam().protocol, GetParam().family); }
};
INSTANTIATE_TEST_SUITE_P(
    All, EveryProtocolAndFamily,
    ::testing::Values(Kind{Protocol::kTcp, Family::kIpv4}, Kind{Protocol::kTcp, Family::kIpv6},
                      Kind{Protocol::kUdp, Family::kIpv4}, Kind{Protocol::kUdp, Family::kIpv6}),
    [](const auto& suite) {
      return std::string(suite.param.protocol == Protocol::kTcp ? "Tcp" : "Udp") +
             (suite.param.family == Family::kIpv4 ? "Ipv4" : "Ipv6");
    });

/// Each record has exactly the hops of the network, up to the target.
void expect_true_and_complete(const EngineRun& run) {
  ASSERT_FALSE(run.observer.paths.empty());
  for (const Path& path : run.observer.paths) {
    const auto truth = run.truth(path, 0s);
    ASSERT_EQ(path.hops.size(), truth.size()) << "flow " << path.flow << " round " << path.round;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      ASSERT_TRUE(path.hops[i].reply) << "flow " << path.flow << " ttl " << i + 1;
      EXPECT_EQ(path.hops[i].reply->source, truth[i]) << "flow " << path.flow << " ttl " << i + 1;
    }
    EXPECT_TRUE(path.reached);
    EXPECT_TRUE(path.complete);
  }
}

TEST_P(EveryProtocolAndFamily, RecordsEveryHopOfALine) {
  EngineRun run(line(9), options());
  run.run();
  EXPECT_EQ(run.observer.paths.size(), 15U);
  expect_true_and_complete(run);
}

TEST_P(EveryProtocolAndFamily, RecordsEachFlowsOwnBranch) {
  for (const simulation::Network& network : {diamond(2), diamond(16), nested(4, 4), unequal()}) {
    EngineRunOptions wanted = options();
    wanted.plan.flows = 64;
    EngineRun run(network, wanted);
    run.run();
    EXPECT_EQ(run.observer.paths.size(), 64U * 3);
    expect_true_and_complete(run);
  }
}

// Defect B6 of the Go etr, docs/compatibility.md: with `-i 0`, octets of one TTL left in probes of
// another.
TEST_P(EveryProtocolAndFamily, IsJustAsExactWithoutAnyPacing) {
  EngineRunOptions wanted = options();
  wanted.plan.flows = 64;
  wanted.plan.ttl_delay = 0s;
  wanted.engine.rate = 0;
  EngineRun run(nested(4, 4), wanted);
  run.run();
  expect_true_and_complete(run);
}

TEST_P(EveryProtocolAndFamily, MeasuresTheRttOfEachHop) {
  EngineRun run(line(3, 10ms), options());
  run.run();
  for (const Path& path : run.observer.paths) {
    for (const Hop& hop : path.hops) {
      ASSERT_TRUE(hop.reply && hop.reply->rtt);
      EXPECT_EQ(*hop.reply->rtt, hop.ttl * 20ms);
      EXPECT_FALSE(hop.reply->user_clock);
    }
  }
}

}  // namespace
}  // namespace etr::testing
