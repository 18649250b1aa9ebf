#include "trace/path_recorder.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "model/classifier.h"

namespace etr::trace {

namespace {

/// Judging one hop of one flow, with the others who share it, takes up to 25 ns for each hop behind
/// it. Where there are many flows that is done less often, so that it takes a fortieth of the time.
constexpr Duration kPerComparison = std::chrono::microseconds(1);

model::HopEvidence evidence_at(const FlowState& flow, std::size_t index) {
  const model::HopStatistics& hop = flow.hops[index];
  model::HopEvidence evidence;
  evidence.verdicts = hop.window.size();
  evidence.answered = hop.window.answered();
  evidence.ever_answered = hop.answered > 0;
  evidence.address = flow.address(static_cast<std::uint8_t>(index + 1));
  return evidence;
}

std::vector<model::HopEvidence> evidence_of(const FlowState& flow) {
  const std::size_t length =
      flow.end ? std::min<std::size_t>(*flow.end, flow.hops.size()) : flow.hops.size();
  std::vector<model::HopEvidence> evidence;
  evidence.reserve(length);
  for (std::size_t i = 0; i < length; ++i) evidence.push_back(evidence_at(flow, i));
  return evidence;
}

/// What needs no comparison is said at once.
void judge_new_hops(FlowState& flow) {
  for (std::size_t i = 0; i < flow.hops.size(); ++i) {
    HopClass& hop_class = flow.hops[i].hop_class;
    if (hop_class == HopClass::kUnknown) hop_class = model::judge_alone(evidence_at(flow, i));
  }
}

/// The first TTL of which it is not known that the old path and the new one share it: hops that were
/// silent this time, right before the first that differs, may differ, too.
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

PathRecorder::PathRecorder(const PathHasher& hasher, std::string protocol, const base::Clock& clock,
                           std::vector<std::unique_ptr<FlowState>>& flows,
                           model::Observer& observer)
    : hasher_(hasher),
      protocol_(std::move(protocol)),
      clock_(clock),
      flows_(flows),
      observer_(observer) {}

void PathRecorder::close(FlowState& flow, model::OpenRound round, bool complete) {
  Path path;
  path.complete = complete;
  path.finished = clock_.utc();
  path.trace = flow.flow.trace;
  path.flow = flow.flow.index;
  path.protocol = protocol_;
  path.source = flow.flow.source;
  path.destination = flow.flow.destination;
  path.source_port = flow.flow.source_port;
  path.destination_port = flow.flow.destination_port;

  const auto change = flow.identity.observe(round.observation());
  flow.path_hash = hash(flow.identity.canonical());
  path.path_hash = flow.path_hash;
  path.path_id = flow.identity.path()->id;

  std::uint8_t last = flow.end.value_or(flow.max_ttl);
  if (const auto end = round.end()) last = std::min(last, *end);
  round.fill(path, last);

  if (change) begin_path(flow, change->first_ttl, path);
  flow.reached = path.reached;
  flow.blocked = path.blocked;
  ++flow.rounds_closed;
  flow.snapshot.reset();
  classify_trace(flow.flow.trace, false);
  judge_new_hops(flow);
  for (Hop& hop : path.hops) hop.hop_class = flow.hop(hop.ttl).hop_class;

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
  if (change.last_ttl != change.first_ttl) absl::StrAppendFormat(&event.text, "-%d", change.last_ttl);
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

void PathRecorder::classify_trace(std::uint32_t trace, bool at_once) {
  if (due_.size() <= trace) due_.resize(trace + 1U);
  const auto now = clock_.now();
  if (!at_once && now < due_[trace]) return;
  std::vector<FlowState*> members;
  std::size_t longest = 0;
  for (const auto& flow : flows_) {
    if (flow->flow.trace != trace) continue;
    members.push_back(flow.get());
    longest = std::max(longest, flow->hops.size());
  }
  due_[trace] = now + kPerComparison * static_cast<std::int64_t>(members.size() * longest * longest);

  std::vector<std::vector<model::HopEvidence>> evidence;
  evidence.reserve(members.size());
  for (const FlowState* flow : members) evidence.push_back(evidence_of(*flow));
  const auto classes = model::classify(evidence);
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t hop = 0; hop < classes[i].size(); ++hop) {
      model::HopStatistics& statistics = members[i]->hops[hop];
      if (statistics.hop_class == classes[i][hop]) continue;
      statistics.hop_class = classes[i][hop];
      members[i]->snapshot.reset();
    }
  }
}

}  // namespace etr::trace
