// Runs of weeks: the memory of the engine stays constant.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <string_view>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Network;
using simulation::testing::diamond;
using simulation::testing::link;

/// An observer that keeps no results.
class CountingObserver final : public model::Observer {
 public:
  bool reserve() override { return true; }
  void on_path(Path path) override {
    ++paths;
    if (path.round == settled && path.flow == 0) memory_then = in_use();
  }
  void on_event(Event) override {}
  void on_responder(const IpAddress&) override {}
  bool wants_snapshot() const override { return false; }
  void on_snapshot(std::shared_ptr<const Snapshot>) override {}

  /// Allocated octets.
  static std::size_t in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  }

  std::uint64_t settled = 0;
  std::uint64_t paths = 0;
  std::size_t memory_then = 0;
};

// Simulates a quarter of an hour, or ETR_TEST_HOURS hours.
TEST(EngineMemory, StaysFlatWith64FlowsForHours) {
  if (std::string_view(ETR_SANITIZERS) != "") {
    GTEST_SKIP() << "the allocators of the sanitizers do not report memory in use";
  }
  const char* given = std::getenv("ETR_TEST_HOURS");
  const double hours = given == nullptr ? 0.25 : std::atof(given);
  Network network = diamond(16);
  // So that late replies, losses and repeated probes occur.
  link(network, "source", "r1").forward.loss = 0.02;
  link(network, "source", "r1").back.duplicate = 0.02;
  simulation::SimulatedTransport transport(network);
  const plugins::TcpSynProber prober;
  const plugins::Crc32Hasher hasher;
  EngineRunOptions options;
  options.plan.flows = 64;
  options.plan.rounds = static_cast<std::uint64_t>(hours * 1800);
  trace::Engine engine(options.engine, {{"target", simulation::testing::target_address()}},
                       fixed_rounds(options), prober, hasher, transport);
  CountingObserver observer;
  observer.settled = 150;
  ASSERT_TRUE(engine.start().ok());
  ASSERT_TRUE(engine.run(observer).ok());
  const std::size_t memory_now = CountingObserver::in_use();
  EXPECT_EQ(observer.paths, options.plan.rounds * 64);
  EXPECT_LT(memory_now, observer.memory_then + 128 * 1024)
      << observer.memory_then << " octets after 5 minutes, " << memory_now << " at the end";
}

}  // namespace
}  // namespace etr::testing
