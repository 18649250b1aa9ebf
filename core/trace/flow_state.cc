#include "trace/flow_state.h"

namespace etr::trace {

std::optional<IpAddress> FlowState::address(std::uint8_t ttl) const {
  if (const auto confirmed = known.identity.address(ttl)) return confirmed;
  if (ttl > hops.size() || hops[ttl - 1U].responders.empty()) return std::nullopt;
  const model::HopStatistics& hop = hops[ttl - 1U];
  return hop.responders[hop.last_responder].address();
}

std::shared_ptr<const FlowSnapshot> make_snapshot(const FlowState& state,
                                                  const model::PathGraphBuilder& graph) {
  auto snapshot = std::make_shared<FlowSnapshot>();
  snapshot->trace = state.flow.trace;
  snapshot->flow = state.flow.index;
  snapshot->source = state.flow.source;
  snapshot->source_port = state.flow.source_port;
  if (state.known.identity.path()) snapshot->path_id = state.known.identity.path()->id;
  snapshot->path_hash = state.path_hash;
  snapshot->path_knowledge = state.known.identity.knowledge();
  snapshot->reached = state.reached;
  const auto end = state.known.end.ttl();
  if (end && !state.blocked) snapshot->distance = end;
  snapshot->blocked = state.blocked;
  snapshot->rounds = state.rounds_closed;
  snapshot->path_changes = state.path_changes;
  const std::size_t last = end ? std::min<std::size_t>(*end, state.hops.size()) : state.hops.size();
  snapshot->hops.reserve(last);
  for (std::size_t i = 0; i < last; ++i) {
    const auto ttl = static_cast<std::uint8_t>(i + 1);
    snapshot->hops.push_back(state.hops[i].summarize(ttl));
    snapshot->hops.back().address = state.address(ttl);
    snapshot->hops.back().hop_class = graph.hop_class(state.flow.index, ttl);
  }
  return snapshot;
}

}  // namespace etr::trace
