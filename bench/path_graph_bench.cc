// The path graph with many flows: counting a verdict, a whole judgement, the longest of its pieces,
// a snapshot. `flows` over paths of 30 TTLs: in a fan of 16 paths, or each flow on a path of its
// own from the 5th TTL on (nothing is shared then: the worst case).
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "model/path_graph.h"

namespace {

using namespace std::chrono_literals;
using etr::IpAddress;
using etr::model::PathGraphBuilder;
using etr::model::PathHop;

constexpr std::uint8_t kHops = 30;

IpAddress address(std::uint8_t ttl, std::uint32_t branch) {
  return {etr::Family::kIpv4,
          {ttl, static_cast<std::uint8_t>(branch >> 16U), static_cast<std::uint8_t>(branch >> 8U),
           static_cast<std::uint8_t>(branch)}};
}

IpAddress hop(std::uint32_t flow, std::uint8_t ttl, std::uint32_t fan) {
  return address(ttl, ttl < 5 || ttl == kHops ? 0 : flow % fan);
}

/// One verdict per hop of each flow and round; every 50th is a loss.
void count_round(PathGraphBuilder& graph, std::uint32_t flows, std::uint32_t fan,
                 etr::Timestamp at) {
  for (std::uint32_t flow = 0; flow < flows; ++flow) {
    for (std::uint8_t ttl = 1; ttl <= kHops; ++ttl) {
      const bool answered = (flow * 31 + ttl) % 50 != 0;
      graph.count(flow, ttl, {answered, hop(flow, ttl, fan), 10ms, at});
    }
  }
}

std::unique_ptr<PathGraphBuilder> make_graph(std::uint32_t flows, std::uint32_t fan,
                                             etr::Timestamp at) {
  auto graph = std::make_unique<PathGraphBuilder>();
  std::vector<PathHop> hops(kHops);
  for (std::uint32_t flow = 0; flow < flows; ++flow) {
    for (std::uint8_t ttl = 1; ttl <= kHops; ++ttl) hops[ttl - 1U].address = hop(flow, ttl, fan);
    graph->add_flow(flow, static_cast<std::uint16_t>(flow));
    graph->set_path(flow, {flow % fan, "hash", hops, kHops, true, false, true}, at);
  }
  count_round(*graph, flows, fan, at);
  return graph;
}

/// CPU time of this thread.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void count_verdicts(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  const auto fan = static_cast<std::uint32_t>(state.range(1));
  const etr::Timestamp at{1h};
  const auto graph = make_graph(flows, fan, at);
  for (auto _ : state) count_round(*graph, flows, fan, at);
  state.SetItemsProcessed(state.iterations() * flows * kHops);
  state.counters["octets_per_cell"] = static_cast<double>(graph->memory()) / (flows * kHops);
}

void judge(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  const auto fan = static_cast<std::uint32_t>(state.range(1));
  etr::Timestamp at{1h};
  const auto graph = make_graph(flows, fan, at);
  double longest = 0;
  double pieces = 0;
  for (auto _ : state) {
    graph->count(0, 1, {true, hop(0, 1, fan), 10ms, at});
    at += 1h;
    for (bool more = true; more; ++pieces) {
      const double began = cpu_seconds();
      more = graph->advance(at);
      longest = std::max(longest, cpu_seconds() - began);
    }
  }
  state.counters["longest_piece_us"] = longest * 1e6;
  state.counters["pieces"] = pieces / static_cast<double>(state.iterations());
}

void snapshot(benchmark::State& state) {
  const auto flows = static_cast<std::uint32_t>(state.range(0));
  const auto fan = static_cast<std::uint32_t>(state.range(1));
  const etr::Timestamp at{1h};
  const auto graph = make_graph(flows, fan, at);
  graph->judge(at);
  for (auto _ : state) {
    graph->count(0, 1, {true, hop(0, 1, fan), 10ms, at});
    benchmark::DoNotOptimize(graph->snapshot());
  }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({64, 16})->Args({1000, 64})->Args({10000, 64})->Args({10000, 10000});
}
BENCHMARK(count_verdicts)->Apply(sizes);
BENCHMARK(judge)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(snapshot)->Apply(sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
