// A balancer per packet and a flapping route are told apart, over many seeded rounds.
#include "model/alternations.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "model/path_identity.h"
#include "observations.h"

namespace etr::model {
namespace {

using testing::saw;

/// Plays rounds of one flow, with the second probe that the planner sends.
struct Rounds {
  explicit Rounds(PathRegistry& registry) : flow(registry) {}

  /// `first`: the hops that the probes of the round meet; `again`: those that a second probe of a
  /// TTL meets.
  std::optional<IdentityChange> play(const std::string& first, const std::string& again) {
    Observation seen = saw(first);
    if (const auto ttl = flow.doubtful(seen)) {
      const Observation second = saw(again);
      if (second.hops[*ttl - 1U]) seen.confirmations.push_back({*ttl, *second.hops[*ttl - 1U], {}});
    }
    const auto change = flow.observe(seen);
    changes += change ? 1 : 0;
    return change;
  }

  PathIdentity flow;
  int changes = 0;
};

/// The hops of a round through a per-packet balancer whose branches have `hops` hops each.
std::string balanced(std::mt19937& random, unsigned width, unsigned hops) {
  std::string words = "a ";
  for (unsigned hop = 0; hop < hops; ++hop) {
    words += std::string(1, static_cast<char>('b' + hop * width + random() % width)) + " ";
  }
  return words + "z T";
}

class PerPacket : public ::testing::TestWithParam<std::pair<unsigned, unsigned>> {};

// A dozen or two pairs of replies decide for each hop, one hop after the other.
TEST_P(PerPacket, IsNotReportedAsAPathChange) {
  const auto [width, hops] = GetParam();
  int settled = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    PathRegistry registry;
    Rounds rounds(registry);
    for (int round = 0; round < 100; ++round) {
      rounds.play(balanced(random, width, hops), balanced(random, width, hops));
    }
    rounds.changes = 0;
    for (int round = 0; round < 200; ++round) {
      rounds.play(balanced(random, width, hops), balanced(random, width, hops));
    }
    settled += rounds.changes == 0 ? 1 : 0;
  }
  RecordProperty("settled", settled);
  EXPECT_GE(settled, 190) << "of 200";
}

INSTANTIATE_TEST_SUITE_P(WidthAndLength, PerPacket,
                         ::testing::Values(std::pair{2U, 1U}, std::pair{2U, 2U}, std::pair{4U, 1U},
                                           std::pair{4U, 2U}));

struct Flap {
  std::string one;
  std::string other;
  double interval = 0.5;  ///< Between rounds, in seconds.
};

class FlappingRoute : public ::testing::TestWithParam<Flap> {};

// The route switches every 0.7 s. TTLs are probed 10 ms apart; the second probe follows 100 ms
// after the start of the round.
TEST_P(FlappingRoute, IsNotTakenForBalancing) {
  constexpr int kRounds = 300;
  int frozen = 0;
  int wrong = 0;
  int rounds_between = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const double phase = static_cast<double>(random() % 1400) / 1000;
    const auto at = [&](double time) -> const std::string& {
      const bool even = static_cast<long>((time + phase) / 0.7) % 2 == 0;
      return even ? GetParam().one : GetParam().other;
    };
    PathRegistry registry;
    Rounds rounds(registry);
    std::map<std::string, std::uint32_t> ids;
    for (int round = 0; round < kRounds; ++round) {
      const double jitter = static_cast<double>(random() % 20) / 1000;
      const double start = round * GetParam().interval + jitter;
      std::istringstream before(at(start));
      std::string words;
      std::string word;
      for (int ttl = 0; before >> word; ++ttl) {
        std::istringstream now(at(start + 0.01 * ttl));
        for (int skip = 0; skip <= ttl; ++skip) now >> word;
        words += word + " ";
      }
      rounds.play(words, at(start + 0.1));
      if (words != at(start + 0.1) + " ") continue;  // The route changed during the round.
      ++rounds_between;
      if (round < 4) continue;
      const auto first = ids.try_emplace(words, rounds.flow.path()->id).first->second;
      wrong += first != rounds.flow.path()->id ? 1 : 0;
    }
    const bool balanced = rounds.flow.balanced_per_packet(2) || rounds.flow.balanced_per_packet(3);
    frozen += balanced ? 1 : 0;
    EXPECT_EQ(ids.size(), 2U);
  }
  RecordProperty("frozen", frozen);
  RecordProperty("wrong", wrong);
  EXPECT_LE(frozen, 4) << "of 200";
  EXPECT_LE(wrong, rounds_between / 50);
}

INSTANTIATE_TEST_SUITE_P(Branches, FlappingRoute,
                         ::testing::Values(Flap{"a b c z T", "a d e z T", 0.5},
                                           Flap{"a b c z T", "a d e z T", 2},
                                           Flap{"a b z T", "a d z T", 0.5},
                                           Flap{"a b z T", "a d z T", 2}));

TEST(LossyRounds, ChangeNoPath) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    PathRegistry registry;
    Rounds rounds(registry);
    const auto lossy = [&] {
      std::string words = "a ";
      for (const char* hop : {"b ", "c ", "d "}) words += random() % 5 == 0 ? "* " : hop;
      return words + "e T";
    };
    for (int round = 0; round < 500; ++round) rounds.play(lossy(), lossy());
    EXPECT_EQ(rounds.changes, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace etr::model
