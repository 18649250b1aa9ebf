#include "simulation/transport.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "net/ip.h"
#include "net/segment.h"

namespace etr::simulation {
namespace {

/// Octets that a capture keeps of a packet: the snap length less the SLL2 header.
constexpr std::size_t kSnapLength = 1580;

FlowFields fields_of(const transport::Endpoints& endpoints) {
  FlowFields flow;
  flow.source = endpoints.source;
  flow.destination = endpoints.destination;
  flow.protocol = endpoints.protocol;
  flow.source_port = endpoints.source_port;
  flow.destination_port = endpoints.destination_port;
  return flow;
}

}  // namespace

SimulatedTransport::SimulatedTransport(Network network)
    : network_(std::move(network)), world_(network_), random_(mix(network_.seed, "source")) {
  if (network_.virtual_clock) {
    auto clock = std::make_unique<VirtualClock>();
    virtual_clock_ = clock.get();
    clock_ = std::move(clock);
  } else {
    clock_ = std::make_unique<base::SystemClock>();
  }
  started_ = clock_->now();
  started_utc_ = clock_->utc();
  std::stable_sort(network_.clock_steps.begin(), network_.clock_steps.end(),
                   [](const ClockStep& a, const ClockStep& b) { return a.at < b.at; });
}

absl::StatusOr<transport::Route> SimulatedTransport::route_at(const transport::Endpoints& endpoints,
                                                              Duration now) const {
  const Topology& state = world_.topology(now);
  const Source& source = state.network().source;
  const std::string to = endpoints.destination.to_string();
  const IpAddress* own = address_of(source.addresses, endpoints.destination.family);
  const std::optional<NodeIndex> destination = state.owner(endpoints.destination);
  if (!destination) {
    return absl::NotFoundError(absl::StrFormat("no route to %s: not in the simulated network", to));
  }
  if (own == nullptr) {
    return absl::NotFoundError(absl::StrFormat("no route to %s: network is unreachable", to));
  }
  FlowFields flow = fields_of(endpoints);
  if (flow.source.is_unspecified()) flow.source = *own;
  if (flow.source != *own) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "cannot send from %s: not an address of this host", flow.source.to_string()));
  }
  const Link* link = state.choose(kSourceNode, destination, flow, 0);
  if (link == nullptr) {
    return absl::NotFoundError(absl::StrFormat("no route to %s: network is unreachable", to));
  }
  const auto uplink = static_cast<std::uint32_t>(link - source.next.data());
  transport::Route route;
  route.source = flow.source;
  route.interface_index = uplink + 1;
  route.interface = absl::StrFormat("sim%d", uplink);
  route.mtu = link->mtu == 0 ? source.mtu : std::min(link->mtu, source.mtu);
  return route;
}

absl::StatusOr<transport::Route> SimulatedTransport::route(const transport::Endpoints& endpoints) {
  return route_at(endpoints, elapsed());
}

absl::Status SimulatedTransport::reserve_port(const IpAddress& source, std::uint8_t protocol,
                                              std::uint16_t port) {
  const auto key = std::tuple(source, protocol, port);
  if (const auto found = reserved_.find(key); found != reserved_.end()) {
    ++found->second;
    return absl::OkStatus();
  }
  const Source& host = network_.source;
  if (std::count(host.taken_ports.begin(), host.taken_ports.end(), port) > 0) {
    return absl::AlreadyExistsError(absl::StrFormat("source port %d is in use", port));
  }
  if (host.descriptors != 0 && reserved_.size() >= host.descriptors) {
    return absl::ResourceExhaustedError("too many open files");
  }
  reserved_.emplace(key, 1);
  return absl::OkStatus();
}

absl::StatusOr<transport::FlowHandle> SimulatedTransport::open_flow(
    const transport::Endpoints& endpoints) {
  absl::StatusOr<transport::Route> found = route(endpoints);
  if (!found.ok()) return found.status();
  OpenFlow flow{endpoints, *std::move(found)};
  flow.endpoints.source = flow.route.source;
  if (closed_.empty()) {
    flows_.push_back(std::move(flow));
    return static_cast<transport::FlowHandle>(flows_.size() - 1);
  }
  const transport::FlowHandle handle = closed_.back();
  closed_.pop_back();
  flows_[handle] = std::move(flow);
  return handle;
}

void SimulatedTransport::close_flow(transport::FlowHandle handle) {
  const transport::Endpoints& endpoints = flows_[handle].endpoints;
  const auto held =
      reserved_.find(std::tuple(endpoints.source, endpoints.protocol, endpoints.source_port));
  if (held != reserved_.end() && --held->second == 0) reserved_.erase(held);
  closed_.push_back(handle);
}

absl::Status SimulatedTransport::start(const std::string& filter) {
  filter_ = filter;
  // Times in the network count from here.
  started_ = clock_->now();
  started_utc_ = clock_->utc();
  return absl::OkStatus();
}

absl::Status SimulatedTransport::send_fault(Duration now) {
  for (const SendFault& fault : network_.send_faults) {
    if (now >= fault.from && now < fault.until && random_.happens(fault.share)) {
      return absl::UnavailableError(fault.error);
    }
  }
  return absl::OkStatus();
}

const transport::Route& SimulatedTransport::flow_route(transport::FlowHandle flow) {
  follow_routes(elapsed());
  return flows_[flow].route;
}

absl::Status SimulatedTransport::send(transport::FlowHandle flow, Bytes ip_packet) {
  const Duration now = elapsed();
  take_arrivals(now);
  follow_routes(now);
  const transport::Route& route = flows_[flow].route;
  if (absl::Status status = send_fault(now); !status.ok()) return status;
  if (ip_packet.size() > route.mtu) return absl::InvalidArgumentError("message too long");
  if (!world_.send(ip_packet, now, true)) {
    return absl::UnavailableError("network is unreachable");
  }
  capture(now, true, route.interface_index, ip_packet);
  return absl::OkStatus();
}

void SimulatedTransport::capture(Duration at, bool outgoing, std::uint32_t interface_index,
                                 Bytes bytes) {
  const Source& host = world_.topology(at).network().source;
  if (outgoing && !host.copies) return;
  if (random_.happens(host.capture_loss)) {
    ++counters_.dropped;
    return;
  }
  const Bytes kept = bytes.first(std::min(bytes.size(), kSnapLength));
  inbox_.push_back({at, outgoing, interface_index, {kept.begin(), kept.end()}});
}

void SimulatedTransport::take_arrivals(Duration until) {
  while (std::optional<World::Arrival> arrival = world_.next_arrival(until)) {
    take(*std::move(arrival));
  }
}

void SimulatedTransport::take(World::Arrival arrival) {
  capture(arrival.at, false, arrival.uplink + 1, arrival.bytes);
  if (world_.topology(arrival.at).network().source.resets) answer_as_kernel(arrival);
}

void SimulatedTransport::answer_as_kernel(const World::Arrival& arrival) {
  const std::optional<net::IpPacket> packet = net::parse_ip(arrival.bytes);
  if (!packet || packet->header.protocol != net::kProtocolTcp) return;
  const std::optional<net::TcpSegment> segment = net::parse_tcp(packet->payload);
  if (!segment || (segment->flags & net::kTcpRst) != 0 || (segment->flags & net::kTcpAck) == 0) {
    return;
  }
  net::TcpSegment reset;
  reset.source_port = segment->destination_port;
  reset.destination_port = segment->source_port;
  reset.sequence = segment->acknowledgment;
  reset.flags = net::kTcpRst;
  net::IpHeader header;
  header.source = packet->header.destination;
  header.destination = packet->header.source;
  header.protocol = net::kProtocolTcp;
  header.ttl = 64;
  const std::vector<std::uint8_t> bytes =
      net::write_packet(header, net::write_tcp(header.source, header.destination, reset));
  if (world_.send(bytes, arrival.at, false)) capture(arrival.at, true, arrival.uplink + 1, bytes);
}

void SimulatedTransport::follow_routes(Duration now) {
  const Topology* state = &world_.topology(now);
  if (state == std::exchange(routes_of_, state)) return;
  for (OpenFlow& flow : flows_) {
    const absl::StatusOr<transport::Route> found = route_at(flow.endpoints, now);
    if (!found.ok() || *found == flow.route) continue;
    notices_.push_back(absl::StrFormat("route to %s now leaves by %s",
                                       flow.endpoints.destination.to_string(), found->interface));
    flow.route = *found;
  }
  std::sort(notices_.begin(), notices_.end());
  notices_.erase(std::unique(notices_.begin(), notices_.end()), notices_.end());
}

std::vector<std::string> SimulatedTransport::take_notices() {
  follow_routes(elapsed());
  return std::exchange(notices_, {});
}

Timestamp SimulatedTransport::utc_at(Duration time) const {
  Timestamp utc = started_utc_ + time;
  if (virtual_clock_ != nullptr) {
    for (const ClockStep& step : network_.clock_steps) {
      if (step.at <= time) utc += step.by;
    }
  }
  return utc;
}

void SimulatedTransport::advance(Duration until) {
  const Duration before = elapsed();
  for (const ClockStep& step : network_.clock_steps) {
    if (step.at > before && step.at <= until) virtual_clock_->step_utc(step.by);
  }
  virtual_clock_->advance_to(started_ + until);
}

void SimulatedTransport::wait(base::Instant deadline) {
  if (virtual_clock_ == nullptr) {
    wait_for_real(deadline);
    return;
  }
  take_arrivals(elapsed());
  const Duration limit = deadline - started_;
  while (inbox_.empty() && !woken_.load()) {
    if (std::optional<World::Arrival> arrival = world_.next_arrival(limit)) {
      advance(arrival->at);
      take(*std::move(arrival));
    } else if (deadline != base::Instant::max()) {
      advance(limit);
      break;
    } else {
      wait_for_real(std::nullopt);  // Nothing will happen unless another thread calls wake().
    }
  }
  woken_.store(false);
}

void SimulatedTransport::wait_for_real(std::optional<base::Instant> deadline) {
  while (true) {
    take_arrivals(elapsed());
    if (!inbox_.empty()) break;
    if (woken_.load()) break;
    const base::Instant now = clock_->now();
    if (deadline && now >= *deadline) break;
    std::optional<base::Instant> until = deadline;
    if (const std::optional<Duration> event = world_.next_event()) {
      until = std::min(until.value_or(base::Instant::max()), started_ + *event);
    }
    pollfd waiting{wake_.fd(), POLLIN, 0};
    timespec pause{};
    if (until) {
      const Duration left = std::max(*until - now, Duration{});
      pause.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
      pause.tv_nsec = (left % std::chrono::seconds(1)).count();
    }
    if (ppoll(&waiting, 1, until ? &pause : nullptr, nullptr) > 0) wake_.clear();
  }
  if (virtual_clock_ == nullptr) woken_.store(false);
}

void SimulatedTransport::wake() {
  woken_.store(true);
  wake_.wake();
}

std::size_t SimulatedTransport::receive(
    const std::function<void(const transport::ReceivedPacket&)>& handler, std::size_t most) {
  take_arrivals(elapsed());
  std::size_t count = 0;
  for (; !inbox_.empty() && count < most; ++count) {
    const Captured captured = std::move(inbox_.front());
    inbox_.pop_front();
    transport::ReceivedPacket packet;
    packet.ip = captured.bytes;
    packet.stamp = utc_at(captured.at);
    packet.interface_index = captured.interface_index;
    packet.outgoing = captured.outgoing;
    handler(packet);
  }
  return count;
}

std::vector<std::optional<IpAddress>> SimulatedTransport::path(
    const transport::Endpoints& endpoints, Duration at) const {
  const Topology& state = world_.topology(at);
  FlowFields flow = fields_of(endpoints);
  if (flow.source.is_unspecified()) {
    const IpAddress* own = address_of(state.network().source.addresses, flow.destination.family);
    if (own != nullptr) flow.source = *own;
  }
  return state.path(flow);
}

const NodeCounters& SimulatedTransport::node(const std::string& id) const {
  return world_.counters(world_.topology(Duration{}).index(id));
}

}  // namespace etr::simulation
