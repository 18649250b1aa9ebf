#include "trace/path_recorder.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "etr/path_marks.h"

namespace etr::trace {

namespace {

/// The first TTL that the old path and the new one may not share: hops that were silent in this
/// round, right before the first that differs, may differ, too.
std::uint8_t first_unshared(std::uint8_t first_differing, const Path& path) {
  const auto heard = [&](int ttl) {
    return std::any_of(path.hops.begin(), path.hops.end(),
                       [&](const Hop& hop) { return hop.ttl == ttl && hop.reply; });
  };
  std::uint8_t ttl = first_differing;
  while (ttl > 1 && !heard(ttl - 1)) --ttl;
  return ttl;
}

/// Restarts the statistics of the hops that changed: they are of the present path only, and its
/// first round is the one in this record.
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

/// What the flow has shown of the balancing at a TTL since its last change there.
double new_evidence(FlowState& flow, std::uint8_t ttl) {
  const double evidence = flow.known.identity.balancing_evidence(ttl);
  const bool goes_on = flow.reported_evidence.ttl == ttl && evidence != 0;
  const double known = goes_on ? flow.reported_evidence.evidence : 0;
  flow.reported_evidence = {ttl, evidence};
  return evidence - known;
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

  resolve(trace, flow);  // A change is one from the path that the flow is known to be on by now.
  const std::string old_hash = flow.path_hash;
  model::Observation seen = round.observation();
  seen.silent_end = flow.known.expected_end.silent();
  const auto change = flow.known.identity.observe(seen);
  for (const std::uint32_t id : trace.paths.take_united()) trace.graph.forget_guessed_path(id);
  flow.path_hash = hash(flow.known.identity.canonical());
  path.path_hash = flow.path_hash;
  path.path_id = flow.known.identity.path()->id;
  path.path_knowledge = flow.known.identity.knowledge();

  std::uint8_t last = flow.known.end.ttl().value_or(flow.known.end.max_ttl());
  if (const auto end = round.end()) last = std::min(last, *end);
  round.fill(path, last);

  if (change) begin_path(flow, change->first_ttl, path);
  flow.reached = path.reached;
  // A host that limits its rejections still blocks the path where it is silent in a round.
  if (path.reached || path.blocked || change) flow.blocked = path.blocked;
  update_graph(trace, flow, path.finished,
               change ? std::optional(change->first_ttl) : std::nullopt);
  if (change && change->before.complete() && !trace.paths.is_distinct(change->before.id)) {
    trace.graph.forget_guessed_path(change->before.id);  // It had been united with another one.
  }
  ++flow.rounds_closed;
  flow.snapshot.reset();
  for (Hop& hop : path.hops) hop.hop_class = trace.graph.hop_class(flow.flow.index, hop.ttl);

  if (change) {
    ++flow.path_changes;
    report_change(flow, path.round, *change, old_hash);
  }
  if (complete) report_marks(flow, path);
  ++records_;
  observer_.on_path(std::move(path));
}

void PathRecorder::report_change(const FlowState& flow, std::uint64_t round,
                                 const model::IdentityChange& change, std::string old_hash) {
  const model::KnownPath& before = change.before;
  const model::KnownPath& after = *flow.known.identity.path();
  Event event;
  event.kind = EventKind::kPathChange;
  event.trace = flow.flow.trace;
  event.flow = flow.flow.index;
  event.round = round;
  event.ttl = change.first_ttl;
  PathChange& moved = event.change.emplace();
  moved.old_path_id = before.id;
  moved.new_path_id = after.id;
  moved.old_path_hash = std::move(old_hash);
  moved.new_path_hash = flow.path_hash;
  moved.first_ttl = change.first_ttl;
  moved.last_ttl = change.last_ttl;
  moved.hops = model::differing_hops(before, after);
  events_.path_changed(std::move(event));
}

/// Reports a loop, and a target that acts as a router, once each; again if it moves to another TTL.
void PathRecorder::report_marks(FlowState& flow, const Path& path) {
  const auto report = [&](std::uint8_t ttl, std::string text) {
    Event event;
    event.kind = EventKind::kNotice;
    event.trace = path.trace;
    event.flow = path.flow;
    event.round = path.round;
    event.ttl = ttl;
    event.text = std::move(text);
    events_.report(std::move(event));
  };
  FlowState::ReportedMarks& reported = flow.reported_marks;
  const auto loop = find_loop(path);
  if (loop && reported.loop != loop->first_ttl) {
    report(loop->first_ttl,
           loop_line(*loop, [](const IpAddress& router) { return router.to_string(); }));
  }
  // Loss may hide a loop for a round; a target that is reached again has none.
  if (loop) {
    reported.loop = loop->first_ttl;
  } else if (path.reached) {
    reported.loop.reset();
  }
  const auto expired = expired_at_target(path);
  if (expired && reported.expired_at_target != expired) {
    report(*expired, expired_target_text(*expired));
    reported.expired_at_target = expired;
  }
}

std::string PathRecorder::hash(const std::string& canonical) const {
  std::vector<std::uint8_t> digest(hasher_.digest_size());
  if (!canonical.empty()) {
    const std::vector<std::uint8_t> bytes(canonical.begin(), canonical.end());
    hasher_.digest(bytes, digest);
  }
  return absl::BytesToHexString(std::string(digest.begin(), digest.end()));
}

/// Passes the path to the graph if it was refined, has changed (from TTL `changed` on), or ends
/// differently.
void PathRecorder::update_graph(Trace& trace, FlowState& flow, Timestamp at,
                                std::optional<std::uint8_t> changed) {
  const model::PathIdentity& identity = flow.known.identity;
  const FlowState::ReportedPath now{identity.revision(), flow.reached, flow.blocked.has_value()};
  if (flow.reported_path == now) return;
  flow.reported_path = now;
  std::vector<model::PathHop> hops;
  hops.reserve(identity.path()->hops.size());
  for (const auto& addresses : identity.path()->hops) {
    const auto smallest = addresses.empty() ? std::nullopt : std::optional(*addresses.begin());
    hops.push_back({smallest, addresses.size() > 1});
  }
  if (identity.end() && hops.size() > *identity.end()) hops.resize(*identity.end());
  model::FlowPath known;
  known.id = identity.path()->id;
  known.hash = flow.path_hash;
  known.hops = hops;
  known.end = identity.end();
  known.reached = flow.reached;
  known.blocked = flow.blocked.has_value();
  known.moved = changed.has_value();
  if (changed) known.balancing_evidence = new_evidence(flow, *changed);
  trace.graph.set_path(flow.flow.index, known, at);
}

void PathRecorder::resolve(Trace& trace, FlowState& flow) {
  if (!flow.known.identity.resolve()) return;
  for (const std::uint32_t id : trace.paths.take_united()) trace.graph.forget_guessed_path(id);
  flow.path_hash = hash(flow.known.identity.canonical());
  flow.snapshot.reset();
  update_graph(trace, flow, clock_.utc(), std::nullopt);
}

}  // namespace etr::trace
