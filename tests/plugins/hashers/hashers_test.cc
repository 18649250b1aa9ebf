#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/hashers/crc32/crc32_hasher.h"
#include "plugins/hashers/sha256/sha256_hasher.h"

namespace etr::plugins {
namespace {

std::string hex_digest(const PathHasher& hasher, std::string_view text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  std::vector<std::uint8_t> digest(hasher.digest_size());
  hasher.digest(bytes, digest);
  std::string hex;
  for (const std::uint8_t octet : digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[octet >> 4U];
    hex += kDigits[octet & 0xfU];
  }
  return hex;
}

TEST(Crc32Hasher, GivesTheCheckValueOfItsCatalogue) {
  EXPECT_EQ(hex_digest(Crc32Hasher(), "123456789"), "cbf43926");
}

// Digests that the Go etr printed for these paths; records of both tools must compare.
TEST(Crc32Hasher, GivesTheHashesOfTheGoEtr) {
  const Crc32Hasher hasher;
  EXPECT_EQ(hex_digest(hasher, "192.0.2.1|"), "33d71695");
  EXPECT_EQ(hex_digest(hasher, "192.0.2.1|192.0.2.2|192.0.2.3|"), "845425ea");
  EXPECT_EQ(hex_digest(hasher, "192.0.2.1|192.0.2.3|"), "6ceacc8b");
}

TEST(Crc32Hasher, HashesNothingToZeros) { EXPECT_EQ(hex_digest(Crc32Hasher(), ""), "00000000"); }

// FIPS 180-4 examples.
TEST(Sha256Hasher, GivesTheDigestsOfItsStandard) {
  const Sha256Hasher hasher;
  EXPECT_EQ(hex_digest(hasher, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_digest(hasher, ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Hasher, GivesTheHashOfTheGoEtr) {
  const std::string hash = hex_digest(Sha256Hasher(), "192.0.2.1|");
  EXPECT_EQ(hash.substr(0, 8), "1533777c");
  EXPECT_EQ(hash.substr(hash.size() - 5), "ee04f");
}

TEST(Sha256Hasher, KeepsNothingFromOneDigestToTheNext) {
  const Sha256Hasher hasher;
  const std::string first = hex_digest(hasher, "192.0.2.1|");
  hex_digest(hasher, "192.0.2.2|");
  EXPECT_EQ(hex_digest(hasher, "192.0.2.1|"), first);
}

}  // namespace
}  // namespace etr::plugins
