// The path graph: one tier per TTL from the source down, each vertex once, with host, RTT, loss and
// number of flows. Lines are edges; the selected flow's path is highlighted.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "etr/branch_text.h"
#include "etr/loss_text.h"
#include "figures.h"
#include "hop_graph.h"
#include "panels.h"
#include "present_path.h"
#include "text.h"
#include "wiring.h"

namespace tui {
namespace {

constexpr int kGutter = 4;      // for the TTL
constexpr int kNarrowest = 16;  // an IPv4 address, or "123.45ms 100.0%"
constexpr int kWidest = 39;     // an IPv6 address
/// Fewest columns for the end of a lossy link; with less room it is folded, too, since the line
/// below the graph names the link.
constexpr int kLeastAtLoss = 8;

struct Label {
  std::string host;
  Role host_role = Role::kAddress;
  std::string numbers;
  Role numbers_role = Role::kText;
};

/// Without loss the plain text colour, so that only loss stands out.
Role role_of(const etr::PooledHop& seen) {
  const bool lossy = seen.hop_class == etr::HopClass::kLossy;
  return seen.loss() && !lossy ? Role::kText : loss_role(seen);
}

/// An address cut in the middle: neighbouring addresses differ at the end.
std::string shortened(const etr::IpAddress& address, int room) {
  std::string text = address.to_string();
  const auto columns = static_cast<std::size_t>(std::max(room, 1));
  if (text.size() <= columns) return text;
  const std::size_t tail = columns / 2;
  return text.substr(0, columns - 1 - tail) + "…" + text.substr(text.size() - tail);
}

Label label(const Scene& scene, const Vertex& vertex, int room) {
  Label out;
  if (vertex.folded > 0) {
    out.host = formatted("+%d more", vertex.folded);
    out.host_role = Role::kDim;
  } else if (vertex.address) {
    out.host = scene.host(*vertex.address, room);
    // The front of a name may be common to several hosts; an address is not.
    if (display_width(out.host) > room) {
      const std::string brief = scene.brief_host(*vertex.address);
      out.host = display_width(brief) <= room ? brief : shortened(*vertex.address, room);
    }
  } else {
    out.host = vertex.silent_to > 0 ? no_answer(vertex.ttl, vertex.silent_to) : "???";
    out.host_role = Role::kSilent;
  }
  if (vertex.flows == 0) out.host_role = Role::kDim;  // All flows have left it.
  if (vertex.selected) out.host_role = Role::kHighlight;
  const etr::PooledStatistics& seen = vertex.seen.statistics;
  if (seen.rtt_samples > 0) out.numbers = milliseconds(seen.rtt_mean_ns) + "ms ";
  if (const std::string loss = etr::hop_loss_text(vertex.seen); loss != "-")
    out.numbers += loss + " ";
  out.numbers += formatted("×%d", vertex.flows);
  out.numbers_role = role_of(vertex.seen);
  return out;
}

/// The middle columns of `count` vertices that share `width` columns.
std::vector<int> centres(std::size_t count, int width) {
  std::vector<int> out;
  const int each = width / std::max(1, static_cast<int>(count));
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(kGutter + each * static_cast<int>(i) + each / 2);
  }
  return out;
}

void put_centred(Grid& grid, int row, int centre, int room, const std::string& text, Role role) {
  const std::string shown = cut(text, room);
  grid.put(row, std::max(kGutter, centre - display_width(shown) / 2), shown, role);
}

/// A single vertex has host and numbers on one row.
int tier_rows(const Tier& tier) { return tier.vertices.size() == 1 ? 1 : 2; }

void draw_tier(Grid& grid, int row, const Scene& scene, const Tier& tier, int width) {
  if (tier.vertices.empty()) return;
  grid.put_right(row, 0, std::to_string(tier.vertices.front().ttl), Role::kText, kGutter - 1);
  const std::vector<int> columns = centres(tier.vertices.size(), width);
  const int room = width / static_cast<int>(tier.vertices.size()) - 1;
  for (std::size_t i = 0; i < tier.vertices.size(); ++i) {
    const Label text = label(scene, tier.vertices[i], room);
    if (tier.vertices.size() > 1) {
      put_centred(grid, row, columns[i], room, text.host, text.host_role);
      put_centred(grid, row + 1, columns[i], room, text.numbers, text.numbers_role);
      continue;
    }
    const int numbers = display_width(text.numbers) + 2;
    const std::string host = cut(text.host, room - numbers);
    const int start = std::max(kGutter, columns[i] - display_width(host) / 2);
    const int shift = std::max(0, start + display_width(host) + numbers - (kGutter + width));
    const int end = grid.put(row, start - shift, host, text.host_role);
    grid.put(row, end + 2, text.numbers, text.numbers_role);
  }
}

struct Picture {
  std::vector<Tier> tiers;
  std::vector<Wiring> wirings;  ///< Above each tier; the first is empty.
  /// Below the graph: colour alone does not tell crossing lines apart.
  std::vector<std::string> losses;
  std::vector<std::string> branches;
  std::size_t lossy_links = 0;
  int rows = 0;
};

/// Columns of a vertex: the longest address, and a space.
int vertex_width(const std::vector<Tier>& tiers) {
  int widest = kNarrowest;
  for (const Tier& tier : tiers) {
    for (const Vertex& vertex : tier.vertices) {
      if (tier.vertices.size() < 2 || !vertex.address) continue;
      widest = std::max(widest, display_width(vertex.address->to_string()));
    }
  }
  return std::min(widest, kWidest) + 1;
}

Picture lay_out(const Scene& scene, int width) {
  Picture picture;
  HopGraph whole = hop_graph(scene);
  picture.tiers =
      fold(whole.tiers, std::max(2, width / vertex_width(whole.tiers)), width / kLeastAtLoss);
  for (std::size_t i = 0; i < picture.tiers.size(); ++i) {
    Wiring wiring;
    if (i > 0) {
      wiring.upper = centres(picture.tiers[i - 1].vertices.size(), width);
      wiring.lower = centres(picture.tiers[i].vertices.size(), width);
      wiring.edges = picture.tiers[i].edges;
      picture.rows += wiring_rows(wiring);
    }
    picture.wirings.push_back(std::move(wiring));
    picture.rows += tier_rows(picture.tiers[i]);
  }
  picture.lossy_links = whole.lossy_links.size();
  picture.losses = loss_lines(scene, whole.lossy_links, width);
  picture.branches = branch_lines(scene, width);
  const std::size_t lines = picture.losses.size() + picture.branches.size();
  if (lines > 0) picture.rows += static_cast<int>(lines) + 1;
  return picture;
}

std::size_t vertex_count(const std::vector<Tier>& tiers) {
  std::size_t count = 0;
  for (const Tier& tier : tiers) {
    for (const Vertex& vertex : tier.vertices) {
      count += static_cast<std::size_t>(std::max(1, vertex.folded));
    }
  }
  return count;
}

/// Whole and brief.
std::pair<etr::HostText, etr::HostText> host_texts(const Scene& scene) {
  return {[&scene](const etr::IpAddress& address) { return scene.host(address); },
          [&scene](const etr::IpAddress& address) { return scene.brief_host(address); }};
}

}  // namespace

std::vector<std::string> loss_lines(const Scene& scene,
                                    const std::vector<const etr::LossyLink*>& links, int width) {
  const auto [host, brief] = host_texts(scene);
  std::vector<std::string> lines;
  const auto add = [&lines, width](const std::string& line, const std::string& shorter) {
    lines.push_back(display_width(line) <= width ? line : cut(shorter, width));
  };
  const std::string late = etr::late_text(scene.snapshot.counters, scene.run.timeout);
  if (!late.empty()) lines.push_back(cut(late, width));
  for (const etr::LossyLink* loss : links) {
    add(etr::loss_text(*scene.graph, *loss, host), etr::loss_text(*scene.graph, *loss, brief));
  }
  if (scene.graph->shared_loss) {
    add(etr::shared_loss_text(*scene.graph, host), etr::shared_loss_text(*scene.graph, brief));
  }
  return lines;
}

std::vector<std::string> branch_lines(const Scene& scene, int width) {
  const auto [host, brief] = host_texts(scene);
  std::vector<std::string> lines = etr::branch_lines(*scene.graph, host);
  const std::vector<std::string> shorter = etr::branch_lines(*scene.graph, brief);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (display_width(lines[i]) > width) lines[i] = cut(shorter[i], width);
  }
  return lines;
}

int draw_graph(Grid& grid, const Area& area, const Scene& scene) {
  const bool framed = area.rows >= 6 && area.columns >= 44;
  const int width = area.columns - (framed ? 2 : 0) - kGutter;
  const Picture picture = lay_out(scene, width);
  std::string title = formatted("Graph (%zu flow%s, %zu vertices", scene.flows.size(),
                                scene.flows.size() == 1 ? "" : "s", vertex_count(picture.tiers));
  const auto lost = std::count_if(scene.flows.begin(), scene.flows.end(),
                                  [](const auto* flow) { return !no_arrival(*flow).empty(); });
  title += lost > 0 ? formatted(", %d not reached)", static_cast<int>(lost)) : ")";
  if (const etr::FlowSnapshot* flow = scene.flow()) {
    title += formatted(" - ► FLOW #%u ◄", flow->flow);
  }
  if (picture.lossy_links > 0) {
    title +=
        formatted(" - %zu lossy link%s", picture.lossy_links, picture.lossy_links == 1 ? "" : "s");
  }
  if (scene.graph->shared_loss) title += " - loss on all paths";
  if (etr::has_branch_point(*scene.graph, etr::BranchState::kFlapping)) title += " - flapping";
  if (etr::has_branch_point(*scene.graph, etr::BranchState::kPerPacket)) {
    title += " - per-packet balancing";
  }
  const Area inner = draw_pane(grid, area, title, Role::kSummaryTitle, true);
  if (picture.tiers.empty()) {
    grid.put(inner.row, inner.column, why_empty(scene), Role::kDim, inner.columns);
    return 0;
  }
  Grid whole({picture.rows, inner.columns});
  int row = 0;
  for (std::size_t i = 0; i < picture.tiers.size(); ++i) {
    if (i > 0) {
      draw_wiring(whole, row, picture.wirings[i]);
      row += wiring_rows(picture.wirings[i]);
    }
    draw_tier(whole, row, scene, picture.tiers[i], width);
    row += tier_rows(picture.tiers[i]);
  }
  ++row;
  for (const std::string& line : picture.losses) {
    whole.put(row++, 1, cut(line, inner.columns - 1), Role::kLossHigh);
  }
  for (const std::string& line : picture.branches) {
    whole.put(row++, 1, cut(line, inner.columns - 1), Role::kText);
  }
  const int scroll_end = std::max(0, picture.rows - inner.rows);
  const int top = std::clamp(scene.state.scroll, 0, scroll_end);
  grid.copy(whole, top,
            {inner.row, inner.column, std::min(inner.rows, picture.rows - top), inner.columns});
  draw_more(grid, area, inner, scroll_end - top);
  return scroll_end;
}

}  // namespace tui
