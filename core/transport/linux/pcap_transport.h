// The transport on real networks: libpcap sees, packet and raw sockets send, rtnetlink tells the
// way.
//
// A flow's route is looked up for exactly its ports, and again after anything about routes, links
// or addresses changed, when the flow sends next. The flow keeps its source address throughout.
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
#include "base/file_descriptor.h"
#include "transport/linux/next_hops.h"
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

/// Fails with the descriptors' refusal, or if the interface or source do not exist. Runs in the
/// network namespace the descriptors were opened in.
absl::StatusOr<std::unique_ptr<Transport>> make_pcap_transport(RawDescriptors descriptors,
                                                               PcapTransportOptions options = {});

class PcapTransport final : public Transport {
 public:
  PcapTransport(RawDescriptors descriptors, PcapTransportOptions options, LinuxRoutes routes,
                LinuxRouteMonitor monitor, base::FileDescriptor wake_event);

  const base::Clock& clock() const override { return clock_; }
  absl::StatusOr<Route> route(const Endpoints& endpoints) override;
  absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                            std::uint16_t port) override;
  absl::StatusOr<FlowHandle> open_flow(const Endpoints& endpoints) override;
  const Route& flow_route(FlowHandle flow) override;
  absl::Status start(const std::string& filter) override;
  absl::Status send(FlowHandle flow, Bytes ip_packet) override;
  void wait(base::Instant deadline) override;
  std::size_t receive(const std::function<void(const ReceivedPacket&)>& handler) override;
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
    absl::Status status;  ///< Why there is no way at present.
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
  PortReservation ports_;
  base::FileDescriptor wake_event_;

  std::vector<OpenFlow> flows_;
  std::map<std::uint32_t, NetworkInterface> links_;  ///< Those that flows use, as last heard.
  std::uint64_t generation_ = 1;  ///< Counts changes; a flow of an older one is looked up anew.
  std::set<std::string> said_;    ///< Since the last change, to say things once for all flows.
  std::vector<std::string> notices_;
};

}  // namespace etr::transport
