// The cost of the real transport per packet and per flow, on a veth pair whose far end drops what
// it receives. Needs root for network namespaces of its own, and does nothing without them.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "net/ip.h"
#include "transport/linux/pcap_transport.h"
#include "transport/linux/raw_descriptors.h"

namespace {

namespace transport = etr::transport;

constexpr std::size_t kBatch = 256;

etr::IpAddress address(const char* text) { return etr::IpAddress::parse(text).value(); }

/// The near end of the veth pair, with a transport on it.
class Network {
 public:
  Network() {
    if (unshare(CLONE_NEWNET) != 0) return;
    const std::string far = "/proc/" + std::to_string(getpid()) + "/fd/" +
                            std::to_string(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (unshare(CLONE_NEWNET) != 0) return;
    const std::string commands =
        "ip link add veth0 type veth peer name veth1 && ip link set veth1 netns " + far +
        " && ip link set veth0 up && ip address add 10.9.0.1/24 dev veth0"
        " && ip neigh add 10.9.0.2 lladdr 02:00:00:00:09:02 dev veth0"
        " && ip route add 192.0.2.0/24 via 10.9.0.2"
        " && nsenter --net=" +
        far + " ip link set veth1 up";
    if (std::system(commands.c_str()) != 0) return;
    auto made = transport::make_pcap_transport(transport::open_raw_descriptors());
    if (!made.ok()) return;
    transport_ = *std::move(made);
    if (!transport_->start("tcp port 443").ok()) transport_.reset();
  }

  /// Null if the machine does not permit this.
  transport::Transport* get() const { return transport_.get(); }

 private:
  std::unique_ptr<transport::Transport> transport_;
};

transport::Transport* network(benchmark::State& state) {
  static const Network made;
  if (made.get() == nullptr) state.SkipWithError("needs root, namespaces and veth");
  return made.get();
}

transport::Endpoints endpoints(std::uint16_t port) {
  return {{}, address("192.0.2.1"), etr::net::kProtocolTcp, port, 443};
}

/// The octets of a SYN.
std::array<std::uint8_t, 60> packet() {
  etr::net::IpHeader header;
  header.source = address("10.9.0.1");
  header.destination = address("192.0.2.1");
  header.protocol = etr::net::kProtocolTcp;
  header.ttl = 1;
  header.id = 1;
  header.payload_length = 40;
  std::array<std::uint8_t, 60> bytes{};
  etr::net::write_ip(header, bytes);
  bytes[22] = 443 >> 8U;
  bytes[23] = 443 & 0xffU;
  return bytes;
}

std::size_t drain(transport::Transport& transport) {
  return transport.receive(
      [](const transport::ReceivedPacket& seen) { benchmark::DoNotOptimize(seen.stamp); },
      transport::kAllPackets);
}

/// send(), including the far end's reception in our softirq.
void send(benchmark::State& state) {
  transport::Transport* transport = network(state);
  if (transport == nullptr) return;
  const transport::FlowHandle flow = transport->open_flow(endpoints(50000)).value();
  const auto bytes = packet();
  std::size_t count = 0;
  for (auto _ : state) {
    if (!transport->send(flow, bytes).ok()) state.SkipWithError("send failed");
    if (++count % kBatch == 0) {
      state.PauseTiming();
      drain(*transport);
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(send);

/// receive(): from frames in the ring to packets in the handler.
void receive(benchmark::State& state) {
  transport::Transport* transport = network(state);
  if (transport == nullptr) return;
  const transport::FlowHandle flow = transport->open_flow(endpoints(50000)).value();
  const auto bytes = packet();
  drain(*transport);
  std::int64_t received = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      if (!transport->send(flow, bytes).ok()) state.SkipWithError("send failed");
    }
    const auto begun = std::chrono::steady_clock::now();
    received += static_cast<std::int64_t>(drain(*transport));
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
  state.SetItemsProcessed(received);
}
BENCHMARK(receive)->UseManualTime();

/// wait() with nothing there and the deadline past: the cost of polling.
void look(benchmark::State& state) {
  transport::Transport* transport = network(state);
  if (transport == nullptr) return;
  drain(*transport);
  for (auto _ : state) transport->wait(etr::base::Instant{});
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(look);

/// route(): a lookup for one flow's ports, done twice since the source is needed, too.
void route(benchmark::State& state) {
  transport::Transport* transport = network(state);
  if (transport == nullptr) return;
  std::uint16_t port = 0;
  for (auto _ : state) benchmark::DoNotOptimize(transport->route(endpoints(++port)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(route);

}  // namespace
