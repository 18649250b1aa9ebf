// UDP packets for tests of the transport, made by hand.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "etr/flow.h"
#include "etr/ip_address.h"
#include "etr/wire.h"
#include "net/ip.h"
#include "transport/transport.h"

namespace etr::transport {

using Packet = std::vector<std::uint8_t>;

/// A UDP datagram with 12 octets of payload and `mark` in the IPv4 ID.
inline Packet udp_packet(const Endpoints& endpoints, std::uint8_t ttl = 64,
                         std::uint16_t mark = 7) {
  constexpr std::size_t kSegment = 20;
  net::IpHeader header;
  header.source = endpoints.source;
  header.destination = endpoints.destination;
  header.protocol = net::kProtocolUdp;
  header.ttl = ttl;
  if (endpoints.destination.family == Family::kIpv4) header.id = mark;
  header.payload_length = kSegment;
  const std::size_t offset = net::ip_header_size(endpoints.destination.family);
  Packet packet(offset + kSegment);
  EXPECT_TRUE(net::write_ip(header, packet));
  const MutableBytes segment = MutableBytes(packet).subspan(offset);
  WireWriter writer(segment);
  writer.u16(endpoints.source_port);
  writer.u16(endpoints.destination_port);
  writer.u16(kSegment);
  Flow flow;
  flow.source = endpoints.source;
  flow.destination = endpoints.destination;
  put_u16(segment, 6, transport_checksum(flow, net::kProtocolUdp, segment));
  return packet;
}

}  // namespace etr::transport
