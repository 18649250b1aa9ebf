// The panels: each draws one part of the screen from the scene into an area of the grid, and lives
// in a file of its own. None of them knows a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "grid.h"
#include "scene.h"

namespace tui {

enum class Framing : std::uint8_t {
  kFramed,  ///< A frame around the panel, if the area is large enough for one.
  kBare,
};

/// Frame, title and the room inside.
Area draw_pane(Grid& grid, const Area& area, std::string_view title, Role title_role,
               bool focused, Framing framing = Framing::kFramed);

void draw_title_bar(Grid& grid, const Area& area, const Scene& scene);
void draw_status_bar(Grid& grid, const Area& area, const Scene& scene);
void draw_summary(Grid& grid, const Area& area, const Scene& scene,
                  Framing framing = Framing::kFramed);
void draw_detail(Grid& grid, const Area& area, const Scene& scene,
                 Framing framing = Framing::kFramed);
/// Panels that scroll return the largest State::scroll that still changes the picture.
int draw_events(Grid& grid, const Area& area, const Scene& scene);

/// An event on one line.
std::string event_text(const Scene& scene, const etr::Event& event);

}  // namespace tui
