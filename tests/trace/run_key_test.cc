#include "trace/run_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <set>
#include <type_traits>
#include <vector>

#include "trace/engine.h"

namespace etr::trace {
namespace {

using Input = std::vector<std::uint8_t>;

std::uint64_t little_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

/// A reference SipHash-2-4, written after the paper.
std::uint64_t siphash(const RunKey::Bytes& key, const Input& input) {
  const std::uint64_t k0 = little_endian(key.data(), 8);
  const std::uint64_t k1 = little_endian(key.data() + 8, 8);
  std::uint64_t v0 = k0 ^ 0x736f6d6570736575U;
  std::uint64_t v1 = k1 ^ 0x646f72616e646f6dU;
  std::uint64_t v2 = k0 ^ 0x6c7967656e657261U;
  std::uint64_t v3 = k1 ^ 0x7465646279746573U;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1, v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1, v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  };
  for (std::size_t at = 0; at <= input.size(); at += 8) {
    const std::size_t left = std::min<std::size_t>(8, input.size() - at);
    std::uint64_t word = little_endian(input.data() + at, left);
    if (left < 8) word |= std::uint64_t{input.size()} << 56U;
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

RunKey::Bytes counting_key() {
  RunKey::Bytes key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

Input token_input(std::uint32_t flow, std::uint8_t ttl, std::uint64_t counter) {
  Input input{0, ttl};
  for (int shift = 24; shift >= 0; shift -= 8)
    input.push_back(static_cast<std::uint8_t>(flow >> shift));
  for (int shift = 56; shift >= 0; shift -= 8) {
    input.push_back(static_cast<std::uint8_t>(counter >> shift));
  }
  return input;
}

// The vector of the paper (appendix A) and the first ones of its reference implementation.
TEST(RunKey, ReferenceSipHashGivesThePublishedVectors) {
  Input input;
  const std::vector<std::uint64_t> published{0x726fdb47dd0e0e31U, 0x74f839c593dc67fdU,
                                             0x0d6c8009d9a94f5aU, 0x85676696d7fb7e2dU};
  for (const std::uint64_t expected : published) {
    EXPECT_EQ(siphash(counting_key(), input), expected);
    input.push_back(static_cast<std::uint8_t>(input.size()));
  }
  while (input.size() < 15) input.push_back(static_cast<std::uint8_t>(input.size()));
  EXPECT_EQ(siphash(counting_key(), input), 0xa129ca6149be45e5U);
}

TEST(RunKey, DerivesTokensBySipHashOfFlowTtlAndCounter) {
  const RunKey key(counting_key());
  for (std::uint32_t flow : {0U, 1U, 77U, 0xffffffffU}) {
    for (std::uint8_t ttl : {std::uint8_t{1}, std::uint8_t{30}, std::uint8_t{255}}) {
      for (std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{5}, ~std::uint64_t{0}}) {
        EXPECT_EQ(key.token(flow, ttl, counter),
                  siphash(counting_key(), token_input(flow, ttl, counter)));
      }
    }
  }
}

TEST(RunKey, RepeatsNoTokenAmongAMillion) {
  const RunKey key = RunKey::from_seed(3);
  std::vector<std::uint64_t> tokens;
  for (std::uint32_t flow = 0; flow < 100; ++flow) {
    for (std::uint8_t ttl = 1; ttl <= 20; ++ttl) {
      for (std::uint64_t counter = 0; counter < 500; ++counter) {
        tokens.push_back(key.token(flow, ttl, counter));
      }
    }
  }
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(tokens.size(), 1'000'000U);
  EXPECT_EQ(std::adjacent_find(tokens.begin(), tokens.end()), tokens.end());
  EXPECT_NE(tokens.front(), 0U);
}

TEST(RunKey, DerivesFlowSecretsThatDifferFromTokens) {
  const RunKey key = RunKey::from_seed(3);
  std::set<std::uint64_t> secrets;
  for (std::uint32_t flow = 0; flow < 1000; ++flow) {
    secrets.insert(key.flow_secret(flow));
    EXPECT_NE(key.flow_secret(flow), key.token(flow, 0, 0));
    EXPECT_NE(key.first_id(flow), 0);
  }
  EXPECT_EQ(secrets.size(), 1000U);
}

TEST(RunKey, IsNeverTheSameIfRandom) {
  std::set<std::uint64_t> tokens;
  for (int run = 0; run < 1000; ++run) tokens.insert(RunKey::random()->token(0, 1, 0));
  EXPECT_EQ(tokens.size(), 1000U);
}

TEST(RunKey, IsTheSameForTheSameSeed) {
  EXPECT_EQ(RunKey::from_seed(9).token(1, 2, 3), RunKey::from_seed(9).token(1, 2, 3));
  EXPECT_NE(RunKey::from_seed(9).token(1, 2, 3), RunKey::from_seed(10).token(1, 2, 3));
}

// Otherwise a run without a key would compile.
TEST(RunKey, IsRequiredByEngineOptions) {
  EXPECT_FALSE(std::is_default_constructible_v<RunKey>);
  EXPECT_FALSE(std::is_default_constructible_v<EngineOptions>);
}

}  // namespace
}  // namespace etr::trace
