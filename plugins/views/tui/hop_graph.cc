#include "hop_graph.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "figures.h"
#include "present_path.h"

namespace tui {
namespace {

/// Tells the vertices of one tier apart; a silent one by where it is reached from.
struct VertexKey {
  std::optional<etr::IpAddress> address;
  int from = 0;
  friend bool operator==(const VertexKey&, const VertexKey&) = default;
};

struct VertexKeyHash {
  std::size_t operator()(const VertexKey& key) const {
    return key.address ? std::hash<etr::IpAddress>{}(*key.address)
                       : static_cast<std::size_t>(key.from);
  }
};

/// A tier while flows are added to it.
struct Growing {
  Tier tier;
  std::unordered_map<VertexKey, int, VertexKeyHash> places;
  std::unordered_map<std::uint64_t, std::size_t> edges;  // by both ends
};

bool loses(const etr::HopStats& hop) {
  return hop.hop_class == etr::HopClass::kLossy && hop.lost > 0;
}

std::size_t add_edge(Growing& growing, int from, int to, bool selected) {
  const std::uint64_t ends =
      std::uint64_t{static_cast<std::uint32_t>(from)} << 32U | static_cast<std::uint32_t>(to);
  const auto [place, fresh] = growing.edges.try_emplace(ends, growing.tier.edges.size());
  if (fresh) growing.tier.edges.push_back({from, to, false, 0, 0, 0});
  Edge& edge = growing.tier.edges[place->second];
  edge.selected = edge.selected || selected;
  return place->second;
}

int add_hop(Growing& growing, const etr::HopStats& hop,
            const std::optional<etr::IpAddress>& address, int from, bool selected) {
  const VertexKey key{address, address ? -1 : from};
  const auto [place, added] =
      growing.places.try_emplace(key, static_cast<int>(growing.tier.vertices.size()));
  if (added) {
    growing.tier.vertices.emplace_back();
    growing.tier.vertices.back().ttl = hop.ttl;
    growing.tier.vertices.back().address = address;
  }
  Vertex& vertex = growing.tier.vertices[static_cast<std::size_t>(place->second)];
  ++vertex.flows;
  vertex.selected = vertex.selected || selected;
  vertex.seen.add(hop, address);
  return place->second;
}

using Addresses = std::vector<std::optional<etr::IpAddress>>;

/// Where a hop is reached from: its TTL and the address before; none for the first hop.
struct Step {
  std::uint8_t ttl = 0;
  std::optional<etr::IpAddress> before;
  friend bool operator<(const Step& a, const Step& b) {
    return std::tie(a.ttl, a.before) < std::tie(b.ttl, b.before);
  }
};

/// Per step the one hop that is found there, if it withholds answers; empty if there are several.
using Withholding = std::map<Step, std::optional<etr::IpAddress>>;

/// TTLs where some hop withholds answers; mostly there are none, and nothing to look for.
std::array<bool, 256> limited_ttls(const Scene& scene) {
  std::array<bool, 256> out{};
  for (const etr::FlowSnapshot* flow : scene.flows) {
    for (const etr::HopStats& hop : flow->hops) {
      if (hop.hop_class == etr::HopClass::kLimited) out[hop.ttl] = true;
    }
  }
  return out;
}

/// A flow that hears nothing where another one hears a hop that answers rarely has met the same
/// hop.
Withholding find_withholding(const Scene& scene) {
  std::map<Step, std::map<etr::IpAddress, bool>> found;
  const std::array<bool, 256> wanted = limited_ttls(scene);
  if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) return {};
  for (const etr::FlowSnapshot* flow : scene.flows) {
    const Addresses addresses = hops_of(*flow);
    for (const etr::HopStats& hop : flow->hops) {
      if (hop.ttl == 0 || !wanted[hop.ttl] || !addresses[hop.ttl - std::size_t{1}]) continue;
      const Step step{hop.ttl, hop.ttl == 1 ? std::nullopt : addresses[hop.ttl - std::size_t{2}]};
      if (hop.ttl > 1 && !step.before) continue;
      bool& limited = found[step][*addresses[hop.ttl - std::size_t{1}]];
      limited = limited || hop.hop_class == etr::HopClass::kLimited;
    }
  }
  Withholding out;
  for (const auto& [step, hops] : found) {
    if (hops.size() == 1 && hops.begin()->second) out.emplace(step, hops.begin()->first);
  }
  return out;
}

/// The flow's addresses, those of silent hops filled in where there is only one hop it can be.
Addresses known_hops(const Withholding& withholding, const etr::FlowSnapshot& flow) {
  Addresses addresses = hops_of(flow);
  for (std::size_t i = 0; i < addresses.size() && !withholding.empty(); ++i) {
    if (addresses[i] || (i > 0 && !addresses[i - 1])) continue;
    const auto ttl = static_cast<std::uint8_t>(i + 1);
    const auto same = withholding.find({ttl, i == 0 ? std::nullopt : addresses[i - 1]});
    if (same != withholding.end()) addresses[i] = same->second;
  }
  return addresses;
}

/// A flow's way through the graph: for each of its hops the edge that leads there.
struct Way {
  const etr::FlowSnapshot* flow = nullptr;
  std::vector<std::size_t> edges;
  std::optional<std::size_t> first_loss;  ///< The first of its hops that loses.
};

Way add_flow(std::vector<Growing>& tiers, const Scene& scene, const Withholding& withholding,
             const etr::FlowSnapshot& flow) {
  const Addresses addresses = known_hops(withholding, flow);
  const bool selected = &flow == scene.flow();
  Way way{&flow, {}, {}};
  way.edges.reserve(flow.hops.size());
  int from = -1;
  for (const etr::HopStats& hop : flow.hops) {
    const std::size_t index = hop.ttl - std::size_t{1};
    if (tiers.size() <= index) tiers.resize(index + 1);
    const int to = add_hop(tiers[index], hop, addresses[index], from, selected);
    if (!way.first_loss && loses(hop)) way.first_loss = way.edges.size();
    way.edges.push_back(add_edge(tiers[index], from, to, selected));
    from = to;
  }
  return way;
}

/// Where the loss of flows begins. Each flow by itself is judged from few probes, and may be seen
/// to lose only some hops later than it does. So of the steps where some flow is first seen to
/// lose, the one where a flow's loss begins is the first on its way where it has lost any probe.
void mark_losses(std::vector<Growing>& tiers, const std::vector<Way>& losing) {
  const auto edge_to = [&tiers](const Way& way, std::size_t i) -> Edge& {
    return tiers[way.flow->hops[i].ttl - std::size_t{1}].tier.edges[way.edges[i]];
  };
  for (const Way& way : losing) edge_to(way, *way.first_loss).lossy = 1;
  std::vector<std::pair<Edge*, const etr::HopStats*>> beginnings;
  for (const Way& way : losing) {
    for (std::size_t i = 0; i <= *way.first_loss; ++i) {
      const etr::HopStats& hop = way.flow->hops[i];
      if (edge_to(way, i).lossy == 0 || hop.lost == 0 || !hop.loss()) continue;
      beginnings.emplace_back(&edge_to(way, i), &hop);
      break;
    }
  }
  for (Growing& growing : tiers) {
    for (Edge& edge : growing.tier.edges) edge.lossy = 0;
  }
  for (const auto& [edge, hop] : beginnings) {
    ++edge->lossy;
    edge->lost += hop->lost;
    edge->judged += hop->lost + hop->answered;
  }
}

/// Reorders vertices by the mean place of those they come from, then by address, and names the
/// edges anew; `before` says where each vertex of the tier above has gone.
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

/// Adds what one vertex has seen to the one that stands for it.
void absorb(Vertex& into, const Vertex& vertex) {
  into.ttl = vertex.ttl;
  into.flows += vertex.flows;
  into.folded += 1;
  into.selected = into.selected || vertex.selected;
  into.seen.add(vertex.seen);
}

double loss_of(const Vertex& vertex) { return vertex.seen.lossy ? vertex.seen.loss() : 0; }

/// For each vertex: does it stay by itself?
std::vector<bool> kept(const Tier& tier, std::size_t room) {
  std::vector<std::size_t> ranked(tier.vertices.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::stable_sort(ranked.begin(), ranked.end(), [&tier](std::size_t a, std::size_t b) {
    const Vertex& left = tier.vertices[a];
    const Vertex& right = tier.vertices[b];
    return std::make_tuple(left.selected, loss_of(left), left.flows) >
           std::make_tuple(right.selected, loss_of(right), right.flows);
  });
  std::vector<bool> out(tier.vertices.size(), false);
  for (std::size_t i = 0; i < room && i < ranked.size(); ++i) out[ranked[i]] = true;
  return out;
}

}  // namespace

std::vector<Tier> hop_graph(const Scene& scene) {
  const Withholding withholding = find_withholding(scene);
  std::vector<Growing> growing;
  std::vector<Way> losing;
  for (const etr::FlowSnapshot* flow : scene.flows) {
    Way way = add_flow(growing, scene, withholding, *flow);
    if (way.first_loss) losing.push_back(std::move(way));
  }
  mark_losses(growing, losing);
  std::vector<Tier> tiers;
  tiers.reserve(growing.size());
  std::vector<int> before;
  for (Growing& each : growing) {
    before = order(each.tier, before);
    tiers.push_back(std::move(each.tier));
  }
  return tiers;
}

std::vector<Tier> fold(const std::vector<Tier>& tiers, int most) {
  std::vector<Tier> out;
  std::vector<int> before;
  for (const Tier& tier : tiers) {
    Tier folded;
    std::vector<int> now(tier.vertices.size());
    if (static_cast<int>(tier.vertices.size()) <= most) {
      folded.vertices = tier.vertices;
      std::iota(now.begin(), now.end(), 0);
    } else {
      const std::vector<bool> stays = kept(tier, static_cast<std::size_t>(std::max(most - 1, 0)));
      Vertex rest;
      for (std::size_t i = 0; i < tier.vertices.size(); ++i) {
        if (!stays[i]) {
          absorb(rest, tier.vertices[i]);
          continue;
        }
        now[i] = static_cast<int>(folded.vertices.size());
        folded.vertices.push_back(tier.vertices[i]);
      }
      for (std::size_t i = 0; i < tier.vertices.size(); ++i) {
        if (!stays[i]) now[i] = static_cast<int>(folded.vertices.size());
      }
      folded.vertices.push_back(rest);
    }
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
        same->lossy += moved.lossy;
        same->lost += moved.lost;
        same->judged += moved.judged;
      }
    }
    before = std::move(now);
    out.push_back(std::move(folded));
  }
  return out;
}

}  // namespace tui
