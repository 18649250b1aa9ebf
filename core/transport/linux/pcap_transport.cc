#include "transport/linux/pcap_transport.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/errno_text.h"
#include "transport/linux/ipsec.h"

namespace etr::transport {
namespace {

constexpr std::uint32_t kLargestIpPacket = 65535;

std::string describe(const KernelRoute& route, const std::string& interface) {
  return absl::StrFormat("via %s on %s", route.next_hop.to_string(), interface);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transport>> make_pcap_transport(RawDescriptors descriptors,
                                                               PcapTransportOptions options) {
  if (!descriptors.status.ok()) return descriptors.status;
  absl::StatusOr<LinuxRoutes> routes = LinuxRoutes::open();
  if (!routes.ok()) return routes.status();
  absl::StatusOr<LinuxRouteMonitor> monitor = LinuxRouteMonitor::open();
  if (!monitor.ok()) return monitor.status();
  if (!options.interface.empty()) {
    if (const auto link = routes->link(options.interface); !link.ok()) return link.status();
  }
  try {
    return std::make_unique<PcapTransport>(std::move(descriptors), std::move(options),
                                           *std::move(routes), *std::move(monitor));
  } catch (const std::system_error& error) {
    return absl::UnavailableError(
        absl::StrFormat("eventfd: %s", base::errno_text(error.code().value())));
  }
}

PcapTransport::PcapTransport(RawDescriptors descriptors, PcapTransportOptions options,
                             LinuxRoutes routes, LinuxRouteMonitor monitor)
    : options_(std::move(options)),
      routes_(std::move(routes)),
      monitor_(std::move(monitor)),
      capture_(std::move(descriptors.capture)),
      sender_(std::move(descriptors.packet), std::move(descriptors.ipv4),
              std::move(descriptors.ipv6)),
      next_hops_(routes_, sender_),
      own_host_(routes_) {}

absl::StatusOr<NetworkInterface> PcapTransport::link(std::uint32_t index) {
  if (const auto known = links_.find(index); known != links_.end()) return known->second;
  return routes_.link(index);
}

absl::StatusOr<PcapTransport::Way> PcapTransport::find_way(const Endpoints& wanted) {
  Endpoints endpoints = wanted;
  if (endpoints.source.is_unspecified() && options_.source &&
      options_.source->family == endpoints.destination.family) {
    endpoints.source = *options_.source;
  }
  std::uint32_t forced = 0;
  const std::string& name = wanted.interface.empty() ? options_.interface : wanted.interface;
  if (!name.empty()) {
    const absl::StatusOr<NetworkInterface> found = routes_.link(name);
    if (!found.ok()) return found.status();
    forced = found->index;
  }
  absl::StatusOr<KernelRoute> kernel = routes_.find(endpoints, forced);
  if (kernel.ok() && endpoints.source.is_unspecified()) {
    // As connect() does: the first lookup yields the source address, which the second one hashes.
    endpoints.source = kernel->source;
    kernel = routes_.find(endpoints, forced);
  }
  if (!kernel.ok()) return kernel.status();
  const absl::StatusOr<NetworkInterface> out = link(kernel->interface_index);
  if (!out.ok()) return out.status();
  Way way;
  way.kernel = *kernel;
  way.method = send_method(*kernel, *out);
  endpoints.source = kernel->source;
  const std::uint32_t mtu = std::min(kernel->mtu.value_or(out->mtu), kLargestIpPacket);
  if (way.method != SendMethod::kRaw && ipsec_applies(endpoints, *out, mtu)) {
    way.method = SendMethod::kRaw;
  }
  way.route = {kernel->source, out->index, out->name, static_cast<std::uint16_t>(mtu),
               kernel->local};
  return way;
}

absl::StatusOr<Route> PcapTransport::route(const Endpoints& endpoints) {
  const absl::StatusOr<Way> way = find_way(endpoints);
  if (!way.ok()) return way.status();
  return way->route;
}

absl::Status PcapTransport::reserve_port(const IpAddress& source, std::uint8_t protocol,
                                         std::uint16_t port) {
  return ports_.reserve(source, protocol, port);
}

absl::StatusOr<FlowHandle> PcapTransport::open_flow(const Endpoints& endpoints) {
  const absl::StatusOr<Way> way = find_way(endpoints);
  if (!way.ok()) return way.status();
  OpenFlow flow;
  flow.endpoints = endpoints;
  flow.endpoints.source = way->route.source;
  use(flow, *way);
  if (closed_.empty()) {
    flows_.push_back(std::move(flow));
    return static_cast<FlowHandle>(flows_.size() - 1);
  }
  const FlowHandle handle = closed_.back();
  closed_.pop_back();
  flows_[handle] = std::move(flow);
  return handle;
}

void PcapTransport::close_flow(FlowHandle handle) {
  const Endpoints& endpoints = flows_.at(handle).endpoints;
  ports_.release(endpoints.source, endpoints.protocol, endpoints.source_port);
  closed_.push_back(handle);
}

void PcapTransport::use(OpenFlow& flow, const Way& way) {
  flow.way = way;
  flow.route = way.route;
  flow.status = absl::OkStatus();
  flow.generation = generation_;
  if (const auto out = link(way.route.interface_index); out.ok()) links_[out->index] = *out;
  if (way.method == SendMethod::kNeighbour) {
    flow.next_hop = next_hops_.open(way.route.interface_index, way.kernel.next_hop);
  }
}

void PcapTransport::follow(OpenFlow& flow) {
  flow.generation = generation_;
  const absl::StatusOr<Way> way = find_way(flow.endpoints);
  if (!way.ok()) {
    flow.status = way.status();
    notice(std::string(flow.status.message()));
    return;
  }
  const std::string now = describe(way->kernel, way->route.interface);
  const std::string before = describe(flow.way.kernel, flow.route.interface);
  const std::string destination = flow.endpoints.destination.to_string();
  if (!flow.status.ok()) {
    notice(absl::StrFormat("there is a route to %s again: %s", destination, now));
  } else if (now != before) {
    notice(absl::StrFormat("route to %s is now %s, was %s", destination, now, before));
  }
  use(flow, *way);
}

const Route& PcapTransport::flow_route(FlowHandle handle) {
  OpenFlow& flow = flows_.at(handle);
  if (flow.generation != generation_) follow(flow);
  return flow.route;
}

absl::Status PcapTransport::start(const std::string& filter) { return capture_.set_filter(filter); }

absl::Status PcapTransport::send(FlowHandle handle, Bytes ip_packet) {
  OpenFlow& flow = flows_.at(handle);
  // Replies can arrive from now on: no more waiting for neighbours.
  next_hops_.set_patience(Duration::zero());
  if (flow.generation != generation_) follow(flow);
  if (!flow.status.ok()) return flow.status;

  const std::uint32_t interface = flow.route.interface_index;
  const IpAddress& destination = flow.endpoints.destination;
  const LinkAddress no_address;
  const LinkAddress* to = flow.way.method == SendMethod::kNeighbour
                              ? next_hops_.link_address(flow.next_hop)
                              : &no_address;
  const bool through_kernel = flow.way.method == SendMethod::kRaw || to == nullptr;
  absl::Status sent =
      through_kernel
          ? sender_.send_raw(flow.way.kernel.local ? 0 : interface, destination, ip_packet)
          : sender_.send_link(interface, destination.family, *to, ip_packet);
  // Whatever the error is, the next packet must not use the old lookup.
  if (!sent.ok()) flow.generation = 0;
  return sent;
}

void PcapTransport::wait(base::Instant deadline) {
  constexpr Duration kLongest = std::chrono::hours(1);
  const Duration left = std::clamp<Duration>(deadline - clock_.now(), Duration::zero(), kLongest);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), (left - seconds).count()};
  std::array<pollfd, 3> sources{
      {{capture_.fd(), POLLIN, 0}, {monitor_.fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}}};
  if (ppoll(sources.data(), sources.size(), &timeout, nullptr) <= 0) return;
  if (sources[1].revents != 0) take_changes();
  if (sources[2].revents != 0) wake_.clear();
}

std::size_t PcapTransport::receive(const std::function<void(const ReceivedPacket&)>& handler,
                                   std::size_t most) {
  const auto mark = [&](const ReceivedPacket& captured) {
    ReceivedPacket packet = captured;
    packet.from_this_host = own_host_.sent(packet);
    handler(packet);
  };
  const absl::StatusOr<std::size_t> count = capture_.receive(mark, most);
  if (count.ok()) return *count;
  notice(std::string(count.status().message()));
  return 0;
}

void PcapTransport::take_changes() {
  const NetworkChanges changes = monitor_.take();
  bool moved = changes.routes || changes.missed;
  for (const NetworkChanges::LinkChange& change : changes.links) {
    const auto known = links_.find(change.link.index);
    // A link that no flow uses matters too if it has come up: routes may use it now.
    if (known == links_.end() || change.removed || !(known->second == change.link)) moved = true;
    note_link(change);
  }
  for (const Neighbour& neighbour : changes.neighbours) {
    std::string line = next_hops_.update(neighbour);
    if (!line.empty()) notice(std::move(line));
  }
  if (changes.missed) {
    links_.clear();
    next_hops_.refresh();
  }
  if (!moved) return;
  ++generation_;
  own_host_.forget();
  reported_.clear();
}

void PcapTransport::note_link(const NetworkChanges::LinkChange& change) {
  const auto known = links_.find(change.link.index);
  if (known == links_.end()) return;
  if (change.removed) {
    notice(absl::StrFormat("interface %s is gone", known->second.name));
    links_.erase(known);
    return;
  }
  if (known->second.is_up() != change.link.is_up()) {
    notice(absl::StrFormat("interface %s is %s", change.link.name,
                           change.link.is_up() ? "up" : "down"));
  }
  known->second = change.link;
}

void PcapTransport::notice(std::string line) {
  if (reported_.insert(line).second) notices_.push_back(std::move(line));
}

std::vector<std::string> PcapTransport::take_notices() { return std::exchange(notices_, {}); }

void PcapTransport::wake() { wake_.wake(); }

}  // namespace etr::transport
