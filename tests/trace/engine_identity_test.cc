// The path of each record, compared with the simulated network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Router;
using simulation::testing::change;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::nested;
using simulation::testing::router;
using simulation::testing::tiers;
using simulation::testing::to;
using ::testing::IsEmpty;

struct Balanced {
  unsigned width = 2;
  unsigned hops = 1;
};

class PerPacketBalancer : public ::testing::TestWithParam<Balanced> {};

TEST_P(PerPacketBalancer, SettlesOnOnePath) {
  constexpr std::uint64_t kSeeds = 20;
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const unsigned width = GetParam().width;
    simulation::Network network =
        GetParam().hops == 1 ? tiers({1, width, 1}) : tiers({1, width, width, 1});
    for (Router& one : network.routers) one.balancing = simulation::Balancing::kPacket;
    network.seed = seed;
    EngineRun run(network, one_flow(160));
    run.run();
    const auto changes = run.observer.of_kind(EventKind::kPathChange);
    settled += std::none_of(changes.begin(), changes.end(),
                            [](const Event& event) { return event.round.value_or(159) >= 90; });
  }
  EXPECT_GE(settled, kSeeds - 1);
}

TEST_P(PerPacketBalancer, LeavesOnePathOfAllFlowsAndNoneThatTheyLeft) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const unsigned width = GetParam().width;
    simulation::Network network =
        GetParam().hops == 1 ? tiers({1, width, 1}) : tiers({1, width, width, 1});
    for (Router& one : network.routers) one.balancing = simulation::Balancing::kPacket;
    network.seed = seed;
    EngineRunOptions options = options_for();
    options.plan.flows = 8;
    options.plan.rounds = 120;
    EngineRun run(network, options);
    run.run();
    for (const Event& event : run.observer.of_kind(EventKind::kPathChange)) {
      EXPECT_NE(event.change->old_path_hash, event.change->new_path_hash) << "seed " << seed;
    }
    const auto& paths = run.summary.snapshot->graphs.at(0)->paths;
    ASSERT_EQ(paths.size(), 1U) << "seed " << seed;
    EXPECT_EQ(paths[0].flows->size(), 8U);
  }
}

// A flow whose first round loses all probes to the target at its TTL hears it at the next one only.
TEST(LossOnTheWayBack, AddsNoPath) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulation::Network network = simulation::testing::diamond(4);
    network.seed = seed;
    simulation::testing::link(network, "r3", "target").back.loss = 0.2;
    EngineRunOptions options = options_for();
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 32;
    options.plan.rounds = 6;
    EngineRun run(std::move(network), options);
    run.run();
    std::set<std::uint32_t> ids;
    for (const Path& path : run.observer.paths) ids.insert(path.path_id);
    EXPECT_EQ(ids.size(), 4U) << "seed " << seed;
    for (const GraphPath& path : run.summary.snapshot->graphs.at(0)->paths) {
      EXPECT_EQ(path.end, 4) << "seed " << seed << ", path " << path.id;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(WidthAndLength, PerPacketBalancer,
                         ::testing::Values(Balanced{2, 1}, Balanced{4, 1}, Balanced{2, 2},
                                           Balanced{4, 2}));

// r2.1 has two next hops, and the link to one of them loses all packets from the start: flows over
// it fit the only path through r2.1 that answers, but packets of that path arrive.
struct Dead {
  const char* from;
  const char* to;
  bool hides_routers;  ///< Its flows miss a router of their path.
};

class DeadBranch : public ::testing::TestWithParam<Dead> {};

TEST_P(DeadBranch, IsNotThePathOfItsSibling) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulation::Network network = simulation::testing::nested(4, 2);
    network.seed = seed;
    simulation::testing::links(network, "r4").push_back(to("target"));  // A bundle of two links.
    simulation::testing::link(network, GetParam().from, GetParam().to).forward.loss = 1;
    EngineRunOptions options = options_for(seed % 2 == 0 ? Protocol::kTcp : Protocol::kUdp);
    options.engine.key = trace::RunKey::from_seed(seed);
    options.plan.flows = 32;
    options.plan.rounds = 12;
    EngineRun run(std::move(network), options);
    run.run();
    std::map<std::uint32_t, std::set<bool>> arrives;
    std::set<std::uint32_t> counted;
    std::set<std::vector<std::optional<IpAddress>>> expected;
    for (const Path& path : run.observer.paths) {
      if (path.round < 7) continue;
      arrives[path.path_id].insert(path.reached);
      if (path.path_knowledge != PathKnowledge::kAmbiguous) counted.insert(path.path_id);
      if (path.reached || !GetParam().hides_routers) expected.insert(run.truth(path, 0s));
    }
    EXPECT_GT(arrives.size(), expected.size()) << "seed " << seed << ": no flow on the dead branch";
    for (const auto& [id, reached] : arrives) EXPECT_EQ(reached.size(), 1U) << seed << ": " << id;
    EXPECT_EQ(counted.size(), expected.size()) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Links, DeadBranch,
                         ::testing::Values(Dead{"r2.1", "r3.1.2", true},
                                           Dead{"r4", "target", false}));

TEST(RandomSilence, ChangesNoPath) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulation::Network network = line(5);
    network.seed = seed;
    for (const char* id : {"r2", "r3", "r4"}) find_router(network, id)->answers = 0.8;
    EngineRunOptions options = options_for();
    options.plan.flows = 4;
    options.plan.rounds = 500;
    EngineRun run(network, options);
    run.run();
    EXPECT_THAT(run.observer.of_kind(EventKind::kPathChange), IsEmpty()) << "seed " << seed;
  }
}

struct Fan {
  const char* name;
  std::function<simulation::Network()> network;
  std::set<std::uint8_t> branching;  ///< TTLs.
};

void PrintTo(const Fan& fan, std::ostream* out) { *out << fan.name; }

void limit(simulation::Network& network, const char* id) {
  simulation::RateLimit limit;
  limit.per_second = 0.5;
  limit.burst = 2;
  find_router(network, id)->limit = limit;
}

class CountedPaths : public ::testing::TestWithParam<Fan> {};

// The number of paths is that of the distinct true paths of the flows that were answered at every
// branching TTL; a flow with unknown hops there adds none.
TEST_P(CountedPaths, AreTheTruePathsOfWellAnsweredFlows) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulation::Network network = GetParam().network();
    network.seed = seed;
    EngineRunOptions options = options_for();
    options.plan.flows = 48;
    options.plan.rounds = 6;
    EngineRun run(network, options);
    run.run();
    std::map<std::uint32_t, std::set<std::uint8_t>> answered;
    std::map<std::uint32_t, const Path*> last;
    for (const Path& path : run.observer.paths) {
      last[path.flow] = &path;
      for (const Hop& hop : path.hops) {
        if (hop.reply) answered[path.flow].insert(hop.ttl);
      }
    }
    std::set<std::vector<std::optional<IpAddress>>> expected;
    for (const auto& [flow, path] : last) {
      const auto& ttls = answered[flow];
      if (std::includes(ttls.begin(), ttls.end(), GetParam().branching.begin(),
                        GetParam().branching.end())) {
        expected.insert(run.truth(*path, 0s));
      }
    }
    std::set<std::uint32_t> counted;
    for (const auto& flow : run.summary.snapshot->flows) {
      if (flow->path_knowledge != PathKnowledge::kAmbiguous) counted.insert(flow->path_id);
    }
    EXPECT_EQ(counted.size(), expected.size()) << GetParam().name << ", seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Fans, CountedPaths,
                         ::testing::Values(Fan{"all answer", [] { return nested(4, 4); }, {2, 3}},
                                           Fan{"random silence",
                                               [] {
                                                 simulation::Network network = nested(2, 4);
                                                 for (Router& one : network.routers)
                                                   one.answers = 0.8;
                                                 return network;
                                               },
                                               {2, 3}},
                                           Fan{"silent router after the fan",
                                               [] {
                                                 simulation::Network network = diamond(4);
                                                 find_router(network, "r3")->silent = true;
                                                 return network;
                                               },
                                               {2}},
                                           Fan{"limited routers around the fan",
                                               [] {
                                                 simulation::Network network = diamond(4);
                                                 limit(network, "r1");
                                                 limit(network, "r3");
                                                 return network;
                                               },
                                               {2}},
                                           Fan{"limited router in the fan",
                                               [] {
                                                 simulation::Network network = diamond(8);
                                                 limit(network, "r2.3");
                                                 return network;
                                               },
                                               {2}},
                                           Fan{"limited router in a mesh",
                                               [] {
                                                 simulation::Network network = tiers({1, 4, 4, 1});
                                                 limit(network, "r2.1");
                                                 limit(network, "r1");
                                                 return network;
                                               },
                                               {2, 3}}),
                         [](const auto& fan) {
                           std::string name = fan.param.name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace etr::testing
