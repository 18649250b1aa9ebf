// The transport: sends probes, hands over what the network shows. One for all traces of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "etr/flow.h"
#include "etr/time.h"
#include "etr/wire.h"

namespace etr::transport {

/// What a route lookup needs. `source` unspecified: the transport chooses.
struct Endpoints {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

/// How packets of a flow leave this host.
struct Route {
  IpAddress source;
  std::uint32_t interface_index = 0;
  std::string interface;
  std::uint16_t mtu = 1500;
  friend bool operator==(const Route&, const Route&) = default;
};

/// Names an open flow; given by open_flow.
using FlowHandle = std::uint32_t;

/// A captured packet, ours or theirs. Bytes are valid during the call only.
struct ReceivedPacket {
  Bytes ip;           ///< From the IP header on; may be cut by the snap length.
  Timestamp stamp{};  ///< Kernel stamp.
  std::uint32_t interface_index = 0;
  bool outgoing = false;  ///< Leaving this host. On loopback our own frames are not marked.
};

struct TransportCounters {
  std::uint64_t captured = 0;
  std::uint64_t dropped = 0;  ///< By the kernel, for want of room.
};

/// All methods but wake() belong to the probing thread.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual const base::Clock& clock() const = 0;

  /// The route a packet of these endpoints takes now; without side effects. The error names the
  /// destination and the reason ("no route to 192.0.2.1").
  virtual absl::StatusOr<Route> route(const Endpoints& endpoints) = 0;

  /// Reserves the source port on this host until the end of the run, so that no other socket gets
  /// it and the kernel does not answer for it. Once per (source, protocol, port); a second call for
  /// the same is fine. kAlreadyExists: taken by somebody else. kResourceExhausted: out of
  /// descriptors, the flow may go on unreserved.
  virtual absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                                    std::uint16_t port) = 0;

  /// Prepares sending for one flow (route per flow, neighbour). The route is followed from then on.
  virtual absl::StatusOr<FlowHandle> open_flow(const Endpoints& endpoints) = 0;
  /// The flow's route, after all changes that were heard of; the last one where there is none now.
  virtual const Route& flow_route(FlowHandle flow) = 0;

  /// Starts the capture with one filter for the whole run, before the first send.
  virtual absl::Status start(const std::string& filter) = 0;

  /// Sends one whole IP packet on the flow's route. An error concerns this packet only.
  virtual absl::Status send(FlowHandle flow, Bytes ip_packet) = 0;

  /// Waits for a packet, wake(), or the deadline, whichever is first. On a virtual clock this is
  /// where time passes.
  virtual void wait(base::Instant deadline) = 0;

  /// Hands over every packet that is there, in the order of capture; never waits. Returns how many.
  virtual std::size_t receive(const std::function<void(const ReceivedPacket&)>& handler) = 0;

  /// One line each about routes, neighbours or interfaces that changed since the last call.
  virtual std::vector<std::string> take_notices() { return {}; }

  /// Ends a wait() early. Any thread; async-signal-safe.
  virtual void wake() = 0;

  virtual TransportCounters counters() const { return {}; }
};

}  // namespace etr::transport
