// The bottom line: a prompt, a message, or the most important keys.
#include "action.h"
#include "panels.h"
#include "text.h"

namespace tui {
namespace {

std::string prompt_label(Prompt::Kind kind) {
  switch (kind) {
    case Prompt::Kind::kFilter: return "Filter (path, port, address, name): ";
    case Prompt::Kind::kColumns: return "Columns: ";
    case Prompt::Kind::kSave: break;
  }
  return "Save to: ";
}

void draw_prompt(Grid& grid, const Area& area, const Prompt& prompt) {
  std::string line = prompt_label(prompt.kind) + prompt.text;
  // Text is entered at the end: cut the front of a long line.
  std::string_view visible = line;
  while (display_width(visible) > area.columns - 1) next_glyph(visible);
  const int end = grid.put(area.row, area.column, visible, Role::kNotice);
  grid.put(area.row, end, "█", Role::kNotice);
}

}  // namespace

void draw_status_bar(Grid& grid, const Area& area, const Scene& scene) {
  if (scene.state.prompt) {
    draw_prompt(grid, area, *scene.state.prompt);
    return;
  }
  if (!scene.state.message.empty()) {
    grid.put(area.row, area.column, cut(scene.state.message, area.columns),
             scene.state.message_is_error ? Role::kError : Role::kNotice);
    return;
  }
  int column = area.column;
  const auto hint = [&](std::string_view keys, std::string_view text) {
    const int width = display_width(keys) + 1 + display_width(text) + 2;
    if (column + width > area.column + area.columns + 2) return;
    column = grid.put(area.row, column, keys, Role::kKey);
    column = grid.put(area.row, column + 1, text, Role::kDim) + 2;
  };
  hint("?", "help");
  hint("q", "quit");
  hint("↑↓", "move");
  hint("←→", "flow");
  hint("1-4", "views");
  for (const Binding& binding : bindings()) {
    if (binding.brief.empty() || binding.action == Action::kHelp ||
        binding.action == Action::kQuit) {
      continue;
    }
    hint(binding.keys.substr(0, binding.keys.find('/', 1)), binding.brief);
  }
}

}  // namespace tui
