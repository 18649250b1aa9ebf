// A transport whose network is in memory. It receives the bytes that would be sent to a real
// network and returns the bytes that a real one would.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/wake_fd.h"
#include "simulation/network.h"
#include "simulation/virtual_clock.h"
#include "simulation/world.h"
#include "transport/transport.h"

namespace etr::simulation {

class SimulatedTransport final : public transport::Transport {
 public:
  /// Time is real or virtual as network.virtual_clock says. REQUIRES: check(network) is OK.
  explicit SimulatedTransport(Network network);
  SimulatedTransport(const SimulatedTransport&) = delete;
  SimulatedTransport& operator=(const SimulatedTransport&) = delete;

  const base::Clock& clock() const override { return *clock_; }
  absl::StatusOr<transport::Route> route(const transport::Endpoints& endpoints) override;
  absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                            std::uint16_t port) override;
  absl::StatusOr<transport::FlowHandle> open_flow(const transport::Endpoints& endpoints) override;
  void close_flow(transport::FlowHandle flow) override;
  const transport::Route& flow_route(transport::FlowHandle flow) override;
  absl::Status start(const std::string& filter) override;
  absl::Status send(transport::FlowHandle flow, Bytes ip_packet) override;
  void wait(base::Instant deadline) override;
  std::size_t receive(const std::function<void(const transport::ReceivedPacket&)>& handler,
                      std::size_t most) override;
  std::vector<std::string> take_notices() override;
  void wake() override;
  transport::TransportCounters counters() const override { return counters_; }

  // For tests. Times are since the start.

  const Network& network() const { return network_; }
  Duration elapsed() const { return clock_->now() - started_; }
  const std::string& filter() const { return filter_; }
  std::size_t reserved_ports() const { return reserved_.size(); }
  /// The hops that a flow takes at a time, see Topology::path().
  std::vector<std::optional<IpAddress>> path(const transport::Endpoints& endpoints,
                                             Duration at) const;
  std::vector<std::optional<IpAddress>> path(const transport::Endpoints& endpoints) const {
    return path(endpoints, elapsed());
  }
  /// Records every packet sent from now on; without this call nothing is recorded.
  void record() { world_.record(true); }
  const std::vector<SentPacket>& sent() const { return world_.sent(); }
  /// REQUIRES: `id` is a node of the network, or "source".
  const NodeCounters& node(const std::string& id) const;

 private:
  struct OpenFlow {
    transport::Endpoints endpoints;
    transport::Route route;
  };
  struct Captured {
    Duration at{};
    bool outgoing = false;
    std::uint32_t interface_index = 0;
    std::vector<std::uint8_t> bytes;
  };

  absl::StatusOr<transport::Route> route_at(const transport::Endpoints& endpoints,
                                            Duration now) const;
  absl::Status send_fault(Duration now);
  /// Moves packets that have arrived up to a time to the inbox.
  void take_arrivals(Duration until);
  void take(World::Arrival arrival);
  void capture(Duration at, bool outgoing, std::uint32_t interface_index, Bytes bytes);
  /// The reaction of the tracing host's kernel to a TCP segment that belongs to no socket.
  void answer_as_kernel(const World::Arrival& arrival);
  void follow_routes(Duration now);
  void advance(Duration until);
  Timestamp utc_at(Duration time) const;
  void wait_for_real(std::optional<base::Instant> deadline);

  Network network_;
  World world_;
  VirtualClock* virtual_clock_ = nullptr;  ///< Null in real time.
  std::unique_ptr<base::Clock> clock_;
  base::Instant started_{};
  Timestamp started_utc_{};
  Random random_;
  std::string filter_;
  std::vector<OpenFlow> flows_;
  std::vector<transport::FlowHandle> closed_;  ///< Handles that can be reused.
  /// Ports with their number of reservations.
  std::map<std::tuple<IpAddress, std::uint8_t, std::uint16_t>, std::uint32_t> reserved_;
  const Topology* routes_of_ = nullptr;  ///< The state that the flows' routes belong to.
  std::deque<Captured> inbox_;
  std::vector<std::string> notices_;
  transport::TransportCounters counters_;
  std::atomic<bool> woken_{false};
  const base::WakeFd wake_;
};

}  // namespace etr::simulation
