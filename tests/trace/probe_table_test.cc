#include "trace/probe_table.h"

#include <gtest/gtest.h>

#include <set>

namespace etr::trace {
namespace {

using namespace std::chrono_literals;
using base::Instant;

std::vector<std::uint16_t> in_flight(ProbeTable& table) {
  std::vector<std::uint16_t> ids;
  table.for_each_in_flight([&](const Probe& probe) { ids.push_back(probe.id); });
  return ids;
}

TEST(ProbeTable, UsesTheSlotOfTheRound) {
  ProbeTable table(20);
  EXPECT_EQ(table.add(5, 0)->slot, 0);
  EXPECT_EQ(table.add(5, 19)->slot, 19);
  EXPECT_EQ(table.add(5, 21)->slot, 1);
  EXPECT_EQ(table.add(6, 21)->slot, 1);
}

TEST(ProbeTable, UsesTheNextFreeSlotForASecondProbeOfARound) {
  ProbeTable table(3);
  EXPECT_EQ(table.add(5, 2)->slot, 2);
  EXPECT_EQ(table.add(5, 2)->slot, 0);
  EXPECT_EQ(table.add(5, 2)->slot, 1);
}

// Without an ID in the reply, only the slot tells one probe of a TTL from another: the reply to a
// probe that was withdrawn must not be taken for that of the probe sent in its place.
TEST(ProbeTable, ReusesNoSlotWhileAnotherIsUnused) {
  for (const ProbeState state : {ProbeState::kAnswered, ProbeState::kLost, ProbeState::kVoid}) {
    ProbeTable table(3);
    table.add(5, 0)->state = state;
    EXPECT_EQ(table.add(5, 0)->slot, 1);
    EXPECT_EQ(table.add(5, 1)->slot, 2);
  }
}

TEST(ProbeTable, ReusesTheSlotUsedLongestAgo) {
  ProbeTable table(3);
  for (const std::uint64_t round : {1U, 2U, 3U}) table.add(5, round)->state = ProbeState::kLost;
  EXPECT_EQ(table.add(5, 5)->slot, 1);
  EXPECT_EQ(table.add(5, 5)->slot, 2);
}

TEST(ProbeTable, ReturnsNullIfEverySlotOfTheTtlIsInFlight) {
  ProbeTable table(2);
  table.add(5, 0);
  Probe* second = table.add(5, 1);
  EXPECT_EQ(table.add(5, 2), nullptr);
  EXPECT_NE(table.add(6, 2), nullptr);
  second = table.by_cell({5, 1});
  second->state = ProbeState::kLost;
  const Probe* reused = table.add(5, 2);
  ASSERT_NE(reused, nullptr);
  EXPECT_EQ(reused->slot, 1);
}

TEST(ProbeTable, FindsAProbeByIdAndByCellWhateverItsState) {
  ProbeTable table(128);
  const std::uint16_t id = table.add(5, 7)->id;
  for (const ProbeState state : {ProbeState::kInFlight, ProbeState::kAnswered, ProbeState::kLost,
                                 ProbeState::kSendFailed, ProbeState::kVoid}) {
    table.by_id(id)->state = state;
    ASSERT_NE(table.by_cell({5, 7}), nullptr);
    EXPECT_EQ(table.by_cell({5, 7})->id, id);
  }
}

TEST(ProbeTable, FindsNoProbeThatWasNotSent) {
  ProbeTable table(20);
  EXPECT_EQ(table.by_id(1), nullptr);
  EXPECT_EQ(table.by_cell({1, 0}), nullptr);
  table.add(5, 0);
  EXPECT_EQ(table.by_id(0), nullptr);
  EXPECT_EQ(table.by_id(2), nullptr);
  EXPECT_EQ(table.by_id(65535), nullptr);
  EXPECT_EQ(table.by_cell({5, 1}), nullptr);
  EXPECT_EQ(table.by_cell({5, 20}), nullptr);
  EXPECT_EQ(table.by_cell({5, 65535}), nullptr);
  EXPECT_EQ(table.by_cell({4, 0}), nullptr);
  EXPECT_EQ(table.by_cell({255, 0}), nullptr);
}

TEST(ProbeTable, FindsTheOlderProbeOfASlotByItsIdOnly) {
  ProbeTable table(1);
  const std::uint16_t old = table.add(5, 0)->id;
  table.by_id(old)->state = ProbeState::kLost;
  const std::uint16_t young = table.add(5, 2)->id;
  EXPECT_EQ(table.by_cell({5, 0})->id, young);
  ASSERT_NE(table.by_id(old), nullptr);
  EXPECT_EQ(table.by_id(old)->round, 0U);
}

TEST(ProbeTable, WrapsIdsFrom65535To1) {
  ProbeTable table(128);
  std::uint16_t before = 0;
  for (std::uint64_t i = 0; i < 3 * 65535; ++i) {
    Probe* probe = table.add(static_cast<std::uint8_t>(i % 10 + 1), i / 10);
    ASSERT_NE(probe, nullptr);
    ASSERT_EQ(probe->id, before == 65535 ? 1 : before + 1);
    before = probe->id;
    ASSERT_EQ(table.by_id(before), probe);
    ASSERT_EQ(table.by_cell({probe->ttl, probe->slot}), probe);
    probe->state = ProbeState::kAnswered;
    probe->sent = Instant(i * 1ms);
    table.forget(probe->sent - 1s);
    ASSERT_LE(table.size(), 1001U);
  }
}

TEST(ProbeTable, CountsIdsUpFromTheFirstOne) {
  ProbeTable table(4, 65534);
  EXPECT_EQ(table.by_id(65534), nullptr);
  EXPECT_EQ(table.add(1, 0)->id, 65534);
  EXPECT_EQ(table.add(1, 1)->id, 65535);
  EXPECT_EQ(table.add(1, 2)->id, 1);
  ASSERT_NE(table.by_id(65534), nullptr);
  EXPECT_EQ(table.by_id(65534)->slot, 0);
  EXPECT_EQ(table.by_id(2), nullptr);
}

TEST(ProbeTable, DistinguishesProbesWhoseIdsHaveWrapped) {
  ProbeTable table(128);
  table.add(1, 0)->state = ProbeState::kAnswered;  // Id 1, cell (1, 0).
  for (int i = 0; i < 65535; ++i) {                // Ids 2 to 65535 and 1, all at TTL 2.
    Probe* probe = table.add(2, static_cast<std::uint64_t>(i));
    ASSERT_NE(probe, nullptr);
    probe->state = ProbeState::kAnswered;
  }
  ASSERT_NE(table.by_id(1), nullptr);
  EXPECT_EQ(table.by_id(1)->ttl, 2);
  EXPECT_EQ(table.by_cell({1, 0}), nullptr);
}

TEST(ProbeTable, RemembersABoundedNumberOfProbes) {
  ProbeTable table(128);
  for (int i = 0; i < 100000; ++i)
    table.add(1, static_cast<std::uint64_t>(i))->state = ProbeState::kLost;
  EXPECT_LE(table.size(), 32768U);
}

TEST(ProbeTable, FindsTheLatestProbeAtOrAboveATtl) {
  ProbeTable table(4);
  EXPECT_EQ(table.last_from(1), nullptr);
  table.add(5, 0);
  table.add(6, 0);
  table.add(4, 1);
  EXPECT_EQ(table.last_from(5)->ttl, 6);
  EXPECT_EQ(table.last_from(1)->round, 1U);
  EXPECT_EQ(table.last_from(7), nullptr);
}

TEST(ProbeTable, ForgetsOldProbesButNoneInFlight) {
  ProbeTable table(128);
  for (int i = 0; i < 10; ++i) {
    Probe* probe = table.add(1, static_cast<std::uint64_t>(i));
    probe->sent = Instant(i * 1s);
    probe->state = i == 4 ? ProbeState::kInFlight : ProbeState::kAnswered;
  }
  table.forget(Instant(3s));
  EXPECT_EQ(table.size(), 7U);
  EXPECT_EQ(table.by_id(3), nullptr);
  EXPECT_NE(table.by_id(4), nullptr);
  table.forget(Instant(9s));
  EXPECT_NE(table.by_id(5), nullptr);
  EXPECT_EQ(in_flight(table), std::vector<std::uint16_t>{5});
  table.by_id(5)->state = ProbeState::kLost;
  table.forget(Instant(1h));
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.by_id(10), nullptr);
  EXPECT_EQ(table.add(1, 10)->id, 11);
}

TEST(ProbeTable, VisitsExactlyTheProbesInFlight) {
  ProbeTable table(128);
  for (int i = 0; i < 6; ++i) table.add(1, static_cast<std::uint64_t>(i));
  EXPECT_EQ(in_flight(table), (std::vector<std::uint16_t>{1, 2, 3, 4, 5, 6}));
  for (const std::uint16_t id : std::vector<std::uint16_t>{1, 2, 4})
    table.by_id(id)->state = ProbeState::kAnswered;
  EXPECT_EQ(in_flight(table), (std::vector<std::uint16_t>{3, 5, 6}));
  table.forget(Instant(1h));
  EXPECT_EQ(in_flight(table), (std::vector<std::uint16_t>{3, 5, 6}));
  table.by_id(3)->state = ProbeState::kVoid;
  table.add(1, 6);
  EXPECT_EQ(in_flight(table), (std::vector<std::uint16_t>{5, 6, 7}));
  table.for_each_in_flight([](Probe& probe) { probe.state = ProbeState::kVoid; });
  EXPECT_TRUE(in_flight(table).empty());
}

}  // namespace
}  // namespace etr::trace
