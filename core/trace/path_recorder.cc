#include "trace/path_recorder.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

namespace etr::trace {

namespace {

/// The first TTL of which it is not known that the old path and the new one share it: hops that
/// were silent this time, right before the first that differs, may differ, too.
std::uint8_t first_unshared(std::uint8_t first_differing, const Path& path) {
  const auto heard = [&](int ttl) {
    return std::any_of(path.hops.begin(), path.hops.end(),
                       [&](const Hop& hop) { return hop.ttl == ttl && hop.reply; });
  };
  std::uint8_t ttl = first_differing;
  while (ttl > 1 && !heard(ttl - 1)) --ttl;
  return ttl;
}

/// Statistics are of the path that the flow is on. The first round of a path is its record's.
void begin_path(FlowState& flow, std::uint8_t first_differing, const Path& path) {
  const std::uint8_t first_ttl = first_unshared(first_differing, path);
  for (std::size_t i = first_ttl - 1U; i < flow.hops.size(); ++i) flow.hops[i].begin_path();
  for (const Hop& hop : path.hops) {
    if (hop.ttl >= first_ttl) flow.hop(hop.ttl).add(hop);
  }
  flow.probes.for_each_in_flight([&](Probe& probe) {
    if (probe.ttl >= first_ttl) ++flow.hop(probe.ttl).sent;
  });
}

}  // namespace

void PathRecorder::close(Trace& trace, FlowState& flow, model::Round round, bool complete) {
  Path path;
  path.complete = complete;
  path.finished = clock_.utc();
  path.trace = flow.flow.trace;
  path.flow = flow.flow.index;
  path.protocol = trace.info.protocol;
  path.source = flow.flow.source;
  path.destination = flow.flow.destination;
  path.source_port = flow.flow.source_port;
  path.destination_port = flow.flow.destination_port;

  const auto change = flow.known.identity.observe(round.observation());
  flow.path_hash = hash(flow.known.identity.canonical());
  path.path_hash = flow.path_hash;
  path.path_id = flow.known.identity.path()->id;

  std::uint8_t last = flow.known.end.ttl().value_or(flow.known.end.max_ttl());
  if (const auto end = round.end()) last = std::min(last, *end);
  round.fill(path, last);

  if (change) begin_path(flow, change->first_ttl, path);
  tell_graph(trace, flow, path);
  flow.reached = path.reached;
  flow.blocked = path.blocked;
  ++flow.rounds_closed;
  flow.snapshot.reset();
  for (Hop& hop : path.hops) hop.hop_class = trace.graph.hop_class(flow.flow.index, hop.ttl);

  if (change) {
    ++flow.path_changes;
    report_change(flow, path.round, *change);
  }
  ++records_;
  observer_.on_path(std::move(path));
}

void PathRecorder::report_change(const FlowState& flow, std::uint64_t round,
                                 const PathChange& change) {
  Event event;
  event.kind = EventKind::kPathChange;
  event.at = clock_.utc();
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = round;
  event.ttl = change.first_ttl;
  event.change = change;
  event.text = absl::StrFormat("path changed from %d to %d at ttl %d", change.old_path_id,
                               change.new_path_id, change.first_ttl);
  if (change.last_ttl != change.first_ttl)
    absl::StrAppendFormat(&event.text, "-%d", change.last_ttl);
  observer_.on_event(std::move(event));
}

std::string PathRecorder::hash(const std::string& canonical) const {
  std::vector<std::uint8_t> digest(hasher_.digest_size());
  if (!canonical.empty()) {
    const std::vector<std::uint8_t> bytes(canonical.begin(), canonical.end());
    hasher_.digest(bytes, digest);
  }
  return absl::BytesToHexString(std::string(digest.begin(), digest.end()));
}

/// The path graph takes a flow's path when it has been refined or has changed, and where it ended.
void PathRecorder::tell_graph(Trace& trace, FlowState& flow, const Path& path) {
  const model::PathIdentity& identity = flow.known.identity;
  const bool same = flow.path_revision == identity.revision() && flow.reached == path.reached &&
                    flow.blocked.has_value() == path.blocked.has_value();
  if (same) return;
  flow.path_revision = identity.revision();
  std::vector<model::PathHop> hops;
  for (const auto& addresses : identity.path()->hops) {
    const bool balanced = addresses.size() > 1;
    hops.push_back(
        {addresses.empty() ? std::nullopt : std::optional(*addresses.begin()), balanced});
  }
  model::FlowPath known;
  known.id = path.path_id;
  known.hash = path.path_hash;
  known.hops = hops;
  known.end = identity.path()->end;
  known.reached = path.reached;
  known.blocked = path.blocked.has_value();
  trace.graph.set_path(flow.flow.index, known, path.finished);
}

}  // namespace etr::trace
