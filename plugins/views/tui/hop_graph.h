// The hops of all flows merged: a vertex for each (TTL, address), an edge for each step some flow
// takes. Silent hops merge where the flows come from the same vertex; more is not known of them,
// unless a hop reached from there is known to withhold answers: then it is that one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "etr/ip_address.h"
#include "etr/path.h"
#include "scene.h"
#include "tally.h"

namespace tui {

struct Vertex {
  std::uint8_t ttl = 0;
  std::optional<etr::IpAddress> address;  ///< Empty: nobody answered.
  int flows = 0;
  int folded = 0;         ///< More than 0: stands for that many vertices.
  bool selected = false;  ///< On the selected flow's path.
  Tally seen;             ///< Of the flows that come through.
};

struct Edge {
  int from = 0;  ///< Positions within the two tiers; -1: the source.
  int to = 0;
  bool selected = false;
  int lossy = 0;  ///< Flows whose loss begins here.
  // Of those flows, at `to`.
  std::uint64_t lost = 0;
  std::uint64_t judged = 0;
};

/// One TTL. Edges lead from the tier before to this one, each pair once; those of the first tier
/// come from the source.
struct Tier {
  std::vector<Vertex> vertices;
  std::vector<Edge> edges;
};

/// Tiers in TTL order; in each the vertices stand below those they come from, then by address.
std::vector<Tier> hop_graph(const Scene& scene);

/// The same with at most `most` vertices per tier: what remains are the selected flow's vertices,
/// then those that lose, then the busiest; the others become one.
std::vector<Tier> fold(const std::vector<Tier>& tiers, int most);

}  // namespace tui
