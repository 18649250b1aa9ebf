#include "present_path.h"

#include <array>
#include <cstddef>

namespace tui {

std::vector<std::optional<etr::IpAddress>> hops_of(const etr::FlowSnapshot& flow) {
  std::vector<std::optional<etr::IpAddress>> addresses;
  addresses.reserve(flow.hops.size());
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    if (addresses.size() < hop.ttl) addresses.resize(hop.ttl);
    addresses[hop.ttl - 1U] = hop.address;
  }
  return addresses;
}

// Made for every flow of every frame: with CRC-32 and 32 TTLs it is no longer than 15 octets, for
// which std::string asks for no memory.
std::string path_key(const etr::FlowSnapshot& flow) {
  std::array<char, 32> answered{};  // a bit for each TTL
  std::size_t used = 0;
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0 || !hop.address) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    answered[index / 8] = static_cast<char>(answered[index / 8] | 1 << index % 8);
    used = index / 8 + 1;
  }
  std::string key = flow.path_hash;
  key += '/';
  key += static_cast<char>(flow.distance ? *flow.distance : flow.blocked ? flow.blocked->ttl : 0);
  return key.append(answered.data(), used);
}

bool is_no_path(const std::string& hash) {
  return hash.find_first_not_of('0') == std::string::npos;
}

}  // namespace tui
