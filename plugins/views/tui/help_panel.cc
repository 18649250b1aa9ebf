// The help: all key bindings, and the legend of the marks.
#include "action.h"
#include "panels.h"

namespace tui {

int draw_help(Grid& grid, const Area& area, const Scene& scene) {
  std::vector<OverlayLine> lines;
  for (const Binding& binding : bindings()) {
    lines.push_back({std::string(binding.keys), std::string(binding.help), Role::kText});
  }
  lines.push_back({});
  lines.push_back({"8?", "hops so far: the destination has not answered of late", Role::kDim});
  lines.push_back({"8!", "hops so far: an unreachable stopped the flow", Role::kDim});
  lines.push_back({"silent", "never answered; says nothing of loss", Role::kDim});
  lines.push_back({"limited", "withholds answers; the path loses nothing there", Role::kDim});
  lines.push_back({"↳", "another responder at the same TTL", Role::kDim});
  lines.push_back({"old", "a responder of a path that the flow has left", Role::kDim});
  lines.push_back({"×5", "in the graph: so many flows", Role::kDim});
  return draw_overlay(grid, area, "Keys", lines, scene.state.scroll);
}

}  // namespace tui
