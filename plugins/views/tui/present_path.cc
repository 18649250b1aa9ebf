#include "present_path.h"

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

bool is_no_path(const std::string& hash) {
  return hash.find_first_not_of('0') == std::string::npos;
}

bool shows_path(const etr::FlowSnapshot& flow) {
  return flow.rounds > 0 && flow.path_knowledge != etr::PathKnowledge::kAmbiguous &&
         !is_no_path(flow.path_hash);
}

}  // namespace tui
