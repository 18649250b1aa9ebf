// The path graph that the engine would have built from flows as a snapshot shows them, for tests
// that make flows by hand.
//
// Each answered and each lost probe of a hop is counted once, losses spread evenly. RTTs have the
// responder's count, mean, best, worst and, as far as these allow, standard deviation.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "etr/path_graph.h"
#include "etr/snapshot.h"
#include "model/path_graph.h"

namespace etr::test {

/// Samples with a responder's figures.
inline std::vector<Duration> samples_of(const ResponderStats& stats) {
  const auto count = static_cast<double>(stats.received);
  const auto best = static_cast<double>(stats.best.count());
  const auto worst = static_cast<double>(stats.worst.count());
  std::vector<double> samples(stats.received, stats.mean_ns);
  if (stats.received > 2) {
    const double rest = count - 2;
    const double middle = (count * stats.mean_ns - best - worst) / rest;
    const auto square = [&stats](double value) { return std::pow(value - stats.mean_ns, 2); };
    const double squares = std::pow(stats.stddev_ns, 2) * (count - 1) - square(best) -
                           square(worst) - rest * square(middle);
    const std::size_t pairs = (samples.size() - 2) / 2;
    const double step =
        pairs == 0 ? 0 : std::sqrt(std::max(0.0, squares) / (2 * static_cast<double>(pairs)));
    for (std::size_t i = 2; i < samples.size(); ++i) {
      const bool paired = i < 2 + 2 * pairs;
      samples[i] = std::clamp(middle + (!paired ? 0 : i % 2 == 0 ? step : -step), best, worst);
    }
  }
  if (stats.received >= 2) {
    samples[0] = best;
    samples[1] = worst;
  }
  std::vector<Duration> out;
  for (const double sample : samples) out.emplace_back(std::llround(sample));
  return out;
}

inline void count_hop(model::PathGraphBuilder& graph, std::uint32_t flow, const HopStats& hop,
                      Timestamp at) {
  std::vector<model::ProbeVerdict> answers;
  for (const ResponderStats& responder : hop.responders) {
    for (const Duration rtt : samples_of(responder)) {
      answers.push_back({true, responder.address, rtt, at});
    }
  }
  const std::optional<IpAddress> someone =
      hop.responders.empty() ? hop.address : std::optional(hop.responders.front().address);
  answers.resize(hop.answered, {true, someone, std::nullopt, at});
  const std::uint64_t all = hop.answered + hop.lost;
  std::size_t answered = 0;
  for (std::uint64_t i = 0; i < all; ++i) {
    const bool lost = (i + 1) * hop.lost / all > i * hop.lost / all;
    graph.count(flow, hop.ttl, lost ? model::ProbeVerdict{false, {}, {}, at} : answers[answered++]);
  }
}

inline void add_to_graph(model::PathGraphBuilder& graph, const FlowSnapshot& flow, Timestamp at) {
  std::vector<model::PathHop> hops;
  for (const HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    hops.resize(std::max<std::size_t>(hops.size(), hop.ttl));
    model::PathHop& known = hops[hop.ttl - std::size_t{1}];
    known.address = hop.address;
    if (!known.address && !hop.responders.empty()) known.address = hop.responders.front().address;
    known.per_packet = hop.responders.size() > 1;
  }
  model::FlowPath path;
  path.id = flow.path_id;
  path.hash = flow.path_hash;
  path.hops = hops;
  path.end = flow.blocked ? std::optional(flow.blocked->ttl) : flow.distance;
  path.reached = flow.reached;
  path.blocked = flow.blocked.has_value();
  path.moved = true;
  graph.add_flow(flow.flow, flow.source_port);
  graph.set_path(flow.flow, path, at);
  for (const HopStats& hop : flow.hops) count_hop(graph, flow.flow, hop, at);
}

/// One graph per trace, in the order of traces, judged.
inline std::vector<std::shared_ptr<const PathGraph>> graphs_of(
    std::span<const std::shared_ptr<const FlowSnapshot>> flows,
    Timestamp at = Timestamp{std::chrono::seconds(1'790'000'000)}) {
  std::map<std::uint32_t, std::unique_ptr<model::PathGraphBuilder>> builders;
  for (const auto& flow : flows) {
    auto& builder = builders[flow->trace];
    if (builder == nullptr) {
      builder = std::make_unique<model::PathGraphBuilder>(model::PathGraphOptions{flow->trace});
    }
    add_to_graph(*builder, *flow, at);
  }
  std::vector<std::shared_ptr<const PathGraph>> graphs;
  for (const auto& [trace, builder] : builders) {
    builder->judge(at);
    graphs.push_back(builder->snapshot());
  }
  return graphs;
}

}  // namespace etr::test
