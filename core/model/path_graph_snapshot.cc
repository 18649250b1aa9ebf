#include "model/path_graph_snapshot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "model/branch_confidence.h"
#include "model/share_interval.h"
#include "model/silence.h"

namespace etr::model {

namespace {

constexpr std::uint32_t kHidden = std::numeric_limits<std::uint32_t>::max();
/// Verdicts without a reply before a hop counts as silent.
constexpr std::uint64_t kSilentAfter = 3;

/// Flows keep moving at a branch point if each has changed its next hop so often lately.
constexpr double kMovesBackAndForth = 2.5;
/// Evidence of packets that alternate, below which it is flows. Exactly 0: no pair of replies yet.
constexpr double kMovesByFlow = -1.5;

}  // namespace

GraphWriter::GraphWriter(PathGraph& graph, const GraphSources& sources)
    : graph_(graph), from_(sources), same_(resolve_silence(sources.tables)) {
  write_vertices();
  write_edges();
  write_losses();
  write_branch_points();
  graph_.paths.reserve(sources.paths.size());
}

std::optional<std::uint32_t> GraphWriter::position(std::uint32_t vertex) const {
  if (vertex >= same_.size()) return std::nullopt;  // It is new.
  const std::uint32_t place = positions_[same_[vertex]];
  return place == kHidden ? std::nullopt : std::optional(place);
}

bool GraphWriter::shown(std::uint32_t number) const {
  const VertexRecord& record = from_.tables.vertex(number);
  if (record.kind == VertexKind::kKnown) return true;
  return record.kind == VertexKind::kSilent && record.flows > 0 && same_[number] == number;
}

void GraphWriter::write_vertices() {
  const GraphTables& tables = from_.tables;
  for (std::uint32_t i = 0; i < tables.vertex_count(); ++i) {
    if (shown(i)) order_.push_back(i);
  }
  const auto key = [&tables](std::uint32_t number) {
    const VertexRecord& record = tables.vertex(number);
    return std::tuple(record.ttl, record.kind != VertexKind::kKnown, record.address, number);
  };
  std::sort(order_.begin(), order_.end(),
            [&key](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  positions_.assign(tables.vertex_count(), kHidden);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    positions_[order_[i]] = static_cast<std::uint32_t>(i);
  }

  std::vector<PlaceStatistics> statistics;
  statistics.reserve(order_.size());
  graph_.vertices.reserve(order_.size());
  for (const std::uint32_t number : order_) {
    graph_.vertices.push_back(vertex(number));
    statistics.push_back(tables.vertex(number).statistics);
  }
  for (std::uint32_t i = 0; i < tables.vertex_count(); ++i) {
    // A silent vertex adds its verdicts to the vertex it was identified with.
    if (same_[i] == i || positions_[same_[i]] == kHidden) continue;
    statistics[positions_[same_[i]]].absorb_verdicts(tables.vertex(i).statistics);
    graph_.vertices[positions_[same_[i]]].flows += tables.vertex(i).flows;
  }
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    graph_.vertices[i].statistics = statistics[i].summarize();
  }
}

GraphVertex GraphWriter::vertex(std::uint32_t number) const {
  const VertexRecord& record = from_.tables.vertex(number);
  GraphVertex out;
  out.id = number;
  out.ttl = record.ttl;
  if (record.kind == VertexKind::kKnown) out.address = record.address;
  out.flows = record.flows;
  out.per_packet = record.per_packet;
  out.hop_class = present_class(record);
  return out;
}

/// Classes that need no comparison with other flows are set at once, not by the next judgement.
HopClass GraphWriter::present_class(const VertexRecord& record) const {
  if (record.kind == VertexKind::kSilent) {
    return record.statistics.judged() >= kSilentAfter ? HopClass::kSilent : HopClass::kUnknown;
  }
  if (record.statistics.recent_judged() == 0) return record.hop_class;
  return record.statistics.recent_lost() == 0 ? HopClass::kAnswering : record.hop_class;
}

void GraphWriter::write_edges() {
  const GraphTables& tables = from_.tables;
  for (std::uint32_t i = 0; i < tables.link_count(); ++i) {
    const LinkRecord& link = tables.link(i);
    if (!link.used || !position(link.to)) continue;
    const bool from_source = link.from == kSource;
    if (!from_source && !position(link.from)) continue;
    GraphEdge edge;
    if (!from_source) edge.from = position(link.from);
    edge.to = *position(link.to);
    edge.flows = link.flows;
    edge.samples = link.samples;
    graph_.edges.push_back(edge);
  }
  std::sort(graph_.edges.begin(), graph_.edges.end(), [](const GraphEdge& a, const GraphEdge& b) {
    return std::tie(a.to, a.from) < std::tie(b.to, b.from);
  });
  // Links whose ends were identified with each other become one edge.
  std::vector<GraphEdge> edges;
  std::vector<std::uint32_t> samples(graph_.vertices.size() + 1);  // by `from`, the source last
  const auto slot = [this](const GraphEdge& edge) {
    return edge.from.value_or(graph_.vertices.size());
  };
  for (const GraphEdge& edge : graph_.edges) {
    samples[slot(edge)] += edge.samples;
    if (!edges.empty() && edges.back().to == edge.to && edges.back().from == edge.from) {
      edges.back().flows += edge.flows;
      edges.back().samples += edge.samples;
    } else {
      edges.push_back(edge);
    }
  }
  for (GraphEdge& edge : edges) {
    const std::uint32_t all = samples[slot(edge)];
    if (all == 0) continue;
    edge.share = static_cast<double>(edge.samples) / all;
    edge.share_interval = share_interval(edge.samples, all);
  }
  graph_.edges = std::move(edges);
}

std::optional<std::uint32_t> GraphWriter::edge_of(std::uint32_t link) const {
  const LinkRecord& record = from_.tables.link(link);
  if (!record.used || !position(record.to)) return std::nullopt;
  const auto from = record.from == kSource ? std::nullopt : position(record.from);
  const GraphEdge* edge = graph_.edge(from, *position(record.to));
  if (edge == nullptr) return std::nullopt;
  return static_cast<std::uint32_t>(edge - graph_.edges.data());
}

LossyLink GraphWriter::lossy_link(const NamedLoss& named) const {
  LossyLink out;
  for (const std::uint32_t link : named.loss.links) {
    const auto edge = edge_of(link);
    if (edge) out.edges.push_back(*edge);
  }
  out.rate = named.loss.rate;
  out.interval = named.loss.interval;
  if (!out.edges.empty()) out.flows = graph_.edges[out.edges.front()].flows;
  out.recent_judged = named.loss.crossing.sent;
  out.recent_lost = named.loss.crossing.lost;
  out.since = named.since;
  out.now = named.loss.now;
  out.or_withheld = named.loss.or_withheld;
  return out;
}

void GraphWriter::write_losses() {
  for (const NamedLoss& named : from_.losses) {
    LossyLink lossy = lossy_link(named);
    if (!lossy.edges.empty()) graph_.lossy_links.push_back(std::move(lossy));
  }
  std::stable_sort(
      graph_.lossy_links.begin(), graph_.lossy_links.end(),
      [](const LossyLink& a, const LossyLink& b) { return a.present_rate() > b.present_rate(); });
  // Backwards, so that an edge refers to the greatest loss it belongs to.
  for (std::size_t i = graph_.lossy_links.size(); i-- > 0;) {
    for (const std::uint32_t edge : graph_.lossy_links[i].edges) {
      graph_.edges[edge].lossy_link = static_cast<std::uint32_t>(i);
    }
  }
  if (from_.shared_loss) graph_.shared_loss = lossy_link(*from_.shared_loss);
}

void GraphWriter::write_branch_points() {
  std::vector<std::uint32_t> by_from(graph_.edges.size());
  std::iota(by_from.begin(), by_from.end(), 0U);
  std::stable_sort(by_from.begin(), by_from.end(), [this](std::uint32_t a, std::uint32_t b) {
    return graph_.edges[a].from < graph_.edges[b].from;
  });
  for (std::size_t i = 0; i < by_from.size();) {
    BranchPoint point;
    point.vertex = graph_.edges[by_from[i]].from;
    Balancing next_hops;
    for (; i < by_from.size() && graph_.edges[by_from[i]].from == point.vertex; ++i) {
      const GraphEdge& edge = graph_.edges[by_from[i]];
      const GraphVertex& next = graph_.vertices[edge.to];
      next_hops.per_packet = next_hops.per_packet || (next.per_packet && edge.flows > 0);
      next_hops.per_flow = next_hops.per_flow || !next.per_packet;
      point.samples += edge.samples;
      if (edge.samples > 0 && next.address) ++point.next_hops;
    }
    if (point.next_hops > 0) point.confidence = branch_confidence(point.next_hops, point.samples);
    point.hidden_share = hidden_share(point.samples);
    point.state = state(point.vertex ? order_[*point.vertex] : kSource, point, next_hops);
    graph_.branch_points.push_back(point);
  }
}

BranchState GraphWriter::state(std::uint32_t number, const BranchPoint& point,
                               const Balancing& next_hops) const {
  const VertexRecord& record = from_.tables.vertex(number);
  if (next_hops.per_packet) return BranchState::kPerPacket;
  // Many changes of next hop per flow: they move back and forth, unless packets do so and the
  // balancing is not recognized yet.
  const double moves = record.moves * kept_since(record.moved_at, graph_.at);
  const double evidence = record.balancing_evidence;
  const bool by_flow = next_hops.per_flow && (evidence == 0 || evidence < kMovesByFlow);
  if (by_flow && moves >= kMovesBackAndForth * std::max(point.samples, 1U)) {
    return BranchState::kFlapping;
  }
  if (point.confidence >= from_.confidence) return BranchState::kClosed;
  return record.capped ? BranchState::kCapped : BranchState::kOpen;
}

bool GraphWriter::advance() {
  for (std::size_t i = 0; i < kPathsPerPiece; ++i) {
    PathRecord* record = from_.paths.at_or_after(next_path_);
    if (record == nullptr) return true;
    graph_.paths.push_back(path(*record));
    next_path_ = record->id + 1;
  }
  return false;
}

GraphPath GraphWriter::path(PathRecord& record) const {
  if (record.listed == nullptr) {
    std::vector<GraphFlow> flows = record.members;
    std::sort(flows.begin(), flows.end(),
              [](const GraphFlow& a, const GraphFlow& b) { return a.flow < b.flow; });
    record.listed = std::make_shared<const std::vector<GraphFlow>>(std::move(flows));
  }
  GraphPath out;
  out.id = record.id;
  out.hash = record.hash;
  out.flows = record.listed;
  out.end = record.end;
  out.reached = record.reached;
  out.blocked = record.blocked;
  out.at_end = record.at_end.summarize();
  out.vertices = hops_of(record);
  out.has_gaps = std::any_of(out.vertices.begin(), out.vertices.end(), [this](const auto& hop) {
    return !hop || !graph_.vertices[*hop].address;
  });
  return out;
}

std::vector<std::optional<std::uint32_t>> GraphWriter::hops_of(const PathRecord& record) const {
  std::vector<std::optional<std::uint32_t>> hops;
  if (record.members.empty()) {
    for (const std::uint32_t vertex : record.former) hops.push_back(position(vertex));
  } else if (const FlowRecord* flow = from_.cells.find(record.representative)) {
    for (std::size_t i = 0; i < flow->cells.size(); ++i) {
      hops.push_back(position(from_.cells.vertex(*flow, i)));
    }
  }
  return hops;
}

double kept_since(Timestamp counted, Timestamp now) {
  constexpr double kHalfLifeSeconds = 60;
  const double age = std::chrono::duration<double>(now - counted).count();
  return std::exp2(-std::max(age, 0.0) / kHalfLifeSeconds);
}

}  // namespace etr::model
