#include "model/path_graph.h"

#include <algorithm>
#include <utility>

namespace etr::model {

namespace {

/// Judgements start at least this far apart.
constexpr Duration kMinInterval = std::chrono::seconds(1);
/// Visiting a node takes up to 16 ns; the interval is 40 times that, so judging uses at most 1/40
/// of a core.
constexpr Duration kIntervalPerNode = std::chrono::nanoseconds(40 * 16);

}  // namespace

PathGraphBuilder::PathGraphBuilder(const PathGraphOptions& options) : options_(options) {}

void PathGraphBuilder::add_flow(std::uint32_t flow, std::uint16_t source_port) {
  cells_.add(flow, source_port);
  changed();
}

void PathGraphBuilder::retire_flow(std::uint32_t index) {
  FlowRecord* flow = cells_.find(index);
  if (flow == nullptr) return;
  if (PathRecord* path = paths_.of_flow(index)) {
    if (const RecentVerdicts* recent = at_end(*flow)) path->at_end.subtract_recent(*recent);
  }
  paths_.leave(index, vertices(*flow), true);
  cells_.retire(*flow);
  changed();
}

std::vector<std::uint32_t> PathGraphBuilder::vertices(const FlowRecord& flow) const {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < flow.cells.size(); ++i) {
    const std::uint32_t vertex = cells_.vertex(flow, i);
    out.push_back(tables_.vertex(vertex).kind == VertexKind::kKnown ? vertex : kSource);
  }
  return out;
}

/// Verdicts of the flow at the end of its path; null while the end is unknown.
const RecentVerdicts* PathGraphBuilder::at_end(const FlowRecord& flow) const {
  if (!flow.end || flow.cells.size() < *flow.end) return nullptr;
  return &flow.cells[*flow.end - 1U].recent;
}

void PathGraphBuilder::set_path(std::uint32_t index, const FlowPath& path, Timestamp at) {
  FlowRecord* flow = cells_.find(index);
  if (flow == nullptr) return;
  PathRecord* old = paths_.of_flow(index);
  if (old != nullptr) {
    if (const RecentVerdicts* recent = at_end(*flow)) old->at_end.subtract_recent(*recent);
  }
  const Plan plan = this->plan(*flow, path, old == nullptr || old->id == path.id);
  if (old != nullptr && old->id != path.id) paths_.leave(index, vertices(*flow), path.moved);
  if (plan.first < hops_.size() || hops_.size() != flow->cells.size()) {
    move(*flow, plan, path.balancing_evidence, at);
  }
  for (std::size_t i = 0; i < std::min(path.hops.size(), flow->cells.size()); ++i) {
    if (!path.hops[i].per_packet) continue;
    tables_.vertex(cells_.vertex(*flow, i)).per_packet = true;
    cells_.forget_left(*flow, i);
  }
  flow->end = path.end;
  join_path(index, *flow, path);
  at_ = std::max(at_, at);
  changed();
}

void PathGraphBuilder::forget_guessed_path(std::uint32_t id) {
  paths_.forget_guess(id);
  changed();
}

/// Fills hops_ with the new hops of the flow, and compares them with its cells.
PathGraphBuilder::Plan PathGraphBuilder::plan(const FlowRecord& flow, const FlowPath& path,
                                              bool same_path) {
  const std::size_t size = path.end ? *path.end : std::max(path.hops.size(), flow.cells.size());
  Plan plan{size, size};
  hops_.assign(size, {});
  for (std::size_t i = 0; i < size; ++i) {
    const bool there = i < flow.cells.size();
    const CellHop now = there ? cells_.hop(flow, i) : CellHop{};
    const PathHop wanted = i < path.hops.size() ? path.hops[i] : PathHop{};
    if (wanted.address) {
      hops_[i] = {VertexKind::kKnown, *wanted.address};
      const bool differs = now.kind == VertexKind::kKnown && now.address != *wanted.address;
      if (differs && !wanted.per_packet) plan.fresh = std::min(plan.fresh, i);
      // The new path does not know this hop: the address of the old path must not stay.
    } else if (now.kind == VertexKind::kKnown && (!same_path || plan.fresh < size)) {
      hops_[i].kind = VertexKind::kSilent;
    } else {
      hops_[i] = now;
    }
    if (!there || !(hops_[i] == now)) plan.first = std::min(plan.first, i);
  }
  // Unheard hops right before the first that differs may differ, too.
  while (plan.fresh < size && plan.fresh > 0 && hops_[plan.fresh - 1].kind != VertexKind::kKnown) {
    --plan.fresh;
  }
  plan.first = std::min(plan.first, plan.fresh);
  return plan;
}

void PathGraphBuilder::move(FlowRecord& flow, const Plan& plan, double balancing_evidence,
                            Timestamp at) {
  // The vertex before the first changed hop is where the route moved.
  if (plan.fresh < std::min(hops_.size(), flow.cells.size())) {
    VertexRecord& branch = tables_.vertex(cells_.predecessor(flow, plan.fresh));
    const double kept = kept_since(branch.moved_at, at);
    branch.moves = branch.moves * kept + 1;
    branch.balancing_evidence = branch.balancing_evidence * kept + balancing_evidence;
    branch.moved_at = at;
  }
  const std::size_t first = std::min(plan.first, flow.cells.size());
  cells_.lay(flow, std::min(first, hops_.size()),
             std::span(hops_).subspan(std::min(first, hops_.size())), plan.fresh);
}

void PathGraphBuilder::join_path(std::uint32_t index, FlowRecord& flow, const FlowPath& path) {
  PathRecord* record = paths_.of_flow(index);
  if (record == nullptr) record = &paths_.join({index, flow.source_port}, path.id);
  if (record->hash != path.hash) record->hash = path.hash;
  record->end = path.end;
  record->reached = path.reached;
  record->blocked = path.blocked;
  const auto known =
      static_cast<std::uint32_t>(std::count_if(hops_.begin(), hops_.end(), [](const CellHop& hop) {
        return hop.kind == VertexKind::kKnown;
      }));
  // The flow that knows most hops represents the path in snapshots.
  if (known > record->known_hops || record->representative == index) {
    record->representative = index;
    record->known_hops = known;
  }
  if (const RecentVerdicts* recent = at_end(flow)) record->at_end.add_recent(*recent);
}

void PathGraphBuilder::count(std::uint32_t index, std::uint8_t ttl, const ProbeVerdict& verdict) {
  FlowRecord* flow = cells_.find(index);
  if (flow == nullptr || ttl == 0 || (flow->end && ttl > *flow->end)) return;
  if (flow->cells.size() < ttl) cells_.extend(*flow, ttl);
  const std::size_t place = ttl - std::size_t{1};
  learn(*flow, place, verdict);
  const RecentVerdicts::Change change = cells_.count(*flow, place, verdict.answered);
  PathRecord* path = flow->end && ttl == *flow->end ? paths_.of_flow(index) : nullptr;
  if (path != nullptr) path->at_end.count(verdict.answered, change);
  if (verdict.answered && verdict.responder) add_rtt(*flow, place, path, verdict);
  at_ = std::max(at_, verdict.at);
  to_judge_ = true;
  changed();
}

void PathGraphBuilder::learn(FlowRecord& flow, std::size_t index, const ProbeVerdict& verdict) {
  const VertexKind kind = tables_.vertex(cells_.vertex(flow, index)).kind;
  if (kind == VertexKind::kKnown) return;
  if (verdict.answered && verdict.responder) {
    cells_.refine(flow, index, {VertexKind::kKnown, *verdict.responder});
  } else if (kind == VertexKind::kUnprobed) {
    cells_.refine(flow, index, {VertexKind::kSilent, {}});
  }
}

/// At a hop balanced per packet, each address has its own vertex and RTTs.
void PathGraphBuilder::add_rtt(FlowRecord& flow, std::size_t index, PathRecord* path,
                               const ProbeVerdict& verdict) {
  std::uint32_t number = cells_.vertex(flow, index);
  VertexRecord& here = tables_.vertex(number);
  here.answers_by_icmp = verdict.icmp;
  if (here.address != *verdict.responder) {
    if (!here.per_packet) return;
    const std::uint8_t ttl = here.ttl;
    number = tables_.known(ttl, *verdict.responder);
    tables_.link(cells_.predecessor(flow, index), number);
    tables_.vertex(number).per_packet = true;
    tables_.vertex(number).statistics.count_answer();
  }
  if (!verdict.rtt) return;
  tables_.vertex(number).statistics.add_rtt(*verdict.rtt);
  if (path != nullptr) path->at_end.add_rtt(*verdict.rtt);
}

bool PathGraphBuilder::advance(Timestamp now) {
  if (judgement_.running()) {
    if (!judgement_.advance()) finish_judgement(now);
    return judgement_.running();
  }
  const Duration interval =
      std::max(kMinInterval, kIntervalPerNode * static_cast<std::int64_t>(judgement_.cost()));
  // now < judged_at_: UTC was set back, which must not stop the judgements.
  if (!to_judge_ || (now >= judged_at_ && now - judged_at_ < interval)) return false;
  begin_judgement();
  return true;
}

void PathGraphBuilder::judge(Timestamp now) {
  begin_judgement();
  while (judgement_.advance()) {
  }
  finish_judgement(now);
}

void PathGraphBuilder::begin_judgement() {
  if (tables_.crowded() && !writer_) {
    std::vector<bool> keep(tables_.vertex_count(), false);
    // Former paths refer to vertices that no flow is on: these must stay.
    cells_.mark_left(keep);
    for (const PathRecord& record : paths_.records()) {
      for (const std::uint32_t vertex : record.former) keep[vertex] = true;
    }
    tables_.sweep(keep);
  }
  to_judge_ = false;
  judgement_.begin();
}

void PathGraphBuilder::finish_judgement(Timestamp now) {
  std::vector<NamedLoss> losses;
  for (const JudgedLoss& loss : judgement_.losses()) losses.push_back(named(loss, now));
  losses_ = std::move(losses);
  if (!judgement_.shared()) {
    shared_loss_.reset();
  } else {
    shared_loss_ = NamedLoss{*judgement_.shared(), shared_loss_ ? shared_loss_->since : now};
  }
  judged_at_ = now;
  if (judgement_.changed_classes()) ++class_generation_;
  changed();
}

/// A loss that shares a link with an earlier one continues it: the start time stays.
NamedLoss PathGraphBuilder::named(const JudgedLoss& loss, Timestamp now) const {
  for (const NamedLoss& before : losses_) {
    const auto& links = before.loss.links;
    if (std::find_first_of(links.begin(), links.end(), loss.links.begin(), loss.links.end()) !=
        links.end()) {
      return {loss, before.since};
    }
  }
  return {loss, now};
}

HopClass PathGraphBuilder::hop_class(std::uint32_t index, std::uint8_t ttl) const {
  const FlowRecord* flow = cells_.find(index);
  if (flow == nullptr || ttl == 0 || ttl > flow->cells.size()) return HopClass::kUnknown;
  const RecentVerdicts& recent = flow->cells[ttl - 1U].recent;
  const TrieNode& node = cells_.node(*flow, ttl - 1U);
  const VertexRecord& vertex = tables_.vertex(node.vertex);
  // Limits are a property of the router; loss needs verdicts of this flow beyond a lossy link.
  if (vertex.hop_class == HopClass::kLimited) return HopClass::kLimited;
  if (vertex.kind != VertexKind::kKnown) {
    return vertex.statistics.judged() >= 3 ? HopClass::kSilent : HopClass::kUnknown;
  }
  if (recent.judged() == 0) return HopClass::kUnknown;
  if (recent.lost() == 0) return HopClass::kAnswering;
  if (node.beyond_loss) return HopClass::kLossy;
  return vertex.hop_class == HopClass::kLossy ? HopClass::kAnswering : vertex.hop_class;
}

std::optional<std::uint32_t> PathGraphBuilder::vertex_at(std::uint32_t index,
                                                         std::uint8_t ttl) const {
  const FlowRecord* flow = cells_.find(index);
  if (flow == nullptr || ttl == 0 || ttl > flow->cells.size()) return std::nullopt;
  const std::uint32_t vertex = cells_.vertex(*flow, ttl - 1U);
  if (tables_.vertex(vertex).kind != VertexKind::kKnown) return std::nullopt;
  return vertex;
}

void PathGraphBuilder::set_capped(std::optional<std::uint32_t> vertex_id, bool capped) {
  const std::uint32_t vertex = vertex_id.value_or(kSource);
  if (vertex >= tables_.vertex_count()) return;
  tables_.vertex(vertex).capped = capped;
  changed();
}

void PathGraphBuilder::reset() {
  judgement_.abort();
  cells_.clear_statistics();
  trie_.clear_statistics();
  tables_.clear_statistics();
  paths_.clear_statistics();
  losses_.clear();
  shared_loss_.reset();
  ++class_generation_;
  to_judge_ = false;
  changed();
}

void PathGraphBuilder::begin_snapshot() {
  changed_ = false;
  draft_ = std::make_shared<PathGraph>();
  draft_->trace = options_.trace;
  draft_->at = at_;
  draft_->judged_at = judged_at_;
  draft_->flows = cells_.count();
  writer_.emplace(
      *draft_, GraphSources{tables_, cells_, paths_, losses_, shared_loss_, options_.confidence});
}

bool PathGraphBuilder::advance_snapshot() {
  if (!writer_) {
    if (last_ && !changed_) return true;
    begin_snapshot();
    // Of a large graph, the paths follow in pieces of their own.
    if (paths_.records().size() > GraphWriter::kPathsPerPiece) return false;
  }
  if (!writer_->advance()) return false;
  writer_.reset();
  last_ = std::move(draft_);
  return true;
}

std::shared_ptr<const PathGraph> PathGraphBuilder::snapshot() {
  if (changed_) writer_.reset();
  while (!advance_snapshot()) {
  }
  return last_;
}

std::size_t PathGraphBuilder::memory() const {
  return sizeof(*this) + tables_.memory() + trie_.memory() + cells_.memory() + paths_.memory();
}

}  // namespace etr::model
