// The edges between two tiers of vertices, drawn with characters.
//
// Upper ends leave on even columns and lower ends arrive on odd ones, so that two lines never share
// a column by accident. Upper vertices with the same set of successors share one horizontal lane.
// A vertical line that only crosses a lane interrupts it; one that joins it shows a junction.
#pragma once

#include <vector>

#include "grid.h"
#include "hop_graph.h"

namespace tui {

struct Wiring {
  std::vector<int> upper;  ///< Column of each upper vertex.
  std::vector<int> lower;  ///< Column of each lower vertex.
  std::vector<Edge> edges;
};

/// Rows that draw_wiring() needs, at least 1.
int wiring_rows(const Wiring& wiring);

void draw_wiring(Grid& grid, int row, const Wiring& wiring);

}  // namespace tui
