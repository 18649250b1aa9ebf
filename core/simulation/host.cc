#include "simulation/host.h"

#include <algorithm>

#include "net/ip.h"
#include "net/segment.h"
#include "simulation/random.h"

namespace etr::simulation {
namespace {

constexpr std::uint32_t kWindow = 65535;
constexpr Duration kChallengeInterval = std::chrono::milliseconds(500);
constexpr std::size_t kForgetAbove = 256;

constexpr std::uint8_t kProtocolUnreachable = 2;
constexpr std::uint8_t kPortUnreachable = 3;
constexpr std::uint8_t kPortUnreachable6 = 4;

HostAnswer tcp_answer(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgment) {
  HostAnswer answer;
  answer.kind = HostAnswer::Kind::kSegment;
  answer.flags = flags;
  answer.sequence = sequence;
  answer.acknowledgment = acknowledgment;
  return answer;
}

HostAnswer unreachable(std::uint8_t code) {
  HostAnswer answer;
  answer.kind = HostAnswer::Kind::kUnreachable;
  answer.code = code;
  return answer;
}

HostAnswer filtered(const Target& target, Family family) {
  return target.filter_answer ? unreachable(target.filter_answer->in(family)) : HostAnswer{};
}

PortState state_of(const std::map<std::uint16_t, PortState>& exceptions, PortState normally,
                   std::uint16_t port) {
  const auto found = exceptions.find(port);
  return found == exceptions.end() ? normally : found->second;
}

HostAnswer receive_udp(const Target& target, const PacketEditor& packet) {
  const FlowFields& flow = packet.flow();
  switch (state_of(target.udp_ports, target.udp, flow.destination_port)) {
    case PortState::kFiltered: return filtered(target, flow.source.family);
    case PortState::kClosed:
      return unreachable(flow.source.family == Family::kIpv4 ? kPortUnreachable
                                                             : kPortUnreachable6);
    case PortState::kOpen: break;
  }
  HostAnswer answer;
  answer.kind = HostAnswer::Kind::kSegment;
  const Bytes payload = packet.segment().subspan(8);
  answer.payload.assign(payload.begin(), payload.end());
  // The third octet of a DNS message has the bit that marks a response.
  if (flow.destination_port == 53 && payload.size() >= 12) answer.payload[2] |= 0x80U;
  return answer;
}

HostAnswer receive_icmp(const PacketEditor& packet, std::uint8_t request, std::uint8_t reply) {
  if (packet.segment()[0] != request) return {};
  HostAnswer answer;
  answer.kind = HostAnswer::Kind::kSegment;
  answer.payload.assign(packet.segment().begin(), packet.segment().end());
  answer.payload[0] = reply;
  put_u16(answer.payload, 2, 0);
  return answer;
}

}  // namespace

Duration syn_ack_pause(unsigned repetition) {
  return std::chrono::seconds(1) * (std::int64_t{1} << std::min(repetition, 16U));
}

HostAnswer SimulatedHost::receive(const Target& target, const PacketEditor& packet, Duration now) {
  if (target.dark) return {};
  switch (packet.flow().protocol) {
    case net::kProtocolTcp: return receive_tcp(target, packet, now);
    case net::kProtocolUdp: return receive_udp(target, packet);
    case net::kProtocolIcmp: return receive_icmp(packet, 8, 0);
    case net::kProtocolIcmpv6: return receive_icmp(packet, 128, 129);
    default: return unreachable(kProtocolUnreachable);
  }
}

HostAnswer SimulatedHost::receive_tcp(const Target& target, const PacketEditor& packet,
                                      Duration now) {
  const std::optional<net::TcpSegment> segment = net::parse_tcp(packet.segment());
  if (!segment) return {};
  if ((segment->flags & net::kTcpRst) != 0) {
    const auto found = half_open_.find(packet.flow());
    if (found != half_open_.end() && segment->sequence == found->second.first_sequence + 1) {
      half_open_.erase(found);
    }
    return {};
  }
  const PortState state = state_of(target.tcp_ports, target.tcp, packet.flow().destination_port);
  if (state == PortState::kFiltered) return filtered(target, packet.flow().source.family);
  if ((segment->flags & net::kTcpAck) != 0) {
    return tcp_answer(net::kTcpRst, segment->acknowledgment, 0);
  }
  const auto length = static_cast<std::uint32_t>(segment->payload.size());
  if ((segment->flags & net::kTcpSyn) == 0 || state == PortState::kClosed) {
    const std::uint32_t counted = (segment->flags & net::kTcpSyn) != 0 ? length + 1 : length;
    return tcp_answer(net::kTcpRst | net::kTcpAck, 0, segment->sequence + counted);
  }
  return receive_syn(target, packet.flow(), segment->sequence, now);
}

HostAnswer SimulatedHost::receive_syn(const Target& target, const FlowFields& flow,
                                      std::uint32_t sequence, Duration now) {
  if (half_open_.size() >= kForgetAbove) forget_expired(now);
  auto found = half_open_.find(flow);
  if (found != half_open_.end() && found->second.expires <= now) {
    half_open_.erase(found);
    found = half_open_.end();
  }
  if (found == half_open_.end()) {
    HalfOpen fresh;
    fresh.connection = ++connections_;
    fresh.first_sequence = sequence;
    fresh.own_sequence = static_cast<std::uint32_t>(mix(seed_, fresh.connection));
    fresh.expires = now + syn_ack_pause(target.syn_ack_retries + 1);
    HostAnswer answer = tcp_answer(net::kTcpSyn | net::kTcpAck, fresh.own_sequence, sequence + 1);
    answer.connection = fresh.connection;
    half_open_.emplace(flow, fresh);
    return answer;
  }

  HalfOpen& half_open = found->second;
  if (sequence == half_open.first_sequence) {
    return tcp_answer(net::kTcpSyn | net::kTcpAck, half_open.own_sequence, sequence + 1);
  }
  if (sequence - (half_open.first_sequence + 1) < kWindow) {
    half_open_.erase(found);
    return tcp_answer(net::kTcpRst | net::kTcpAck, 0, sequence + 1);
  }
  if (half_open.challenged && now - *half_open.challenged < kChallengeInterval) return {};
  half_open.challenged = now;
  return tcp_answer(net::kTcpAck, half_open.own_sequence + 1, half_open.first_sequence + 1);
}

bool SimulatedHost::is_half_open(const FlowFields& flow, std::uint64_t connection) const {
  const auto found = half_open_.find(flow);
  return found != half_open_.end() && found->second.connection == connection;
}

void SimulatedHost::forget_expired(Duration now) {
  for (auto it = half_open_.begin(); it != half_open_.end();) {
    it = it->second.expires <= now ? half_open_.erase(it) : std::next(it);
  }
}

}  // namespace etr::simulation
