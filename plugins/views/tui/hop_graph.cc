#include "hop_graph.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace tui {
namespace {

/// A part of the path graph: which of its vertices and edges belong to it, by index.
struct Parts {
  explicit Parts(const etr::PathGraph& graph)
      : vertices(graph.vertices.size()), edges(graph.edges.size()) {}

  std::vector<bool> vertices;
  std::vector<bool> edges;
};

void add_path(Parts& parts, const etr::PathGraph& graph, const etr::GraphPath& path) {
  std::optional<std::uint32_t> from;
  for (std::size_t i = 0; i < path.vertices.size(); ++i) {
    const std::optional<std::uint32_t> to = path.vertices[i];
    if (to) parts.vertices[*to] = true;
    const etr::GraphEdge* edge = to && (i == 0 || from) ? graph.edge(from, *to) : nullptr;
    if (edge != nullptr) parts.edges[static_cast<std::size_t>(edge - graph.edges.data())] = true;
    from = to;
  }
}

Parts paths_of(const Scene& scene, const std::vector<const etr::FlowSnapshot*>& flows) {
  const etr::PathGraph& graph = *scene.graph;
  std::unordered_set<std::uint32_t> wanted;
  for (const etr::FlowSnapshot* flow : flows) wanted.insert(flow->flow);
  Parts parts(graph);
  for (const etr::GraphPath& path : graph.paths) {
    const bool used = std::any_of(path.flows->begin(), path.flows->end(),
                                  [&](const auto& flow) { return wanted.contains(flow.flow); });
    if (used) add_path(parts, graph, path);
  }
  return parts;
}

/// Positions of the vertices between whose next hops flows keep moving.
std::unordered_set<std::optional<std::uint32_t>> flapping(const etr::PathGraph& graph) {
  std::unordered_set<std::optional<std::uint32_t>> found;
  for (const etr::BranchPoint& point : graph.branch_points) {
    if (point.state == etr::BranchState::kFlapping) found.insert(point.vertex);
  }
  return found;
}

/// Adds the paths beyond flapping branch points that no flow is on right now.
void add_left_branches(Parts& parts, const etr::PathGraph& graph) {
  const auto branches = flapping(graph);
  if (branches.empty()) return;
  for (const etr::GraphPath& path : graph.paths) {
    const bool beyond = branches.contains(std::nullopt) ||
                        std::any_of(path.vertices.begin(), path.vertices.end(), [&](auto vertex) {
                          return vertex && branches.contains(vertex);
                        });
    if (path.flows->empty() && beyond) add_path(parts, graph, path);
  }
}

/// What to draw: the paths of the flows that match the filter; without a filter everything that
/// flows use now, and both sides of a route that flaps.
Parts drawn_parts(const Scene& scene) {
  if (scene.flows.size() != scene.all.size()) return paths_of(scene, scene.flows);
  const etr::PathGraph& graph = *scene.graph;
  Parts parts(graph);
  for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
    parts.vertices[i] = graph.vertices[i].flows > 0;
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) parts.edges[i] = graph.edges[i].flows > 0;
  add_left_branches(parts, graph);
  return parts;
}

/// One tier per TTL that has a vertex, in the order of the path graph.
std::vector<Tier> make_tiers(const etr::PathGraph& graph, const Parts& drawn,
                             const Parts& selected) {
  std::vector<Tier> tiers;
  std::vector<int> places(graph.vertices.size(), -1);
  std::vector<std::size_t> tier_of(graph.vertices.size());
  for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
    if (!drawn.vertices[i]) continue;
    const etr::GraphVertex& from = graph.vertices[i];
    if (tiers.empty() || tiers.back().vertices.front().ttl != from.ttl) tiers.emplace_back();
    Vertex vertex;
    vertex.ttl = from.ttl;
    vertex.address = from.address;
    vertex.flows = static_cast<int>(from.flows);
    vertex.selected = selected.vertices[i];
    vertex.seen = etr::PooledHop(from);
    places[i] = static_cast<int>(tiers.back().vertices.size());
    tier_of[i] = tiers.size() - 1;
    tiers.back().vertices.push_back(std::move(vertex));
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    const etr::GraphEdge& edge = graph.edges[i];
    if (!drawn.edges[i] || places[edge.to] < 0 || (edge.from && places[*edge.from] < 0)) continue;
    Tier& tier = tiers[tier_of[edge.to]];
    const bool lossy = edge.lossy_link.has_value();
    tier.edges.push_back(
        {edge.from ? places[*edge.from] : -1, places[edge.to], selected.edges[i], lossy});
    if (!lossy) continue;
    tier.vertices[static_cast<std::size_t>(places[edge.to])].at_loss = true;
    if (!edge.from) continue;
    Tier& before = tiers[tier_of[*edge.from]];
    before.vertices[static_cast<std::size_t>(places[*edge.from])].at_loss = true;
  }
  return tiers;
}

/// Sorts the vertices by the mean position of their predecessors, then by address, and renumbers
/// the edges. `before` holds the new position of each vertex of the tier above; the result does so
/// for this tier.
std::vector<int> order(Tier& tier, const std::vector<int>& before) {
  const std::size_t count = tier.vertices.size();
  std::vector<std::pair<double, int>> sums(count, {0, 0});
  for (Edge& edge : tier.edges) {
    if (edge.from < 0) continue;
    edge.from = before[static_cast<std::size_t>(edge.from)];
    sums[static_cast<std::size_t>(edge.to)].first += edge.from;
    ++sums[static_cast<std::size_t>(edge.to)].second;
  }
  const auto place = [&sums](std::size_t i) {
    return sums[i].second == 0 ? 0.0 : sums[i].first / sums[i].second;
  };
  std::vector<std::size_t> sorted(count);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    if (place(a) != place(b)) return place(a) < place(b);
    return tier.vertices[a].address < tier.vertices[b].address;
  });
  std::vector<int> now(count);
  std::vector<Vertex> vertices;
  vertices.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    now[sorted[i]] = static_cast<int>(i);
    vertices.push_back(tier.vertices[sorted[i]]);
  }
  tier.vertices = std::move(vertices);
  for (Edge& edge : tier.edges) edge.to = now[static_cast<std::size_t>(edge.to)];
  return now;
}

std::vector<const etr::LossyLink*> lossy_links(const etr::PathGraph& graph, const Parts& drawn) {
  std::vector<const etr::LossyLink*> links;
  for (const etr::LossyLink& loss : graph.lossy_links) {
    const bool shown = std::any_of(loss.edges.begin(), loss.edges.end(),
                                   [&drawn](std::uint32_t edge) { return drawn.edges[edge]; });
    if (shown) links.push_back(&loss);
  }
  return links;
}

/// Keeps one tier of those beyond the last hop that has ever replied.
void cut_silent_tail(std::vector<Tier>& tiers) {
  std::size_t known = tiers.size();
  const auto replied = [](const Vertex& vertex) { return vertex.address.has_value(); };
  while (known > 0 && std::none_of(tiers[known - 1].vertices.begin(),
                                   tiers[known - 1].vertices.end(), replied)) {
    --known;
  }
  if (tiers.size() - known < 2) return;
  const std::uint8_t last = tiers.back().vertices.front().ttl;
  tiers.resize(known + 1);
  for (Vertex& vertex : tiers.back().vertices) vertex.silent_to = last;
}

/// For each vertex: whether it is kept rather than folded.
std::vector<bool> kept(const Tier& tier, std::size_t room, std::size_t room_at_loss) {
  std::vector<std::size_t> ranked(tier.vertices.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  const auto rank = [&tier](std::size_t i) {
    const Vertex& vertex = tier.vertices[i];
    const bool lossy = vertex.seen.hop_class == etr::HopClass::kLossy;
    return std::make_tuple(vertex.selected, vertex.at_loss,
                           lossy ? vertex.seen.loss().value_or(0) : 0, vertex.flows);
  };
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&rank](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
  std::vector<bool> out(tier.vertices.size(), false);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    out[ranked[i]] = i < (tier.vertices[ranked[i]].at_loss ? room_at_loss : room);
  }
  return out;
}

/// Adds `vertex` to `into`, which stands for several.
void absorb(Vertex& into, const Vertex& vertex) {
  into.ttl = vertex.ttl;
  into.flows += vertex.flows;
  into.folded += 1;
  into.selected = into.selected || vertex.selected;
  into.at_loss = into.at_loss || vertex.at_loss;
  into.seen.add(vertex.seen);
}

/// Folds the vertices that are not kept; returns the new position of each.
std::vector<int> fold_vertices(Tier& folded, const Tier& tier, const std::vector<bool>& stays) {
  std::vector<int> now(tier.vertices.size());
  Vertex rest;
  for (std::size_t i = 0; i < tier.vertices.size(); ++i) {
    now[i] = static_cast<int>(folded.vertices.size());
    if (stays[i]) {
      folded.vertices.push_back(tier.vertices[i]);
    } else {
      absorb(rest, tier.vertices[i]);
    }
  }
  for (std::size_t i = 0; i < tier.vertices.size(); ++i) {
    if (!stays[i]) now[i] = static_cast<int>(folded.vertices.size());
  }
  if (rest.folded > 0) folded.vertices.push_back(std::move(rest));
  return now;
}

}  // namespace

HopGraph hop_graph(const Scene& scene) {
  const Parts drawn = drawn_parts(scene);
  std::vector<const etr::FlowSnapshot*> selected;
  if (scene.flow() != nullptr) selected.push_back(scene.flow());
  HopGraph out{make_tiers(*scene.graph, drawn, paths_of(scene, selected)),
               lossy_links(*scene.graph, drawn)};
  cut_silent_tail(out.tiers);
  std::vector<int> before;
  for (Tier& tier : out.tiers) before = order(tier, before);
  return out;
}

std::vector<Tier> fold(const std::vector<Tier>& tiers, int most, int most_at_loss) {
  const auto room = static_cast<std::size_t>(std::max(most, 1));
  const auto room_at_loss = static_cast<std::size_t>(std::max(most, most_at_loss));
  std::vector<Tier> out;
  std::vector<int> before;
  for (const Tier& tier : tiers) {
    Tier folded;
    const bool fits = tier.vertices.size() <= room;
    const std::vector<bool> stays = fits ? std::vector<bool>(tier.vertices.size(), true)
                                         : kept(tier, room - 1, room_at_loss - 1);
    std::vector<int> now = fold_vertices(folded, tier, stays);
    for (const Edge& edge : tier.edges) {
      Edge moved = edge;
      if (edge.from >= 0) moved.from = before[static_cast<std::size_t>(edge.from)];
      moved.to = now[static_cast<std::size_t>(edge.to)];
      const auto same = std::find_if(folded.edges.begin(), folded.edges.end(), [&](const Edge& e) {
        return e.from == moved.from && e.to == moved.to;
      });
      if (same == folded.edges.end()) {
        folded.edges.push_back(moved);
      } else {
        same->selected = same->selected || moved.selected;
        same->lossy = same->lossy || moved.lossy;
      }
    }
    before = std::move(now);
    out.push_back(std::move(folded));
  }
  return out;
}

}  // namespace tui
