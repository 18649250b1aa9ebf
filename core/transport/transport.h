// The transport: sends probes and delivers captured packets. One for all traces of a run.
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
  std::string interface = "";  ///< On which a link-local destination lies; empty: by route.
};

/// How packets of a flow leave this host.
struct Route {
  IpAddress source;
  std::uint32_t interface_index = 0;
  std::string interface;
  std::uint16_t mtu = 1500;
  bool local = false;  ///< The destination is this host.
  friend bool operator==(const Route&, const Route&) = default;
};

/// Identifies an open flow; returned by open_flow().
using FlowHandle = std::uint32_t;

/// For receive(): no limit.
inline constexpr std::size_t kAllPackets = static_cast<std::size_t>(-1);

/// A captured packet, sent or received. Its bytes are valid during the call only.
struct ReceivedPacket {
  Bytes ip;           ///< From the IP header on; may be cut by the snap length.
  Timestamp stamp{};  ///< Kernel stamp.
  std::uint32_t interface_index = 0;
  bool outgoing = false;        ///< Leaving this host. On loopback our own frames are not marked.
  bool from_this_host = false;  ///< Sent by this host, perhaps to itself.
};

struct TransportCounters {
  std::uint64_t dropped = 0;  ///< By the kernel, because its buffer was full.
};

/// All methods but wake() belong to the probing thread.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual const base::Clock& clock() const = 0;

  /// The route that a packet with these endpoints takes now; without side effects. The error names
  /// the destination and the reason ("no route to 192.0.2.1").
  virtual absl::StatusOr<Route> route(const Endpoints& endpoints) = 0;

  /// Reserves the source port on this host, so that no other socket gets it and the kernel does not
  /// answer for it. Flows to several destinations may share a port: each call counts, and
  /// close_flow() takes one back. kAlreadyExists: in use by another process. kResourceExhausted:
  /// out of descriptors, the flow may go on unreserved.
  virtual absl::Status reserve_port(const IpAddress& source, std::uint8_t protocol,
                                    std::uint16_t port) = 0;

  /// Prepares sending for one flow: looks up its route and neighbour, and follows changes from then
  /// on.
  virtual absl::StatusOr<FlowHandle> open_flow(const Endpoints& endpoints) = 0;
  /// Ends a flow: its handle may be reused, and its port is free unless another flow holds it, too.
  virtual void close_flow(FlowHandle flow) = 0;
  /// The flow's route, after all changes reported so far; the last one if there is none now.
  virtual const Route& flow_route(FlowHandle flow) = 0;

  /// Starts the capture with one filter for the whole run, before the first send.
  virtual absl::Status start(const std::string& filter) = 0;

  /// Sends one whole IP packet on the flow's route. An error concerns this packet only.
  virtual absl::Status send(FlowHandle flow, Bytes ip_packet) = 0;

  /// Waits for a packet, wake(), or the deadline, whichever is first. A virtual clock advances only
  /// here.
  virtual void wait(base::Instant deadline) = 0;

  /// Delivers the packets captured so far, in the order of capture and at most `most` of them;
  /// never waits. Returns how many it took from the capture: fewer than `most` if that is empty
  /// now.
  virtual std::size_t receive(const std::function<void(const ReceivedPacket&)>& handler,
                              std::size_t most) = 0;

  /// One line each about routes, neighbours or interfaces that changed since the last call.
  virtual std::vector<std::string> take_notices() { return {}; }

  /// Ends a wait() early. Any thread; async-signal-safe.
  virtual void wake() = 0;

  virtual TransportCounters counters() const { return {}; }
};

}  // namespace etr::transport
