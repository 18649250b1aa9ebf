// The controlling terminal through ncurses: modes, size, input octets, and copying a grid to it.
// Only this class and reset_sequence() use ncurses. All calls come from one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grid.h"
#include "theme.h"

namespace tui {

class Terminal {
 public:
  struct Settings {
    Theme theme = Theme::kDark;
    bool ascii = false;  ///< ASCII even if the terminal can do more.
    bool colours = true;
  };

  /// Opens /dev/tty and switches to the alternate screen; throws std::runtime_error with the reason
  /// if there is no terminal or it cannot be used.
  explicit Terminal(const Settings& settings);
  /// Restores the terminal.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int input_fd() const;
  /// The octets typed since the last call; never blocks. Throws if the terminal is gone.
  std::string read_input();

  /// The present size; passes a change on to ncurses.
  Size size();
  /// Draws what differs from the last grid shown.
  void show(const Grid& grid);
  /// The next show() draws everything.
  void forget();

  /// Switches to the normal screen, for suspending or printing; show() switches back.
  void leave();
  /// Writes to the normal screen. REQUIRES leave().
  void print(const std::string& text);

 private:
  struct Screen;
  std::unique_ptr<Screen> screen_;
};

}  // namespace tui
