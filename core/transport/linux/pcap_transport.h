// The transport on real networks: captures with libpcap, sends through packet and raw sockets,
// follows routes with rtnetlink.
//
// A flow's route is looked up for exactly its ports, and again at its next send after a change of
// routes, links or addresses. The flow keeps its source address throughout.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/wake_fd.h"
#include "transport/linux/next_hops.h"
#include "transport/linux/own_host.h"
#include "transport/linux/pcap_capture.h"
#include "transport/linux/port_reservation.h"
#include "transport/linux/raw_descriptors.h"
#include "transport/linux/route.h"
#include "transport/linux/route_monitor.h"
#include "transport/linux/sender.h"
#include "transport/transport.h"

namespace etr::transport {

struct PcapTransportOptions {
  std::string interface;            ///< Forces all packets out of it; empty: by route.
  std::optional<IpAddress> source;  ///< For destinations of its family; empty: by route.
};

/// Fails with the error of the descriptors, or if the interface or source does not exist. Runs in
/// the network namespace in which the descriptors were opened.
absl::StatusOr<std::unique_ptr<Transport>> make_pcap_transport(RawDescriptors descriptors,
                                                               PcapTransportOptions options = {});

class PcapTransport final : public Transport {
 public:
  /// Throws std::system_error if no descriptor is left for wake().
  PcapTransport(RawDescriptors descriptors, PcapTransportOptions options, LinuxRoutes routes,
                LinuxRouteMonitor monitor);

  const base::Clock& clock() const override { return clock_; }
  absl::StatusOr<Route> route(const Endpoints& endpoints) override;
  absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                            std::uint16_t port) override;
  absl::StatusOr<FlowHandle> open_flow(const Endpoints& endpoints) override;
  void close_flow(FlowHandle flow) override;
  const Route& flow_route(FlowHandle flow) override;
  absl::Status start(const std::string& filter) override;
  absl::Status send(FlowHandle flow, Bytes ip_packet) override;
  void wait(base::Instant deadline) override;
  std::size_t receive(const std::function<void(const ReceivedPacket&)>& handler,
                      std::size_t most) override;
  std::vector<std::string> take_notices() override;
  void wake() override;
  TransportCounters counters() const override { return capture_.counters(); }

 private:
  struct Way {
    KernelRoute kernel;
    Route route;
    SendMethod method = SendMethod::kRaw;
  };
  struct OpenFlow {
    Endpoints endpoints;
    Route route;
    Way way;
    absl::Status status;  ///< Why there is no route at present.
    NextHops::Id next_hop = 0;
    std::uint64_t generation = 0;
  };

  absl::StatusOr<Way> find_way(const Endpoints& endpoints);
  absl::StatusOr<NetworkInterface> link(std::uint32_t index);
  void use(OpenFlow& flow, const Way& way);
  void follow(OpenFlow& flow);
  void take_changes();
  void note_link(const NetworkChanges::LinkChange& change);
  void notice(std::string line);

  const base::SystemClock clock_;
  const PcapTransportOptions options_;
  LinuxRoutes routes_;
  LinuxRouteMonitor monitor_;
  PcapCapture capture_;
  LinuxSender sender_;
  NextHops next_hops_;
  OwnHost own_host_;
  PortReservation ports_;
  const base::WakeFd wake_;

  std::vector<OpenFlow> flows_;
  std::vector<FlowHandle> closed_;                   ///< Handles that can be reused.
  std::map<std::uint32_t, NetworkInterface> links_;  ///< Links that flows use, as last reported.
  std::uint64_t generation_ = 1;    ///< Counts changes; a flow of an older one is looked up again.
  std::set<std::string> reported_;  ///< Since the last change: once for all flows.
  std::vector<std::string> notices_;
};

}  // namespace etr::transport
