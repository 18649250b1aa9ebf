#include "trace/flow_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace etr::trace {

namespace {

constexpr std::uint32_t kLastPort = 65535;

}  // namespace

FlowTable::FlowTable(const EngineOptions& options, const Prober& prober,
                     transport::Transport& transport, Dispatcher& dispatcher, EventReporter& events)
    : options_(options),
      prober_(prober),
      transport_(transport),
      dispatcher_(dispatcher),
      events_(events) {}

void FlowTable::add_trace(const Target& target) {
  TraceInfo info;
  info.trace = static_cast<std::uint32_t>(traces_.size());
  info.target = target.name;
  info.destination = target.destination;
  info.destination_port = target.port != 0                 ? target.port
                          : options_.destination_port != 0 ? options_.destination_port
                                                           : prober_.default_port();
  info.protocol = std::string(prober_.record_name());
  traces_.push_back(std::make_unique<Trace>(info));
  traces_.back()->interface = target.interface;
}

absl::StatusOr<plan::FlowId> FlowTable::open(std::uint32_t trace_id) {
  Trace& trace = *traces_[trace_id];
  while (true) {
    const std::uint32_t index = trace.next_index;
    const std::uint32_t port = options_.first_source_port + index;
    if (port > kLastPort) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("%s: no free source port at or above %d: choose a lower --source-port",
                          trace.info.target, options_.first_source_port));
    }
    ++trace.next_index;
    const auto opened = open_at(trace, index, static_cast<std::uint16_t>(port));
    if (!opened.ok()) return opened.status();
    if (*opened) return static_cast<plan::FlowId>(flows_.size() - 1);
  }
}

/// False: the port is in use, so this flow is skipped.
absl::StatusOr<bool> FlowTable::open_at(Trace& trace, std::uint32_t index, std::uint16_t port) {
  transport::Endpoints endpoints{options_.source,
                                 trace.info.destination,
                                 prober_.protocol(),
                                 port,
                                 trace.info.destination_port,
                                 trace.interface};
  const auto route = transport_.route(endpoints);
  if (!route.ok()) return route.status();
  endpoints.source = route->source;
  const absl::Status reserved = transport_.reserve_port(endpoints.source, endpoints.protocol, port);
  if (absl::IsAlreadyExists(reserved)) {
    report(EventKind::kFlowSkipped, trace, index,
           absl::StrFormat("source port %d is in use: flow %d is skipped", port, index));
    return false;
  }
  if (!reserved.ok()) {
    report(EventKind::kNotice, trace, index,
           absl::StrFormat("source port %d is not reserved: %s", port,
                           std::string(reserved.message())));
  }
  const auto handle = transport_.open_flow(endpoints);
  if (!handle.ok()) return handle.status();

  const auto id = static_cast<plan::FlowId>(flows_.size());
  Flow flow;
  flow.trace = trace.info.trace;
  flow.index = index;
  flow.source = endpoints.source;
  flow.destination = trace.info.destination;
  flow.source_port = port;
  flow.destination_port = trace.info.destination_port;
  flow.secret = options_.key.flow_secret(id);
  const std::uint8_t possible = prober_.max_ttl(flow.source.family, route->mtu);
  const std::uint8_t max_ttl = std::min(options_.max_ttl, possible);
  if (possible < options_.max_ttl && trace.reported_ttl_limit != possible) {
    trace.reported_ttl_limit = possible;
    report(EventKind::kNotice, trace, std::nullopt,
           absl::StrFormat("ttl is limited to %d by the mtu of %d octets on %s", possible,
                           route->mtu, route->interface));
  }
  flows_.push_back(std::make_unique<FlowState>(
      flow, *handle, prober_.slots(), options_.key.first_id(id), max_ttl, trace.paths, trace.ends));
  trace.flows.push_back(id);
  trace.graph.add_flow(index, port);
  dispatcher_.add_flow(id, flow, *route);
  ++without_record_;
  return true;
}

void FlowTable::close(plan::FlowId id) {
  FlowState& flow = at(id);
  dispatcher_.remove_flow(flow.flow);
  transport_.close_flow(flow.handle);
  std::erase(trace_of(flow).flows, id);
  trace_of(flow).graph.retire_flow(flow.flow.index);
  if (!flow.has_record) --without_record_;
  closed_.push_back(std::move(flows_[id]));
}

void FlowTable::report(EventKind kind, const Trace& trace, std::optional<std::uint32_t> index,
                       std::string text) {
  Event event;
  event.kind = kind;
  event.trace = trace.info.trace;
  event.flow = index;
  event.text = std::move(text);
  events_.report_now(std::move(event));
}

std::string capture_filter(const std::vector<std::unique_ptr<Trace>>& traces,
                           const Prober& prober) {
  std::set<std::string> parts;
  for (const auto& trace : traces) {
    const IpAddress& destination = trace->info.destination;
    parts.insert(prober.capture_filter(destination.family, trace->info.destination_port));
    if (destination.family == Family::kIpv4) {
      parts.insert("icmp[icmptype] == 3 or icmp[icmptype] == 11 or icmp[icmptype] == 12");
      continue;
    }
    // ICMPv6 by explicit offset: error types are 1 to 4 (RFC 4443).
    parts.insert("icmp6 and ip6[40] >= 1 and ip6[40] <= 4");
    // Behind extension headers nothing has a fixed offset: these packets are taken whole.
    parts.insert("ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 44 or ip6[6] == 60");
  }
  std::string filter;
  for (const std::string& part : parts) {
    absl::StrAppend(&filter, filter.empty() ? "(" : " or (", part, ")");
  }
  return filter;
}

}  // namespace etr::trace
