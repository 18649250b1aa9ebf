#include "wiring.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <set>
#include <utility>

namespace tui {
namespace {

constexpr int kMostLanes = 6;

/// Upper vertices with the same set of lower vertices, and the lane that connects them.
struct Bundle {
  std::vector<int> from;
  std::vector<int> to;
  int left = 0;
  int right = 0;
  int lane = 0;
  bool mixed = false;  ///< All edges in one, since there are more bundles than lanes; drawn dashed.
};

int upper_column(const Wiring& wiring, int vertex) {
  return wiring.upper[static_cast<std::size_t>(vertex)] & ~1;
}
int lower_column(const Wiring& wiring, int vertex) {
  return wiring.lower[static_cast<std::size_t>(vertex)] | 1;
}

/// One line straight down, with no other line at either end.
bool is_straight(const Wiring& wiring, const Bundle& bundle) {
  if (bundle.from.size() != 1 || bundle.to.size() != 1 || bundle.mixed) return false;
  const auto arriving = std::count_if(wiring.edges.begin(), wiring.edges.end(),
                                      [&](const Edge& e) { return e.to == bundle.to[0]; });
  return arriving == 1 &&
         upper_column(wiring, bundle.from[0]) + 1 == lower_column(wiring, bundle.to[0]);
}

void measure(const Wiring& wiring, Bundle& bundle) {
  bundle.left = std::numeric_limits<int>::max();
  bundle.right = 0;
  const auto reach = [&bundle](int column) {
    bundle.left = std::min(bundle.left, column);
    bundle.right = std::max(bundle.right, column);
  };
  for (const int vertex : bundle.from) reach(upper_column(wiring, vertex));
  for (const int vertex : bundle.to) reach(lower_column(wiring, vertex));
}

Bundle all_in_one(const Wiring& wiring) {
  std::set<int> from;
  std::set<int> to;
  for (const Edge& edge : wiring.edges) {
    from.insert(edge.from);
    to.insert(edge.to);
  }
  Bundle bundle{{from.begin(), from.end()}, {to.begin(), to.end()}, 0, 0, 0, true};
  measure(wiring, bundle);
  return bundle;
}

/// All bundles, each in the first lane where it overlaps no other.
std::vector<Bundle> bundles(const Wiring& wiring) {
  std::vector<std::set<int>> targets(wiring.upper.size());
  for (const Edge& edge : wiring.edges)
    targets[static_cast<std::size_t>(edge.from)].insert(edge.to);
  std::vector<Bundle> out;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].empty()) continue;
    const std::vector<int> to(targets[i].begin(), targets[i].end());
    auto same = std::find_if(out.begin(), out.end(),
                             [&to](const Bundle& bundle) { return bundle.to == to; });
    if (same == out.end()) same = out.insert(out.end(), Bundle{{}, to, 0, 0, 0, false});
    same->from.push_back(static_cast<int>(i));
  }
  for (Bundle& bundle : out) measure(wiring, bundle);
  std::stable_sort(out.begin(), out.end(),
                   [](const Bundle& a, const Bundle& b) { return a.left < b.left; });
  std::vector<int> ends;  // rightmost column taken in each lane
  for (Bundle& bundle : out) {
    if (is_straight(wiring, bundle)) continue;
    auto free =
        std::find_if(ends.begin(), ends.end(), [&bundle](int end) { return end < bundle.left; });
    if (free == ends.end()) free = ends.insert(ends.end(), 0);
    *free = bundle.right;
    bundle.lane = static_cast<int>(free - ends.begin());
  }
  if (static_cast<int>(ends.size()) > kMostLanes) return {all_in_one(wiring)};
  return out;
}

int lanes(const std::vector<Bundle>& all) {
  int count = 1;
  for (const Bundle& bundle : all) count = std::max(count, bundle.lane + 1);
  return count;
}

constexpr unsigned kUp = 1;
constexpr unsigned kDown = 2;
constexpr unsigned kLeft = 4;
constexpr unsigned kRight = 8;

constexpr std::array<char32_t, 16> kJunctions{U' ', U'│', U'│', U'│', U'─', U'┘', U'┐', U'┤',
                                              U'─', U'└', U'┌', U'├', U'─', U'┴', U'┬', U'┼'};

/// What is special about an edge. Where edges share a piece of line, the highest is shown.
enum class Mark : unsigned char { kNone, kSelected, kLossy };

Role role_of(Mark mark) {
  switch (mark) {
    case Mark::kNone: return Role::kDim;
    case Mark::kSelected: return Role::kHighlight;
    case Mark::kLossy: break;
  }
  return Role::kLossHigh;
}

Mark mark_of(const Edge& edge) {
  if (edge.lossy) return Mark::kLossy;
  return edge.selected ? Mark::kSelected : Mark::kNone;
}

/// The lanes between two tiers. Each cell holds the directions in which its line continues, and
/// whether a vertical line only crosses it.
class Canvas {
 public:
  Canvas(Grid& grid, int row, int rows)
      : grid_(grid),
        row_(row),
        rows_(rows),
        columns_(grid.size().columns),
        cells_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns_)) {}

  void join(int lane, int column, unsigned ways, Mark mark) {
    if (Spot* const spot = at(lane, column)) {
      spot->ways |= ways;
      spot->mark = std::max(spot->mark, mark);
    }
  }
  void pass(int lane, int column, Mark mark) {
    if (Spot* const spot = at(lane, column)) {
      spot->passed = true;
      spot->pass_mark = std::max(spot->pass_mark, mark);
    }
  }
  void dash() { dashed_ = true; }

  void draw() {
    for (int lane = 0; lane < rows_; ++lane) {
      for (int column = 0; column < columns_; ++column) {
        const Spot& spot = *at(lane, column);
        if (spot.passed) {
          grid_.put_glyph(row_ + lane, column, U'│', role_of(spot.pass_mark));
        } else if (spot.ways != 0) {
          const bool level = spot.ways == (kLeft | kRight);
          grid_.put_glyph(row_ + lane, column, dashed_ && level ? U'┄' : kJunctions[spot.ways],
                          role_of(spot.mark));
        }
      }
    }
  }

 private:
  struct Spot {
    unsigned ways = 0;
    Mark mark = Mark::kNone;
    bool passed = false;
    Mark pass_mark = Mark::kNone;
  };
  Spot* at(int lane, int column) {
    if (lane < 0 || lane >= rows_ || column < 0 || column >= columns_) return nullptr;
    return &cells_[static_cast<std::size_t>(lane) * static_cast<std::size_t>(columns_) +
                   static_cast<std::size_t>(column)];
  }

  Grid& grid_;
  int row_;
  int rows_;
  int columns_;
  bool dashed_ = false;
  std::vector<Spot> cells_;
};

bool leads(const Bundle& bundle, const Edge& edge) {
  return std::find(bundle.from.begin(), bundle.from.end(), edge.from) != bundle.from.end() &&
         std::find(bundle.to.begin(), bundle.to.end(), edge.to) != bundle.to.end();
}

/// Marks an edge, from its upper end along the lane to where it turns down.
void mark_edge(Canvas& canvas, const Wiring& wiring, const Bundle& bundle, const Edge& edge) {
  const Mark mark = mark_of(edge);
  const int one = upper_column(wiring, edge.from);
  const int other = lower_column(wiring, edge.to);
  for (int lane = 0; lane < bundle.lane; ++lane) canvas.pass(lane, one, mark);
  for (int column = std::min(one, other); column <= std::max(one, other); ++column) {
    canvas.join(bundle.lane, column, 0, mark);
  }
}

void draw_lane(Canvas& canvas, const Wiring& wiring, const Bundle& bundle) {
  for (int column = bundle.left; column <= bundle.right; ++column) {
    unsigned ways = 0;
    if (column > bundle.left) ways |= kLeft;
    if (column < bundle.right) ways |= kRight;
    canvas.join(bundle.lane, column, ways, Mark::kNone);
  }
  for (const int vertex : bundle.from) {
    const int column = upper_column(wiring, vertex);
    for (int lane = 0; lane < bundle.lane; ++lane) canvas.pass(lane, column, Mark::kNone);
    canvas.join(bundle.lane, column, kUp, Mark::kNone);
  }
  for (const int vertex : bundle.to) {
    canvas.join(bundle.lane, lower_column(wiring, vertex), kDown, Mark::kNone);
  }
  for (const Edge& edge : wiring.edges) {
    if (mark_of(edge) != Mark::kNone && leads(bundle, edge)) {
      mark_edge(canvas, wiring, bundle, edge);
    }
  }
}

/// What one lane adds to the line that arrives at a vertex.
struct Arrival {
  bool joins = false;
  Mark mark = Mark::kNone;
};

/// Draws the line that arrives at a vertex: it comes from its uppermost lane, and the other lanes
/// join it on its way down.
void draw_arrival(Canvas& canvas, const Wiring& wiring, const std::vector<Bundle>& all, int rows,
                  int vertex) {
  const int column = lower_column(wiring, vertex);
  int top = rows;
  std::vector<Arrival> arrivals(static_cast<std::size_t>(rows));
  for (const Bundle& bundle : all) {
    const bool arrives = std::find(bundle.to.begin(), bundle.to.end(), vertex) != bundle.to.end();
    if (!arrives || is_straight(wiring, bundle)) continue;
    top = std::min(top, bundle.lane);
    Arrival& arrival = arrivals[static_cast<std::size_t>(bundle.lane)];
    arrival.joins = true;
    for (const Edge& edge : wiring.edges) {
      if (edge.to != vertex || !leads(bundle, edge)) continue;
      arrival.mark = std::max(arrival.mark, mark_of(edge));
    }
  }
  Mark mark = Mark::kNone;
  for (int lane = top; lane < rows; ++lane) {
    const Arrival& arrival = arrivals[static_cast<std::size_t>(lane)];
    if (lane > top && arrival.joins) canvas.join(lane, column, kUp | kDown, mark);
    if (lane > top && !arrival.joins) canvas.pass(lane, column, mark);
    mark = std::max(mark, arrival.mark);
  }
}

}  // namespace

int wiring_rows(const Wiring& wiring) { return lanes(bundles(wiring)); }

void draw_wiring(Grid& grid, int row, const Wiring& wiring) {
  const std::vector<Bundle> all = bundles(wiring);
  const int rows = lanes(all);
  Canvas canvas(grid, row, rows);
  for (const Bundle& bundle : all) {
    if (bundle.mixed) canvas.dash();
    if (!is_straight(wiring, bundle)) {
      draw_lane(canvas, wiring, bundle);
      continue;
    }
    Mark mark = Mark::kNone;
    for (const Edge& edge : wiring.edges) {
      if (leads(bundle, edge)) mark = std::max(mark, mark_of(edge));
    }
    for (int lane = 0; lane < rows; ++lane) {
      canvas.pass(lane, upper_column(wiring, bundle.from[0]), mark);
    }
  }
  for (std::size_t i = 0; i < wiring.lower.size(); ++i) {
    draw_arrival(canvas, wiring, all, rows, static_cast<int>(i));
  }
  canvas.draw();
}

}  // namespace tui
