#include "present_path.h"

#include <array>
#include <cstddef>

#include "figures.h"

namespace tui {
namespace {

using Addresses = std::vector<std::optional<etr::IpAddress>>;

/// Who answered last at this TTL; null if nobody has, or the flow is not known.
const etr::IpAddress* last_heard(const Addresses* current, std::size_t index) {
  if (current == nullptr || index >= current->size() || !(*current)[index]) return nullptr;
  return &*(*current)[index];
}

}  // namespace

std::vector<std::optional<etr::IpAddress>> hops_of(const History& history,
                                                   const etr::FlowSnapshot& flow) {
  Addresses addresses;
  addresses.reserve(flow.hops.size());
  const Addresses* current = history.current(flow.trace, flow.flow);
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    if (addresses.size() <= index) addresses.resize(index + 1);
    if (const etr::IpAddress* last = last_heard(current, index)) {
      addresses[index] = *last;
    } else if (const etr::ResponderStats* responder = main_responder(hop)) {
      addresses[index] = responder->address;
    }
  }
  return addresses;
}

// Made for every flow of every frame: with CRC-32 and 32 TTLs it is no longer than 15 octets, for
// which std::string asks for no memory, and the history is asked for silent hops only.
std::string path_key(const History& history, const etr::FlowSnapshot& flow) {
  std::array<char, 32> answered{};  // a bit for each TTL
  std::size_t used = 0;
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    if (hop.responders.empty() &&
        last_heard(history.current(flow.trace, flow.flow), index) == nullptr) {
      continue;
    }
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
