// The path graph laid out for drawing: a tier for each TTL, its vertices in an order that keeps
// edges short, and the selected flow's path.
//
// All figures are those of the path graph, over all flows. A filter only selects what is drawn: the
// paths of the flows that match it.
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
  /// If positive, no hop from here to this TTL has ever replied, and one tier stands for all.
  std::uint8_t silent_to = 0;
  int flows = 0;
  int folded = 0;         ///< If positive: stands for that many vertices.
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

/// Edges lead from the tier above to this one, at most one between two vertices; those to TTL 1
/// come from the source.
struct Tier {
  std::vector<Vertex> vertices;
  std::vector<Edge> edges;
};

struct HopGraph {
  /// In TTL order. Vertices are sorted by the mean position of their predecessors, then by address.
  std::vector<Tier> tiers;
  std::vector<const etr::LossyLink*> lossy_links;  ///< Those that are drawn.
};

HopGraph hop_graph(const Scene& scene);

/// Folds each tier to at most `most` vertices. Kept are, in this order, the selected flow's
/// vertices, the ends of lossy links, lossy vertices and those with most flows; one vertex stands
/// for the others. To keep the ends of lossy links a tier may have `most_at_loss` vertices.
std::vector<Tier> fold(const std::vector<Tier>& tiers, int most, int most_at_loss);

}  // namespace tui
