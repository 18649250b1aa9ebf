#include "present_path.h"

#include <cstddef>

#include "etr/pooled.h"

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

SilentTail silent_tail(const etr::FlowSnapshot& flow) {
  const auto known = [&flow](const etr::HopStats& hop) {
    return hop.address || !hop.responders.empty() || !hop.former.empty() ||
           hop.ttl == flow.distance || (flow.blocked && hop.ttl == flow.blocked->ttl);
  };
  SilentTail tail;
  tail.first = flow.hops.size();
  while (tail.first > 0 && !known(flow.hops[tail.first - 1])) --tail.first;
  if (flow.hops.size() - tail.first < 2) {
    tail.first = flow.hops.size();
    return tail;
  }
  etr::PooledHop together;
  tail.pooled.ttl = flow.hops[tail.first].ttl;
  for (std::size_t i = tail.first; i < flow.hops.size(); ++i) {
    const etr::HopStats& hop = flow.hops[i];
    together.add_verdicts(hop);
    tail.pooled.sent += hop.sent;
    tail.pooled.lost += hop.lost;
    tail.pooled.send_failed += hop.send_failed;
  }
  tail.pooled.hop_class = together.hop_class.value_or(etr::HopClass::kUnknown);
  return tail;
}

std::string no_answer(std::size_t first_ttl, std::size_t last_ttl) {
  return "no answer " + std::to_string(first_ttl) + "-" + std::to_string(last_ttl);
}

bool is_no_path(const std::string& hash) {
  return hash.find_first_not_of('0') == std::string::npos;
}

bool shows_path(const etr::FlowSnapshot& flow) {
  return flow.rounds > 0 && flow.path_knowledge != etr::PathKnowledge::kAmbiguous &&
         !is_no_path(flow.path_hash);
}

}  // namespace tui
