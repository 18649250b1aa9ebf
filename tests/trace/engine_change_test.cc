// Paths that grow, shrink, move, or end elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using simulation::Router;
using simulation::testing::change;
using simulation::testing::diamond;
using simulation::testing::line;
using simulation::testing::router_address;
using simulation::testing::to;
using ::testing::ElementsAre;

simulation::UnreachableCode unreachable(std::uint8_t code) {
  simulation::UnreachableCode both;
  both.ipv4 = code;
  return both;
}

/// From `at` on r2 forwards everything to `id`.
void reroute(simulation::Network& network, Duration at, const std::string& id) {
  change<Router>(network, at, "r2", [&](Router& router) { router.next = {to(id)}; });
}

// Defect A5 of the Go etr, docs/compatibility.md: a path that grew was never followed.
TEST(PathGrowth, IsFollowedWithinOneRound) {
  simulation::Network network = line(5);
  network.routers[1].next = {to("r5")};
  reroute(network, 3s, "r3");
  EngineRun run(network, one_flow(4));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_EQ(paths[1].hops.size(), 4U);
  EXPECT_EQ(paths[2].hops.size(), 6U);
  EXPECT_TRUE(paths[2].reached);
  const auto changes = run.observer.of_kind(EventKind::kPathChange);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].round, 2U);
  EXPECT_EQ(changes[0].change->first_ttl, 3);
  EXPECT_NE(paths[2].path_id, paths[1].path_id);
}

// One of three branches is led over two silent routers: the other flows still reach the target at
// the former TTL.
TEST(PathGrowth, BySilentRoutersIsAChangeAndNoLoss) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    simulation::Network network = simulation::testing::tiers({1, 3});
    network.routers.push_back(simulation::testing::router("s3", 3));
    network.routers.push_back(simulation::testing::router("s4", 4));
    find_router(network, "s3")->silent = find_router(network, "s4")->silent = true;
    simulation::testing::links(network, "s3").push_back(to("s4"));
    simulation::testing::links(network, "s4").push_back(to("target"));
    change<Router>(network, 20s, "r2.1", [](Router& router) { router.next = {to("s3")}; });
    EngineRunOptions options = options_for(protocol);
    options.plan.flows = 16;
    options.plan.rounds = 60;
    options.plan.round_interval = 1s;
    EngineRun run(std::move(network), options);
    run.run();
    std::set<std::uint32_t> moved;
    for (const auto& flow : run.summary.snapshot->flows) {
      if (flow->path_changes > 0) moved.insert(flow->flow);
    }
    std::set<std::uint32_t> longer;
    for (const Path& path : run.observer.paths) {
      if (path.round < 40) continue;
      EXPECT_TRUE(path.reached);
      EXPECT_EQ(path.hops.size(), run.truth(path, 40s).size());
      if (path.hops.size() > 3) longer.insert(path.flow);
    }
    EXPECT_FALSE(longer.empty());
    EXPECT_EQ(moved, longer);
    EXPECT_TRUE(run.summary.snapshot->graphs.at(0)->lossy_links.empty());
  }
}

// Defect A6 of the Go etr, docs/compatibility.md: after a path shrank, its old last TTL stayed as a
// dead hop with the address of the destination.
TEST(PathShrinkage, LeavesNoHopBehind) {
  simulation::Network network = line(5);
  reroute(network, 3s, "r5");
  EngineRun run(network, one_flow(4));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_EQ(paths[1].hops.size(), 6U);
  EXPECT_EQ(paths[2].hops.size(), 4U);
  EXPECT_EQ(paths[3].hops.size(), 4U);
  EXPECT_TRUE(paths[2].reached && paths[3].reached);
  EXPECT_EQ(run.summary.snapshot->flows[0]->hops.size(), 4U);
  EXPECT_EQ(run.observer.of_kind(EventKind::kPathChange).size(), 1U);
}

// Defect A7 of the Go etr, docs/compatibility.md: hops silent on the new path kept addresses of the
// old one.
TEST(Reroute, OverASilentHopKeepsNothingOfTheOldPath) {
  simulation::Network network = line(4);
  network.routers.push_back(simulation::testing::router("s3", 3, 9));
  network.routers.push_back(simulation::testing::router("s4", 4, 9));
  find_router(network, "s3")->next = {to("s4")};
  find_router(network, "s3")->silent = true;
  find_router(network, "s4")->next = {to("target")};
  reroute(network, 3s, "s3");
  EngineRun run(network, one_flow(5));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_THAT(hops_of(paths[4]),
              ElementsAre("10.0.1.1", "10.0.2.1", "*", "10.0.4.9", "203.0.113.9"));
  EXPECT_NE(paths[4].path_id, paths[0].path_id);
  EXPECT_NE(paths[4].path_hash, paths[0].path_hash);
  const HopStats& silent = run.summary.snapshot->flows[0]->hops[2];
  EXPECT_EQ(silent.address, std::nullopt);
  EXPECT_TRUE(silent.responders.empty());
  EXPECT_EQ(silent.former.size(), 1U);
}

TEST(Reroute, BackToAFormerPathGivesItsOldNumber) {
  simulation::Network network = line(4);
  network.routers.push_back(simulation::testing::router("s3", 3, 9));
  network.routers.push_back(simulation::testing::router("s4", 4, 9));
  find_router(network, "s3")->next = {to("s4")};
  find_router(network, "s4")->next = {to("target")};
  reroute(network, 3s, "s3");
  reroute(network, 7s, "r3");
  EngineRun run(network, one_flow(6));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_NE(paths[2].path_id, paths[0].path_id);
  EXPECT_EQ(paths[5].path_id, paths[0].path_id);
  EXPECT_EQ(paths[5].path_hash, paths[0].path_hash);
}

/// r1 forwards to r2, and from 3 s on to s2, which is at the same distance.
simulation::Network rerouted_at_one_hop() {
  simulation::Network network = diamond(1);
  network.routers.push_back(simulation::testing::router("s2", 2, 9));
  find_router(network, "s2")->next = {to("r3")};
  change<Router>(network, 3s, "r1", [](Router& router) { router.next = {to("s2")}; });
  return network;
}

TEST(Reroute, AtOneHopIsConfirmedWithinTheRoundByASecondProbe) {
  EngineRun run(rerouted_at_one_hop(), one_flow(5));
  run.run();
  const auto changes = run.observer.of_kind(EventKind::kPathChange);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].round, 2U);
  EXPECT_EQ(changes[0].change->first_ttl, 2);
  EXPECT_EQ(changes[0].change->last_ttl, 2);
  // One probe more than four per round.
  EXPECT_EQ(run.transport.sent().size(), 21U);
  const auto paths = run.observer.of_flow(0);
  ASSERT_EQ(paths.size(), 5U);
  EXPECT_NE(paths[2].path_id, paths[1].path_id);
  EXPECT_EQ(paths[3].path_id, paths[2].path_id);
}

/// line(4), and from 11 s on a detour from r2 through s3 and s4, 20 ms longer.
simulation::Network detour() {
  simulation::Network network = line(4);
  network.routers.push_back(simulation::testing::router("s3", 3, 9));
  network.routers.push_back(simulation::testing::router("s4", 4, 9));
  find_router(network, "s3")->next = {to("s4", 11ms)};
  find_router(network, "s4")->next = {to("target")};
  reroute(network, 11s, "s3");
  return network;
}

TEST(Reroute, RestartsTheStatisticsOfTheChangedHops) {
  EngineRun run(detour(), one_flow(10));
  run.run();
  const std::vector<HopStats>& hops = run.summary.snapshot->flows[0]->hops;
  ASSERT_EQ(hops.size(), 5U);
  const std::vector<std::uint64_t> expected{10, 10, 4, 4, 4};
  for (const HopStats& hop : hops) {
    EXPECT_EQ(hop.sent, expected[hop.ttl - 1U]) << int{hop.ttl};
    EXPECT_EQ(hop.answered, expected[hop.ttl - 1U]) << int{hop.ttl};
    ASSERT_EQ(hop.responders.size(), 1U) << int{hop.ttl};
    EXPECT_EQ(hop.responders[0].received, expected[hop.ttl - 1U]) << int{hop.ttl};
  }
  EXPECT_EQ(hops[2].responders[0].address, router_address(3, 9));
  ASSERT_EQ(hops[2].former.size(), 1U);
  EXPECT_EQ(hops[2].former[0].address, router_address(3));
  EXPECT_EQ(hops[2].former[0].received, 6U);
  // The RTT of the target on its present path only.
  EXPECT_EQ(hops[4].responders[0].best, 30ms);
  EXPECT_EQ(hops[4].responders[0].worst, 30ms);
  EXPECT_TRUE(hops[4].former.empty());
}

TEST(Reroute, AndBackMakesTheFormerRouterThePresentOne) {
  simulation::Network network = detour();
  reroute(network, 15s, "r3");
  EngineRun run(network, one_flow(10));
  run.run();
  const HopStats& hop = run.summary.snapshot->flows[0]->hops[2];
  ASSERT_EQ(hop.responders.size(), 1U);
  EXPECT_EQ(hop.responders[0].address, router_address(3));
  EXPECT_EQ(hop.responders[0].received, 2U);
  ASSERT_EQ(hop.former.size(), 1U);
  EXPECT_EQ(hop.former[0].address, router_address(3, 9));
  EXPECT_EQ(hop.former[0].received, 2U);
}

TEST(Reroute, AwayFromALossyLinkLeavesItsLossBehind) {
  simulation::Network network = detour();
  simulation::testing::link(network, "r3", "r4").forward.loss = 0.5;
  network.changes.clear();
  reroute(network, 121s, "s3");
  EngineRun run(network, one_flow(80));
  run.run();
  const auto paths = run.observer.of_flow(0);
  EXPECT_EQ(paths[59].hops[3].hop_class, HopClass::kLossy);
  for (std::size_t round = 61; round < paths.size(); ++round) {
    for (const Hop& hop : paths[round].hops) {
      EXPECT_NE(hop.hop_class, HopClass::kLossy) << round << " ttl " << int{hop.ttl};
    }
  }
  EXPECT_EQ(run.summary.snapshot->flows[0]->hops[4].loss(), 0.0);
}

TEST(Reroute, AtOneHopWaitsForTheNextRoundIfTheSecondProbeIsLost) {
  simulation::Network network = rerouted_at_one_hop();
  // Burst 1, then one reply per 1.9 s: a second probe right after the first gets none.
  simulation::RateLimit limit;
  limit.per_second = 1 / 1.9;
  limit.burst = 1;
  find_router(network, "s2")->limit = limit;
  EngineRun run(network, one_flow(5));
  run.run();
  const auto changes = run.observer.of_kind(EventKind::kPathChange);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].round, 3U);
}

TEST(Reroute, IsNotReportedForLongAtAHopBalancedPerPacket) {
  simulation::Network network = diamond(2);
  find_router(network, "r1")->balancing = simulation::Balancing::kPacket;
  EngineRun run(network, one_flow(100));
  run.run();
  EXPECT_EQ(run.observer.of_flow(0).size(), 100U);
  for (const Event& change : run.observer.of_kind(EventKind::kPathChange)) {
    EXPECT_LT(*change.round, 40U);  // A dozen pairs of answers tell it from a flapping route.
  }
}

TEST(Flows, OnTheSamePathShareItsNumber) {
  EngineRunOptions options = options_for();
  options.plan.flows = 64;
  EngineRun run(diamond(4), options);
  run.run();
  std::map<std::uint32_t, std::set<std::vector<std::string>>> by_id;
  std::set<std::string> hashes;
  for (const Path& path : run.observer.paths) {
    by_id[path.path_id].insert(hops_of(path));
    hashes.insert(path.path_hash);
  }
  EXPECT_EQ(by_id.size(), 4U);
  EXPECT_EQ(hashes.size(), 4U);
  for (const auto& [id, hops] : by_id) EXPECT_EQ(hops.size(), 1U);
}

// Defect A17 of the Go etr, docs/compatibility.md: every unreachable but port-unreachable looked
// like silence, and a port-unreachable from any router ended the path as the destination.
TEST(Firewall, ThatRejectsBlocksThePathAndIsNotTheDestination) {
  for (const std::uint8_t code : {std::uint8_t{13}, std::uint8_t{3}, std::uint8_t{1}}) {
    simulation::Network network = line(4);
    find_router(network, "r3")->blocks = {simulation::Block{6, {}, unreachable(code)}};
    EngineRun run(network, one_flow(3));
    run.run();
    for (const Path& path : run.observer.paths) {
      EXPECT_FALSE(path.reached);
      ASSERT_TRUE(path.blocked);
      EXPECT_EQ(path.blocked->by, router_address(3));
      EXPECT_EQ(path.blocked->ttl, 4);
      EXPECT_EQ(path.blocked->icmp_type, 3);
      EXPECT_EQ(path.blocked->icmp_code, code);
      EXPECT_EQ(path.hops.size(), 4U);
    }
  }
}

TEST(Firewall, ThatDropsIsSilenceAndBlocksNothing) {
  simulation::Network network = line(4);
  find_router(network, "r3")->blocks = {simulation::Block{6, {}, {}}};
  EngineRun run(network, one_flow(2));
  run.run();
  EXPECT_FALSE(run.observer.paths[1].blocked);
  EXPECT_FALSE(run.observer.paths[1].reached);
}

}  // namespace
}  // namespace etr::testing
