#include "net/link.h"

namespace etr::net {
namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr int kMostVlanTags = 2;

bool is_vlan(std::uint16_t ether_type) {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}

/// Skips VLAN tags (IEEE 802.1Q, 802.1ad), up to the type of what follows them.
std::uint16_t skip_vlan_tags(WireReader& reader, std::uint16_t ether_type) {
  for (int tags = 0; tags < kMostVlanTags && is_vlan(ether_type); ++tags) {
    reader.skip(2);
    ether_type = reader.u16();
  }
  return ether_type;
}

bool is_ip(std::uint16_t ether_type) {
  return ether_type == kEtherIpv4 || ether_type == kEtherIpv6;
}

}  // namespace

std::optional<LinkFrame> parse_link(LinkType type, Bytes frame) {
  WireReader reader(frame);
  LinkFrame parsed;
  std::uint16_t ether_type = 0;
  switch (type) {
    case LinkType::kEthernet:
      reader.skip(12);
      ether_type = skip_vlan_tags(reader, reader.u16());
      break;
    case LinkType::kLinuxSll2: {
      ether_type = reader.u16();
      reader.skip(2);
      parsed.interface_index = reader.u32();
      reader.skip(2);
      constexpr std::uint8_t kOutgoing = 4;
      parsed.outgoing = reader.u8() == kOutgoing;
      reader.skip(9);
      ether_type = skip_vlan_tags(reader, ether_type);
      break;
    }
    case LinkType::kRaw: break;
  }
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  if (type != LinkType::kRaw && !is_ip(ether_type)) return std::nullopt;
  parsed.ip = reader.rest();
  const unsigned version = parsed.ip[0] >> 4U;
  if (version != 4 && version != 6) return std::nullopt;
  return parsed;
}

}  // namespace etr::net
