// A planner other than the built-in one runs in the same engine.
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "support/engine_run.h"
#include "support/one_by_one.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::testing::diamond;
using simulation::testing::target_address;

struct OtherRun {
  OtherRun(int flows, Protocol protocol) : run(diamond(4), options_for(protocol)) {
    auto owned = std::make_unique<OneByOne>(flows);
    planner = owned.get();
    engine =
        std::make_unique<trace::Engine>(trace::EngineOptions{trace::RunKey::from_seed(7)},
                                        std::vector<trace::Target>{{"target", target_address()}},
                                        std::move(owned), run.prober(), hasher, run.transport);
  }

  EngineRun run;
  plugins::Crc32Hasher hasher;
  OneByOne* planner = nullptr;
  std::unique_ptr<trace::Engine> engine;
  RecordingObserver observer;
};

TEST(OtherPlanner, OpensAndClosesFlowsWhileItRuns) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    OtherRun other(24, protocol);
    ASSERT_TRUE(other.engine->start().ok());
    EXPECT_EQ(other.run.transport.reserved_ports(), 1U);
    ASSERT_TRUE(other.engine->run(other.observer).ok());
    ASSERT_EQ(other.observer.paths.size(), 24U);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < 24; ++i) {
      const Path& path = other.observer.paths[i];
      EXPECT_EQ(path.flow, i);
      EXPECT_EQ(path.source_port, 50000 + i);
      EXPECT_TRUE(path.reached && path.complete);
      const auto truth = other.run.truth(path, 0s);
      ASSERT_EQ(path.hops.size(), truth.size());
      for (std::size_t hop = 0; hop < truth.size(); ++hop) {
        ASSERT_TRUE(path.hops[hop].reply);
        EXPECT_EQ(path.hops[hop].reply->source, truth[hop]);
      }
      seen.insert(path.hops[1].reply->source.to_string());
    }
    EXPECT_EQ(seen.size(), 4U);
    EXPECT_GT(other.planner->responders, 24);
    EXPECT_EQ(other.run.transport.reserved_ports(), 0U);
    EXPECT_TRUE(other.engine->summary().snapshot->flows.empty());
  }
}

}  // namespace
}  // namespace etr::testing
