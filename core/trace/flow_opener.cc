#include "trace/flow_opener.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace etr::trace {

namespace {

constexpr std::uint32_t kLastPort = 65535;

class Opener {
 public:
  Opener(const EngineOptions& options, const Prober& prober, transport::Transport& transport)
      : options_(options), prober_(prober), transport_(transport) {}

  absl::Status open_trace(const Target& target) {
    TraceInfo trace;
    trace.trace = static_cast<std::uint32_t>(opened.traces.size());
    trace.target = target.name;
    trace.destination = target.destination;
    trace.destination_port =
        options_.destination_port != 0 ? options_.destination_port : prober_.default_port();
    trace.protocol = std::string(prober_.record_name());
    opened.traces.push_back(trace);
    opened.registries.push_back(std::make_unique<model::PathRegistry>());
    std::uint32_t open = 0;
    for (std::uint32_t index = 0; open < options_.flows; ++index) {
      const std::uint32_t port = options_.first_source_port + index;
      if (port > kLastPort) {
        if (open > 0) break;
        return absl::ResourceExhaustedError(
            absl::StrFormat("no free source port from %d on", options_.first_source_port));
      }
      const auto done = open_flow(trace, index, static_cast<std::uint16_t>(port));
      if (!done.ok()) return done.status();
      if (*done) ++open;
    }
    return absl::OkStatus();
  }

  OpenedFlows opened;

 private:
  /// False: the port is taken and the flow left out.
  absl::StatusOr<bool> open_flow(const TraceInfo& trace, std::uint32_t index, std::uint16_t port) {
    transport::Endpoints endpoints{options_.source, trace.destination, prober_.protocol(), port,
                                   trace.destination_port};
    const auto route = transport_.route(endpoints);
    if (!route.ok()) return route.status();
    endpoints.source = route->source;
    const absl::Status reserved =
        transport_.reserve_port(endpoints.source, endpoints.protocol, port);
    if (absl::IsAlreadyExists(reserved)) {
      note(EventKind::kFlowSkipped, trace.trace, index,
           absl::StrFormat("source port %d is taken, flow %d is left out", port, index));
      return false;
    }
    if (!reserved.ok()) {
      note(EventKind::kNotice, trace.trace, index,
           absl::StrFormat("source port %d is not reserved: %s", port,
                           std::string(reserved.message())));
    }
    const auto handle = transport_.open_flow(endpoints);
    if (!handle.ok()) return handle.status();

    Flow flow;
    flow.trace = trace.trace;
    flow.index = index;
    flow.source = endpoints.source;
    flow.destination = trace.destination;
    flow.source_port = port;
    flow.destination_port = trace.destination_port;
    const auto id = static_cast<std::uint32_t>(opened.flows.size());
    flow.secret = options_.key.flow_secret(id);
    auto state = std::make_unique<FlowState>(flow, prober_.slots(), options_.key.first_id(id),
                                             *opened.registries[trace.trace]);
    state->handle = *handle;
    const std::uint8_t possible = prober_.max_ttl(flow.source.family, route->mtu);
    state->max_ttl = std::min(options_.max_ttl, possible);
    if (possible < options_.max_ttl && limits_told_.insert(possible).second) {
      note(EventKind::kNotice, trace.trace, std::nullopt,
           absl::StrFormat("ttl is limited to %d by the mtu of %d octets on %s", possible,
                           route->mtu, route->interface));
    }
    opened.flows.push_back(std::move(state));
    return true;
  }

  void note(EventKind kind, std::uint32_t trace, std::optional<std::uint32_t> flow,
            std::string text) {
    Event event;
    event.kind = kind;
    event.at = transport_.clock().utc();
    event.trace = trace;
    event.flow = flow;
    event.text = std::move(text);
    opened.events.push_back(std::move(event));
  }

  const EngineOptions& options_;
  const Prober& prober_;
  transport::Transport& transport_;
  std::set<std::uint8_t> limits_told_;
};

}  // namespace

absl::StatusOr<OpenedFlows> open_flows(const EngineOptions& options,
                                       const std::vector<Target>& targets, const Prober& prober,
                                       transport::Transport& transport) {
  Opener opener(options, prober, transport);
  for (const Target& target : targets) {
    const absl::Status status = opener.open_trace(target);
    if (!status.ok()) return status;
  }
  return std::move(opener.opened);
}

std::string capture_filter(const std::vector<TraceInfo>& traces, const Prober& prober) {
  std::set<std::string> parts;
  for (const TraceInfo& trace : traces) {
    parts.insert(prober.capture_filter(trace.destination.family, trace.destination_port));
    // ICMPv6 by explicit offset: errors are types 1 to 4.
    parts.insert(trace.destination.family == Family::kIpv4
                     ? "icmp[icmptype] == 3 or icmp[icmptype] == 11 or icmp[icmptype] == 12"
                     : "icmp6 and ip6[40] >= 1 and ip6[40] <= 4");
  }
  std::string filter;
  for (const std::string& part : parts) {
    absl::StrAppend(&filter, filter.empty() ? "(" : " or (", part, ")");
  }
  return filter;
}

}  // namespace etr::trace
