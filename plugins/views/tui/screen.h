// One frame: the whole screen as a grid.
#pragma once

#include "grid.h"
#include "scene.h"

namespace tui {

/// On a smaller screen only a hint is drawn.
inline constexpr Size kSmallest{6, 24};

struct Frame {
  Grid grid;
  int scroll_end = 0;  ///< The largest State::scroll that still changes the picture.
};

Frame draw_frame(const Scene& scene, Size size);

}  // namespace tui
