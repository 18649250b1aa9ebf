#include "present_path.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "figures.h"

namespace tui {

bool is_former(const History& history, const etr::FlowSnapshot& flow, const etr::HopStats& hop,
               const etr::ResponderStats& responder) {
  return flow.path_changes > 0 &&
         history.left(flow.trace, flow.flow, hop.ttl, responder.address);
}

std::vector<const etr::ResponderStats*> present_responders(const History& history,
                                                           const etr::FlowSnapshot& flow,
                                                           const etr::HopStats& hop) {
  std::vector<const etr::ResponderStats*> out;
  out.reserve(hop.responders.size());
  for (const etr::ResponderStats& responder : hop.responders) {
    if (!is_former(history, flow, hop, responder)) out.push_back(&responder);
  }
  return out;
}

std::vector<std::optional<etr::IpAddress>> hops_of(const History& history,
                                                   const etr::FlowSnapshot& flow) {
  std::vector<std::optional<etr::IpAddress>> addresses;
  addresses.reserve(flow.hops.size());
  const auto* current = history.current(flow.trace, flow.flow);
  for (const etr::HopStats& hop : flow.hops) {
    if (hop.ttl == 0) continue;
    const std::size_t index = hop.ttl - std::size_t{1};
    if (addresses.size() <= index) addresses.resize(index + 1);
    if (current != nullptr && index < current->size() && (*current)[index]) {
      addresses[index] = (*current)[index];
    } else if (hop.responders.empty()) {
      continue;
    } else if (const auto* most = main_responder(present_responders(history, flow, hop))) {
      addresses[index] = most->address;
    }
  }
  return addresses;
}

std::string path_key(const History& history, const etr::FlowSnapshot& flow) {
  const std::vector<std::optional<etr::IpAddress>> hops = hops_of(history, flow);
  const auto last = std::find_if(hops.rbegin(), hops.rend(), [](const auto& hop) { return hop; });
  std::string key = flow.path_hash + '/';
  key += static_cast<char>(flow.distance ? *flow.distance : flow.blocked ? flow.blocked->ttl : 0);
  std::transform(hops.begin(), last.base(), std::back_inserter(key),
                 [](const auto& hop) { return hop ? '+' : '-'; });
  return key;
}

bool is_no_path(const std::string& hash) {
  return hash.find_first_not_of('0') == std::string::npos;
}

}  // namespace tui
