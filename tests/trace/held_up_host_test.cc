// A busy host: the probing thread is preempted between choosing a probe and sending it.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/engine_run.h"

namespace etr::testing {
namespace {

using namespace std::chrono_literals;
using base::Clock;
using base::Instant;
using simulation::SimulatedTransport;
using transport::Endpoints;
using transport::FlowHandle;
using transport::ReceivedPacket;
using transport::Route;

/// A transport that delays some sends by a long time; packets that arrive meanwhile wait in the
/// capture.
class HeldUpTransport final : public transport::Transport {
 public:
  HeldUpTransport(SimulatedTransport& inner, int every, Duration delay)
      : inner_(inner), every_(every), delay_(delay) {}

  absl::Status send(FlowHandle flow, Bytes packet) override {
    if (++sends_ % every_ == 0) hold_up();
    return inner_.send(flow, packet);
  }
  void wait(Instant deadline) override {
    if (captured_.empty()) inner_.wait(deadline);
  }
  std::size_t receive(const std::function<void(const ReceivedPacket&)>& handler,
                      std::size_t most) override {
    std::size_t received = 0;
    for (; !captured_.empty() && received < most; ++received) {
      Captured one = std::move(captured_.front());
      captured_.pop_front();
      one.packet.ip = one.bytes;
      handler(one.packet);
    }
    return received + inner_.receive(handler, most - received);
  }

  const Clock& clock() const override { return inner_.clock(); }
  absl::StatusOr<Route> route(const Endpoints& flow) override { return inner_.route(flow); }
  absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                            std::uint16_t port) override {
    return inner_.reserve_port(source, protocol, port);
  }
  absl::StatusOr<FlowHandle> open_flow(const Endpoints& flow) override {
    return inner_.open_flow(flow);
  }
  void close_flow(FlowHandle flow) override { inner_.close_flow(flow); }
  const Route& flow_route(FlowHandle flow) override { return inner_.flow_route(flow); }
  absl::Status start(const std::string& filter) override { return inner_.start(filter); }
  void wake() override { inner_.wake(); }

 private:
  struct Captured {
    ReceivedPacket packet;
    std::vector<std::uint8_t> bytes;
  };

  void hold_up() {
    const Instant until = clock().now() + delay_;
    while (clock().now() < until) {
      inner_.wait(until);
      inner_.receive(
          [this](const ReceivedPacket& packet) {
            captured_.push_back({packet, {packet.ip.begin(), packet.ip.end()}});
          },
          transport::kAllPackets);
    }
  }

  SimulatedTransport& inner_;
  int every_;
  Duration delay_;
  int sends_ = 0;
  std::deque<Captured> captured_;
};

// The timeout runs from when a probe leaves, not from when it was requested.
TEST(HeldUpHost, LosesNoProbeThatLeftLate) {
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    EngineRunOptions options = options_for(protocol);
    options.plan.rounds = 6;
    EngineRun network(simulation::testing::line(4), options);
    HeldUpTransport transport(network.transport, 7, options.engine.timeout + 500ms);
    const trace::Target target{"target", simulation::testing::target_address()};
    const plugins::Crc32Hasher hasher;
    trace::Engine engine(options.engine, {target}, fixed_rounds(options), network.prober(), hasher,
                         transport);
    ASSERT_TRUE(engine.start().ok());
    RecordingObserver observer;
    ASSERT_TRUE(engine.run(observer).ok());
    ASSERT_EQ(observer.paths.size(), 30U);
    for (const Path& path : observer.paths) {
      ASSERT_EQ(path.hops.size(), 5U) << path.round;
      for (const Hop& hop : path.hops) {
        ASSERT_TRUE(hop.reply) << "flow " << path.flow << " round " << path.round;
        EXPECT_EQ(hop.reply->rtt, 2ms * int{hop.ttl});
      }
    }
  }
}

}  // namespace
}  // namespace etr::testing
