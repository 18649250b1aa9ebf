#include "trace/probe_sender.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "net/ip.h"
#include "trace/dispatcher.h"

namespace etr::trace {

namespace {

constexpr std::size_t kMaxPacket = 65535;

}  // namespace

ProbeSender::ProbeSender(const Prober& prober, transport::Transport& transport)
    : prober_(prober), transport_(transport), packet_(kMaxPacket) {}

absl::Status ProbeSender::send(const FlowState& flow, Probe& probe) {
  const transport::Route& route = transport_.flow_route(flow.handle);
  const std::size_t header_size = net::ip_header_size(flow.flow.source.family);
  if (probe.ttl > prober_.max_ttl(flow.flow.source.family, route.mtu)) {
    // The MTU has shrunk since the flow was opened.
    return absl::InvalidArgumentError(
        absl::StrFormat("a probe of ttl %d does not fit the mtu of %d octets on %s", probe.ttl,
                        route.mtu, route.interface));
  }
  ProbeSpec spec;
  spec.ttl = probe.ttl;
  spec.slot = probe.slot;
  spec.token = probe.token;
  spec.mtu = route.mtu;
  spec.unix_seconds = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(probe.sent_utc.time_since_epoch()).count());
  const std::size_t room = std::max<std::size_t>(route.mtu, header_size) - header_size;
  const MutableBytes segment = MutableBytes(packet_).subspan(header_size, room);
  const std::size_t size = prober_.encode(flow.flow, spec, segment);
  probe.head = segment_head(segment.first(std::min(size, room)));

  net::IpHeader header;
  header.source = flow.flow.source;
  header.destination = flow.flow.destination;
  header.protocol = prober_.protocol();
  header.ttl = probe.ttl;
  if (header.source.family == Family::kIpv4) header.id = probe.id;
  header.payload_length = size;
  if (size > room || !net::write_ip(header, packet_)) {
    return absl::InvalidArgumentError("the prober's packet does not fit the mtu");
  }
  return transport_.send(flow.handle, Bytes(packet_).first(header_size + size));
}

}  // namespace etr::trace
