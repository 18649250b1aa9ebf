// The digest of a path's canonical bytes, `address|` for each hop.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "plugins/hashers/crc32/crc32_hasher.h"
#include "plugins/hashers/sha256/sha256_hasher.h"

namespace {

std::vector<std::uint8_t> canonical_bytes(std::int64_t hops) {
  std::string text;
  for (std::int64_t hop = 1; hop <= hops; ++hop) {
    text += "192.0.2." + std::to_string(100 + hop) + '|';
  }
  return {text.begin(), text.end()};
}

template <class Hasher>
void path_hash(benchmark::State& state) {
  const Hasher hasher;
  const std::vector<std::uint8_t> bytes = canonical_bytes(state.range(0));
  std::vector<std::uint8_t> digest(hasher.digest_size());
  for (auto _ : state) {
    hasher.digest(bytes, digest);
    benchmark::DoNotOptimize(digest.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_TEMPLATE(path_hash, etr::plugins::Crc32Hasher)->Arg(5)->Arg(15)->Arg(30);
BENCHMARK_TEMPLATE(path_hash, etr::plugins::Sha256Hasher)->Arg(5)->Arg(15)->Arg(30);

}  // namespace
