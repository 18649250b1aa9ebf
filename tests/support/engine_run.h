// One run of the engine over a simulated network on the virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "etr/prober.h"
#include "plan/fixed_rounds.h"
#include "plugins/hashers/crc32/crc32_hasher.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "plugins/probers/udp-length/udp_length_prober.h"
#include "simulation/transport.h"
#include "support/networks.h"
#include "support/recording_observer.h"
#include "trace/engine.h"

namespace etr::testing {

enum class Protocol { kTcp, kUdp };

struct EngineRunOptions {
  trace::EngineOptions engine{trace::RunKey::from_seed(7)};
  plan::FixedRoundsOptions plan;  ///< Timeout and rate are the engine's.
  Protocol protocol = Protocol::kTcp;
  Family family = Family::kIpv4;
  std::vector<IpAddress> targets;  ///< Empty: the network's one target.
};

inline EngineRunOptions options_for(Protocol protocol = Protocol::kTcp,
                                    Family family = Family::kIpv4) {
  EngineRunOptions options;
  options.plan.rounds = 3;
  options.protocol = protocol;
  options.family = family;
  return options;
}

inline EngineRunOptions one_flow(std::uint64_t rounds, Protocol protocol = Protocol::kTcp) {
  EngineRunOptions options = options_for(protocol);
  options.plan.flows = 1;
  options.plan.rounds = rounds;
  return options;
}

/// The planner that the options ask for.
inline std::unique_ptr<plan::Planner> fixed_rounds(const EngineRunOptions& options) {
  plan::FixedRoundsOptions rounds = options.plan;
  rounds.timeout = options.engine.timeout;
  rounds.rate = options.engine.rate;
  return std::make_unique<plan::FixedRounds>(rounds);
}

class EngineRun {
 public:
  EngineRun(simulation::Network network, const EngineRunOptions& options)
      : options_(options), transport(std::move(network)) {
    transport.record();
    std::vector<IpAddress> addresses = options.targets;
    if (addresses.empty()) addresses = {simulation::testing::target_address(options.family)};
    std::vector<trace::Target> targets;
    for (const IpAddress& address : addresses) targets.push_back({address.to_string(), address});
    engine = std::make_unique<trace::Engine>(options.engine, targets, fixed_rounds(options),
                                             prober(), hasher_, transport);
  }

  /// Runs to the end.
  EngineRun& run() {
    const absl::Status started = engine->start();
    EXPECT_TRUE(started.ok()) << started;
    const absl::Status done = engine->run(observer);
    EXPECT_TRUE(done.ok()) << done;
    summary = engine->summary();
    // A run that was not stopped has a record of each flow and round; otherwise a test of "all
    // records" might test none.
    if (options_.plan.rounds > 0 && summary.reason == StopReason::kFinished) {
      EXPECT_EQ(observer.paths.size(), options_.plan.rounds * summary.snapshot->flows.size());
    }
    return *this;
  }

  const Prober& prober() const {
    if (options_.protocol == Protocol::kTcp) return tcp_;
    return udp_;
  }

  /// The hops that the network gives a flow from its source port, at a time.
  std::vector<std::optional<IpAddress>> truth(const Path& path, Duration at) const {
    return transport.path({path.source, path.destination, prober().protocol(), path.source_port,
                           path.destination_port},
                          at);
  }

 private:
  EngineRunOptions options_;
  const plugins::TcpSynProber tcp_;
  const plugins::UdpLengthProber udp_;
  const plugins::Crc32Hasher hasher_;

 public:
  simulation::SimulatedTransport transport;
  RecordingObserver observer;
  std::unique_ptr<trace::Engine> engine;
  Summary summary;
};

/// What a record shows at each TTL: an address, or "*".
inline std::vector<std::string> hops_of(const Path& path) {
  std::vector<std::string> hops;
  for (const Hop& hop : path.hops) hops.push_back(hop.reply ? hop.reply->source.to_string() : "*");
  return hops;
}

}  // namespace etr::testing
