// The path graph laid out for drawing: a tier for each TTL, its vertices in an order that keeps
// edges short, and the selected flow's path.
//
// All figures are the path graph's, so of all flows. A filter selects what is drawn: the paths of
// the flows that pass it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/pooled.h"
#include "scene.h"

namespace tui {

struct Vertex {
  std::uint8_t ttl = 0;
  std::optional<etr::IpAddress> address;  ///< Empty: no reply was ever received.
  int flows = 0;
  int folded = 0;         ///< More than 0: stands for that many vertices.
  bool selected = false;  ///< On the selected flow's path.
  bool at_loss = false;   ///< An end of a lossy link.
  etr::PooledHop seen;
};

struct Edge {
  int from = 0;  ///< Positions within the two tiers; -1: the source.
  int to = 0;
  bool selected = false;
  bool lossy = false;
};

/// Edges lead from the tier before to this one, each pair once; those of TTL 1 come from the
/// source.
struct Tier {
  std::vector<Vertex> vertices;
  std::vector<Edge> edges;
};

struct HopGraph {
  /// In TTL order; in each the vertices stand below those they come from, then by address.
  std::vector<Tier> tiers;
  std::vector<const etr::LossyLink*> lossy_links;  ///< Those that are drawn.
};

HopGraph hop_graph(const Scene& scene);

/// The same with at most `most` vertices per tier: the selected flow's vertices remain, then the
/// ends of lossy links, then those that lose, then the busiest; the others become one. For the ends
/// of lossy links a tier grows to `most_at_loss`.
std::vector<Tier> fold(const std::vector<Tier>& tiers, int most, int most_at_loss);

}  // namespace tui
