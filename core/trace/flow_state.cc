#include "trace/flow_state.h"

namespace etr::trace {

std::optional<IpAddress> FlowState::address(std::uint8_t ttl) const {
  if (const auto confirmed = identity.address(ttl)) return confirmed;
  if (ttl > hops.size() || hops[ttl - 1U].responders.empty()) return std::nullopt;
  const model::HopStatistics& hop = hops[ttl - 1U];
  return hop.responders[hop.last_responder].address();
}

std::shared_ptr<const FlowSnapshot> make_snapshot(const FlowState& state) {
  auto snapshot = std::make_shared<FlowSnapshot>();
  snapshot->trace = state.flow.trace;
  snapshot->flow = state.flow.index;
  snapshot->source = state.flow.source;
  snapshot->source_port = state.flow.source_port;
  if (state.identity.path()) snapshot->path_id = state.identity.path()->id;
  snapshot->path_hash = state.path_hash;
  snapshot->reached = state.reached;
  if (state.end && !state.blocked) snapshot->distance = state.end;
  snapshot->blocked = state.blocked;
  snapshot->rounds = state.rounds_closed;
  snapshot->path_changes = state.path_changes;
  const std::size_t last = state.end ? std::min<std::size_t>(*state.end, state.hops.size()) : state.hops.size();
  snapshot->hops.reserve(last);
  for (std::size_t i = 0; i < last; ++i) {
    const auto ttl = static_cast<std::uint8_t>(i + 1);
    snapshot->hops.push_back(state.hops[i].summarize(ttl));
    snapshot->hops.back().address = state.address(ttl);
  }
  return snapshot;
}

}  // namespace etr::trace
