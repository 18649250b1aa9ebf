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

/// Vertices above with the same set below, and the lane that joins them.
struct Bundle {
  std::vector<int> from;
  std::vector<int> to;
  int left = 0;
  int right = 0;
  int lane = 0;
  bool mixed = false;  ///< More bundles than lanes: all lines together, drawn as such.
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
  return arriving == 1 && upper_column(wiring, bundle.from[0]) + 1 ==
                              lower_column(wiring, bundle.to[0]);
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

/// Bundles with their lanes: each the first one where it overlaps no other.
std::vector<Bundle> bundles(const Wiring& wiring) {
  std::vector<std::set<int>> targets(wiring.upper.size());
  for (const Edge& edge : wiring.edges) targets[static_cast<std::size_t>(edge.from)].insert(edge.to);
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
    auto free = std::find_if(ends.begin(), ends.end(),
                             [&bundle](int end) { return end < bundle.left; });
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

/// One row of lines: which ways each column is open within the lane, and verticals that only pass.
class Canvas {
 public:
  Canvas(Grid& grid, int row, int rows)
      : grid_(grid), row_(row), rows_(rows), columns_(grid.size().columns),
        cells_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns_)) {}

  void join(int lane, int column, unsigned ways, bool selected) {
    if (Spot* const spot = at(lane, column)) {
      spot->ways |= ways;
      spot->selected = spot->selected || selected;
    }
  }
  void pass(int lane, int column, bool selected) {
    if (Spot* const spot = at(lane, column)) {
      spot->passed = true;
      spot->selected_pass = spot->selected_pass || selected;
    }
  }
  void dash() { dashed_ = true; }

  void draw() {
    for (int lane = 0; lane < rows_; ++lane) {
      for (int column = 0; column < columns_; ++column) {
        const Spot& spot = *at(lane, column);
        if (spot.passed) {
          grid_.put_glyph(row_ + lane, column, U'│',
                          spot.selected_pass ? Role::kHighlight : Role::kDim);
        } else if (spot.ways != 0) {
          const bool level = spot.ways == (kLeft | kRight);
          grid_.put_glyph(row_ + lane, column, dashed_ && level ? U'┄' : kJunctions[spot.ways],
                          spot.selected ? Role::kHighlight : Role::kDim);
        }
      }
    }
  }

 private:
  struct Spot {
    unsigned ways = 0;
    bool selected = false;
    bool passed = false;
    bool selected_pass = false;
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

/// The selected flow's way through a bundle; both empty if it does not come through.
struct Way {
  int from = -1;
  int to = -1;
};

Way selected_way(const Wiring& wiring, const Bundle& bundle) {
  for (const Edge& edge : wiring.edges) {
    if (edge.selected &&
        std::find(bundle.from.begin(), bundle.from.end(), edge.from) != bundle.from.end() &&
        std::find(bundle.to.begin(), bundle.to.end(), edge.to) != bundle.to.end()) {
      return {edge.from, edge.to};
    }
  }
  return {};
}

void draw_lane(Canvas& canvas, const Wiring& wiring, const Bundle& bundle) {
  const Way way = selected_way(wiring, bundle);
  for (int column = bundle.left; column <= bundle.right; ++column) {
    unsigned ways = 0;
    if (column > bundle.left) ways |= kLeft;
    if (column < bundle.right) ways |= kRight;
    canvas.join(bundle.lane, column, ways, false);
  }
  if (way.from >= 0) {
    const int one = upper_column(wiring, way.from);
    const int other = lower_column(wiring, way.to);
    for (int column = std::min(one, other); column <= std::max(one, other); ++column) {
      canvas.join(bundle.lane, column, 0, true);
    }
  }
  for (const int vertex : bundle.from) {
    const int column = upper_column(wiring, vertex);
    for (int lane = 0; lane < bundle.lane; ++lane) canvas.pass(lane, column, vertex == way.from);
    canvas.join(bundle.lane, column, kUp, vertex == way.from);
  }
  for (const int vertex : bundle.to) {
    canvas.join(bundle.lane, lower_column(wiring, vertex), kDown, vertex == way.to);
  }
}

/// A line arrives at a vertex from its uppermost lane and takes in the others on its way down.
void draw_arrivals(Canvas& canvas, const Wiring& wiring, const std::vector<Bundle>& all, int rows) {
  for (std::size_t i = 0; i < wiring.lower.size(); ++i) {
    const int vertex = static_cast<int>(i);
    const int column = lower_column(wiring, vertex);
    int top = rows;
    int marked = rows;  // the lane by which the selected flow comes
    std::vector<bool> joins(static_cast<std::size_t>(rows), false);
    for (const Bundle& bundle : all) {
      if (is_straight(wiring, bundle) ||
          std::find(bundle.to.begin(), bundle.to.end(), vertex) == bundle.to.end()) {
        continue;
      }
      top = std::min(top, bundle.lane);
      joins[static_cast<std::size_t>(bundle.lane)] = true;
      if (selected_way(wiring, bundle).to == vertex) marked = bundle.lane;
    }
    for (int lane = top + 1; lane < rows; ++lane) {
      if (joins[static_cast<std::size_t>(lane)]) {
        canvas.join(lane, column, kUp | kDown, lane > marked);
      } else {
        canvas.pass(lane, column, lane > marked);
      }
    }
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
    if (is_straight(wiring, bundle)) {
      const bool selected = selected_way(wiring, bundle).from >= 0;
      for (int lane = 0; lane < rows; ++lane) {
        canvas.pass(lane, upper_column(wiring, bundle.from[0]), selected);
      }
    } else {
      draw_lane(canvas, wiring, bundle);
    }
  }
  draw_arrivals(canvas, wiring, all, rows);
  canvas.draw();
}

}  // namespace tui
