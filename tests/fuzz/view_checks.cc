// Checks of what a terminal sends, and of what is sent to it.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/checks.h"
#include "plugins/views/tui/action.h"
#include "plugins/views/tui/grid.h"
#include "plugins/views/tui/key.h"
#include "plugins/views/tui/text.h"

namespace etr::fuzz {
namespace {

using Keys = std::vector<tui::Key>;

void add(Keys& all, const Keys& more) { all.insert(all.end(), more.begin(), more.end()); }

Keys parse(std::string_view octets, std::size_t at_once) {
  tui::KeyParser parser;
  Keys keys;
  for (std::size_t i = 0; i < octets.size(); i += at_once) {
    add(keys, parser.feed(octets.substr(i, at_once)));
  }
  add(keys, parser.finish());
  if (parser.pending()) throw std::logic_error("the key parser keeps octets after its end");
  return keys;
}

std::string octets_of(Bytes input) { return {input.begin(), input.end()}; }

}  // namespace

void check_keys(Bytes input) {
  const std::string octets = octets_of(input);
  const Keys keys = parse(octets, octets.size() + 1);
  if (keys != parse(octets, 1) || keys != parse(octets, 3)) {
    throw std::logic_error("the keys depend on how the octets are split");
  }
  if (keys.size() > octets.size()) throw std::logic_error("more keys than octets");
  for (const tui::Key& key : keys) tui::action_for(key);
}

void check_screen_text(Bytes input) {
  const std::string text = octets_of(input);
  const int width = tui::display_width(text);
  for (const int columns : {0, 1, 2, 7, 80}) {
    const std::string shown = tui::cut(text, columns);
    if (tui::display_width(shown) > columns) throw std::logic_error("cut text is too wide");
    if (width <= columns && tui::display_width(shown) != width) {
      throw std::logic_error("text that fits was cut");
    }
  }
  tui::Grid grid({3, 20});
  grid.put(1, 15, text);
  grid.put(1, -3, text);
  for (int row = 0; row < 3; ++row) {
    int taken = 0;
    for (int column = 0; column < 20; ++column) {
      const tui::Cell& cell = grid.at(row, column);
      taken += cell.width;
      if (cell.width != 0 && tui::glyph_width(cell.code) != cell.width) {
        throw std::logic_error("a cell that no terminal shows alike");
      }
    }
    if (taken != 20) throw std::logic_error("a row that is not as wide as its grid");
  }
}

}  // namespace etr::fuzz
