#include "trace/dispatcher.h"

#include <exception>

#include "net/icmp.h"

namespace etr::trace {

std::string_view to_string(Rejection rejection) {
  switch (rejection) {
    case Rejection::kMalformed: return "malformed";
    case Rejection::kUnknownPort: return "unknown port";
    case Rejection::kClosedFlow: return "flow closed";
    case Rejection::kUndecodable: return "no probe of ours in it";
    case Rejection::kNeverSent: return "probe never sent";
    case Rejection::kWrongToken: return "wrong token";
    case Rejection::kWrongId: return "wrong ip id";
    case Rejection::kWrongQuote: return "unproven quote";
    case Rejection::kTooEarly: return "earlier than its probe";
    case Rejection::kOwnHost: return "from this host, which could not send the probe on";
    case Rejection::kProberFailed: break;
  }
  return "prober failed";
}

std::uint64_t segment_head(Bytes segment) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < sizeof head; ++i) {
    head = head << 8U | (i < segment.size() ? segment[i] : 0U);
  }
  return head;
}

void Dispatcher::add_flow(std::uint32_t id, const Flow& flow) {
  const Key key{flow.destination, flow.destination_port, flow.source_port};
  flows_[key] = Entry{id, flow};
  closed_.erase(key);
  services_[flow.destination] = flow.destination_port;
}

void Dispatcher::remove_flow(const Flow& flow) {
  const Key key{flow.destination, flow.destination_port, flow.source_port};
  flows_.erase(key);
  closed_.insert(key);
}

const Dispatcher::Entry* Dispatcher::find(const IpAddress& destination, const FlowKey& key) const {
  const auto found = flows_.find(Key{destination, key.destination_port, key.source_port});
  return found == flows_.end() ? nullptr : &found->second;
}

/// A reply to a packet that no open flow has sent: ours once, another program's, or none of
/// interest.
Sighting Dispatcher::no_flow(const IpAddress& destination, const FlowKey& key) const {
  if (closed_.contains(Key{destination, key.destination_port, key.source_port})) {
    return Rejection::kClosedFlow;
  }
  const auto service = services_.find(destination);
  const bool probed = service != services_.end() && service->second == key.destination_port;
  return probed ? Sighting(Rejection::kUnknownPort) : Sighting{};
}

Sighting Dispatcher::dispatch(const transport::ReceivedPacket& packet) const {
  const auto ip = net::parse_ip(packet.ip);
  if (!ip || ip->header.later_fragment) return {};
  try {
    if (ip->header.protocol == prober_.protocol()) {
      return dispatch_segment(packet, *ip);
    }
    if (ip->header.protocol == net::kProtocolIcmp || ip->header.protocol == net::kProtocolIcmpv6) {
      return dispatch_icmp(packet, *ip);
    }
  } catch (const std::exception&) {
    return Rejection::kProberFailed;  // The guard has told the user, once.
  }
  return {};
}

/// A packet of the probed protocol: our own on its way out, or an answer of the destination.
Sighting Dispatcher::dispatch_segment(const transport::ReceivedPacket& packet,
                                      const net::IpPacket& ip) const {
  if (const auto key = prober_.flow_key(ip.payload, SegmentSide::kSent)) {
    const Entry* entry = find(ip.header.destination, *key);
    if (entry != nullptr && ip.header.source == entry->flow.source) {
      const auto decoded = prober_.decode_quote(entry->flow, ip.payload);
      if (decoded && decoded->probe && decoded->probe->ttl == ip.header.ttl) {
        return OwnProbe{entry->id, *decoded->probe, ip.header.id, ip.header.ttl};
      }
      return {};  // The kernel's own RST, for instance.
    }
  }
  const auto key = prober_.flow_key(ip.payload, SegmentSide::kReply);
  if (!key || packet.outgoing) return {};
  const Entry* entry = find(ip.header.source, *key);
  if (entry == nullptr || ip.header.destination != entry->flow.source) {
    return no_flow(ip.header.source, *key);
  }
  const auto decoded = prober_.decode_reply(entry->flow, ip.payload);
  if (!decoded) return Rejection::kUndecodable;
  Answer answer;
  answer.flow = entry->id;
  answer.decoded = *decoded;
  answer.from_service = true;
  answer.reply.source = ip.header.source;
  answer.reply.kind = decoded->kind;
  answer.reply.ttl = ip.header.ttl;
  answer.reply.received_at = packet.stamp;
  return answer;
}

Sighting Dispatcher::dispatch_icmp(const transport::ReceivedPacket& packet,
                                   const net::IpPacket& ip) const {
  if (packet.outgoing) return {};
  const auto error = net::parse_icmp_error(ip);
  if (!error) return {};
  const net::IpPacket& original = error->original;
  if (original.header.protocol != prober_.protocol()) return {};
  const auto key = prober_.flow_key(original.payload, SegmentSide::kSent);
  if (!key) return {};
  const Entry* entry = find(original.header.destination, *key);
  if (entry == nullptr) {
    return no_flow(original.header.destination, *key);
  }
  if (ip.header.destination != entry->flow.source) return Rejection::kWrongQuote;
  if (ip.header.source == entry->flow.source && entry->flow.destination != entry->flow.source) {
    return Rejection::kOwnHost;
  }
  const auto decoded = prober_.decode_quote(entry->flow, original.payload);
  if (!decoded || !decoded->probe) return Rejection::kUndecodable;
  Answer answer;
  answer.flow = entry->id;
  answer.decoded = *decoded;
  answer.foreign_source = original.header.source != entry->flow.source;
  if (original.header.source.family == Family::kIpv4) answer.quoted_id = original.header.id;
  answer.quoted_head = segment_head(original.payload);
  answer.reply.source = ip.header.source;
  answer.reply.kind = error->kind;
  answer.reply.icmp_type = error->type;
  answer.reply.icmp_code = error->code;
  answer.reply.ttl = ip.header.ttl;
  answer.reply.quoted_ttl = original.header.ttl;
  answer.reply.mtu = error->mtu;
  answer.reply.mpls = net::mpls_stack(error->extensions);
  answer.reply.received_at = packet.stamp;
  return answer;
}

}  // namespace etr::trace
