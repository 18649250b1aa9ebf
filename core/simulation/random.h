// Random numbers of the simulated network: small, seeded, the same with every standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace etr::simulation {

/// The finaliser of SplitMix64: spreads every input bit over the whole result.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

/// Folds one more word into a hash.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  return mix((hash ^ word) + 0x9e3779b97f4a7c15U);
}

constexpr std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (const char letter : text) hash = mix(hash, static_cast<std::uint8_t>(letter));
  return hash;
}

/// 64 random bits as a number in [0, 1).
constexpr double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1.0p-53; }

/// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15U;
    return mix(state_);
  }
  double uniform() { return unit(bits()); }
  /// Draws nothing for shares of 0 and 1, so that unused faults do not shift the others' numbers.
  bool happens(double share) { return share > 0 && (share >= 1 || uniform() < share); }
  double exponential() { return -std::log1p(-uniform()); }
  /// Half of a standard normal distribution: |N(0, 1)|.
  double half_normal() {
    const double radius = std::sqrt(2 * exponential());
    return std::abs(radius * std::cos(6.283185307179586 * uniform()));
  }

 private:
  std::uint64_t state_;
};

}  // namespace etr::simulation
