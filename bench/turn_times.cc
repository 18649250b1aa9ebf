// How long the probing thread is busy in one turn of its loop, in CPU time, while many flows probe
// a simulated network that loses packets. The simulation's own time is not counted. Prints the
// distribution.
//
// Then what the machine itself adds to equal pieces of work of the same CPU time in all.
//
//   turn_times [FLOWS [HOPS [ROUNDS [fan|mesh]]]]
//
// 10000 flows, 30 hops, 3 rounds and a fan of 64 paths if nothing is given; in the mesh every tier
// has four routers, and nearly every flow a path of its own.
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "base/allocator.h"
#include "plan/fixed_rounds.h"
#include "plugins/hashers/crc32/crc32_hasher.h"
#include "plugins/probers/tcp-syn/tcp_syn_prober.h"
#include "simulation/transport.h"
#include "tests/support/networks.h"
#include "trace/engine.h"

namespace {

using namespace std::chrono_literals;
using etr::Duration;

Duration thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Forwards every call, and sums up the time between calls: the engine's own. A turn begins with
/// wait().
class TimedTransport final : public etr::transport::Transport {
 public:
  explicit TimedTransport(etr::transport::Transport& inner) : inner_(inner) {}

  const etr::base::Clock& clock() const override { return inner_.clock(); }
  absl::StatusOr<etr::transport::Route> route(const etr::transport::Endpoints& flow) override {
    return inner_.route(flow);
  }
  absl::Status reserve_port(const etr::IpAddress& source, std::uint8_t protocol,
                            std::uint16_t port) override {
    return inner_.reserve_port(source, protocol, port);
  }
  absl::StatusOr<etr::transport::FlowHandle> open_flow(
      const etr::transport::Endpoints& flow) override {
    return inner_.open_flow(flow);
  }
  void close_flow(etr::transport::FlowHandle flow) override { inner_.close_flow(flow); }
  const etr::transport::Route& flow_route(etr::transport::FlowHandle flow) override {
    leave();
    const etr::transport::Route& route = inner_.flow_route(flow);
    enter();
    return route;
  }
  absl::Status start(const std::string& filter) override { return inner_.start(filter); }
  absl::Status send(etr::transport::FlowHandle flow, etr::Bytes packet) override {
    leave();
    absl::Status status = inner_.send(flow, packet);
    enter();
    return status;
  }
  void wait(etr::base::Instant deadline) override {
    leave();
    if (begun_) turns.push_back(busy_);
    begun_ = true;
    busy_ = {};
    inner_.wait(deadline);
    enter();
  }
  std::size_t receive(const std::function<void(const etr::transport::ReceivedPacket&)>& handler,
                      std::size_t most) override {
    leave();
    const std::size_t count = inner_.receive(
        [&](const etr::transport::ReceivedPacket& packet) {
          enter();
          handler(packet);
          leave();
        },
        most);
    enter();
    return count;
  }
  std::vector<std::string> take_notices() override { return inner_.take_notices(); }
  void wake() override { inner_.wake(); }
  etr::transport::TransportCounters counters() const override { return inner_.counters(); }

  /// Around what the engine's thread does for others.
  void enter() { entered_ = thread_time(); }
  void leave() { busy_ += thread_time() - entered_; }

  std::vector<Duration> turns;

 private:
  etr::transport::Transport& inner_;
  bool begun_ = false;
  Duration busy_{};
  Duration entered_{};
};

/// Asks for a snapshot ten times a second, as a view does. Freeing the one before is the work of
/// the view's thread, so it is not counted.
class Watcher final : public etr::model::Observer {
 public:
  explicit Watcher(TimedTransport& transport) : transport_(transport), clock_(transport.clock()) {}
  bool reserve() override { return true; }
  void on_path(etr::Path) override { ++records; }
  void on_event(etr::Event) override {}
  void on_responder(const etr::IpAddress&) override {}
  bool wants_snapshot() const override { return clock_.now() >= next_; }
  void on_snapshot(std::shared_ptr<const etr::Snapshot> snapshot) override {
    transport_.leave();
    last_ = std::move(snapshot);
    transport_.enter();
    next_ = clock_.now() + 100ms;
    ++snapshots;
  }

  std::uint64_t records = 0;
  std::uint64_t snapshots = 0;

 private:
  TimedTransport& transport_;
  const etr::base::Clock& clock_;
  etr::base::Instant next_{};
  std::shared_ptr<const etr::Snapshot> last_;
};

/// A path of `hops` hops, the target included, that loses 0.2 % on every link and 20 % on one.
etr::simulation::Network network_of(int hops, bool mesh) {
  std::vector<unsigned> widths(static_cast<std::size_t>(hops - 1), mesh ? 4 : 1);
  if (!mesh) widths[1] = 64;
  etr::simulation::Network network = etr::simulation::testing::tiers(widths);
  for (etr::simulation::Router& router : network.routers) {
    for (etr::simulation::Link& link : router.next) link.forward.loss = 0.002;
  }
  etr::simulation::testing::link(network, mesh ? "r1.1" : "r1", "r2.1").forward.loss = 0.2;
  return network;
}

/// CPU times of equal pieces of work that touch no memory and call nothing, `total` in all: what
/// the machine itself adds to a turn.
std::vector<Duration> equal_pieces(Duration total) {
  constexpr int kSteps = 300'000;
  std::vector<Duration> times;
  std::uint64_t state = 1;
  for (Duration sum{}; sum < total; sum += times.back()) {
    const Duration begun = thread_time();
    for (int i = 0; i < kSteps; ++i) {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
    }
    times.push_back(thread_time() - begun);
  }
  if (state == 0) std::abort();  // Never: the work must not be optimized away.
  std::sort(times.begin(), times.end());
  return times;
}

double microseconds(Duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

}  // namespace

int main(int argc, char** argv) {
  etr::base::release_memory_in_background();
  const auto argument = [&](int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
  };
  const int flows = argument(1, 10000);
  const int hops = argument(2, 30);
  etr::plan::FixedRoundsOptions rounds;
  rounds.flows = static_cast<std::uint32_t>(flows);
  rounds.rounds = static_cast<std::uint64_t>(argument(3, 3));
  rounds.round_interval = 10s;
  rounds.rate = 0;
  etr::trace::EngineOptions options{etr::trace::RunKey::from_seed(1)};
  options.first_source_port = 10000;
  options.rate = 0;

  const bool mesh = argc > 4 && std::string_view(argv[4]) == "mesh";
  etr::simulation::SimulatedTransport network(network_of(hops, mesh));
  TimedTransport transport(network);
  const etr::plugins::TcpSynProber prober;
  const etr::plugins::Crc32Hasher hasher;
  etr::trace::Engine engine(options, {{"target", etr::simulation::testing::target_address()}},
                            std::make_unique<etr::plan::FixedRounds>(rounds), prober, hasher,
                            transport);
  Watcher watcher(transport);
  if (!engine.start().ok() || !engine.run(watcher).ok()) return EXIT_FAILURE;

  std::vector<Duration>& turns = transport.turns;
  std::sort(turns.begin(), turns.end());
  const auto quantile = [&](double share) {
    return microseconds(
        turns[static_cast<std::size_t>(share * static_cast<double>(turns.size() - 1))]);
  };
  std::printf("%d flows, %d hops, %llu records, %llu snapshots, %zu turns\n", flows, hops,
              static_cast<unsigned long long>(watcher.records),
              static_cast<unsigned long long>(watcher.snapshots), turns.size());
  std::printf(
      "CPU time of a turn in us: median %.0f, 99 %% %.0f, 99.9 %% %.0f, 99.99 %% %.0f, longest "
      "%.0f\n",
      quantile(0.5), quantile(0.99), quantile(0.999), quantile(0.9999), quantile(1));
  const auto over = turns.end() - std::upper_bound(turns.begin(), turns.end(), Duration(2ms));
  std::printf("%td turns took more than 2 ms\n", over);

  const Duration total = std::accumulate(turns.begin(), turns.end(), Duration{});
  const std::vector<Duration> pieces = equal_pieces(total);
  const Duration median = pieces[pieces.size() / 2];
  const auto late = pieces.end() - std::upper_bound(pieces.begin(), pieces.end(), median + 1ms);
  std::printf(
      "the machine: of %zu equal pieces of work, as much CPU time in all, median %.0f us, longest "
      "%.0f us, %td took 1 ms more than the median\n",
      pieces.size(), microseconds(median), microseconds(pieces.back()), late);
  return watcher.records > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
