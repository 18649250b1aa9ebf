// The controlling terminal through ncurses: modes, size, input octets, and copying a grid to it.
// The only file pair that knows ncurses. All calls come from one thread.
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
    bool ascii = false;  ///< Draw with ASCII whatever the terminal could do.
    bool colours = true;
  };

  /// Opens /dev/tty and switches to the alternate screen; throws std::runtime_error with the
  /// reason if there is no terminal or none that can be used.
  explicit Terminal(const Settings& settings);
  /// Restores the terminal.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int input_fd() const;
  /// What has been typed; never waits. Throws if the terminal is gone.
  std::string read_input();

  /// The terminal's size now; ncurses is told if it has changed.
  Size size();
  /// Copies what differs from the last grid shown.
  void show(const Grid& grid);
  /// The next show() draws everything.
  void forget();

  /// Back to the normal screen, for suspending or printing; show() returns from it.
  void leave();
  /// Writes to the normal screen. REQUIRES leave().
  void print(const std::string& text);

 private:
  struct Screen;
  std::unique_ptr<Screen> screen_;
};

}  // namespace tui
