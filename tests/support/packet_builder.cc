#include "support/packet_builder.h"

#include <cctype>
#include <stdexcept>

#include "net/segment.h"

namespace etr::testing {

Octets from_hex(std::string_view digits) {
  std::string packed;
  for (const char digit : digits) {
    if (std::isspace(static_cast<unsigned char>(digit)) == 0) packed += digit;
  }
  if (packed.size() % 2 != 0) throw std::invalid_argument("odd number of hex digits");
  Octets octets;
  for (std::size_t i = 0; i < packed.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(packed.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

Flow sample_flow(Family family, std::uint16_t destination_port) {
  Flow flow;
  flow.source = address(family == Family::kIpv4 ? "192.0.2.10" : "2001:db8::10");
  flow.destination = address(family == Family::kIpv4 ? "198.51.100.20" : "2001:db8:1::20");
  flow.source_port = 50000;
  flow.destination_port = destination_port;
  flow.secret = 0x0123456789abcdefU;
  return flow;
}

Octets probe_packet(const Prober& prober, const Flow& flow, const ProbeSpec& spec,
                    std::uint16_t ip_id) {
  Octets segment(spec.mtu - net::ip_header_size(flow.source.family));
  segment.resize(prober.encode(flow, spec, segment));
  net::IpHeader header;
  header.source = flow.source;
  header.destination = flow.destination;
  header.protocol = prober.protocol();
  header.ttl = spec.ttl;
  header.id = ip_id;
  return net::write_packet(header, segment);
}

Octets ip_packet(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                 Bytes payload) {
  net::IpHeader header;
  header.source = source;
  header.destination = destination;
  header.protocol = protocol;
  header.ttl = 64;
  return net::write_packet(header, payload);
}

}  // namespace etr::testing
