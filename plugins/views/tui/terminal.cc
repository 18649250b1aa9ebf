#include "terminal.h"

#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <optional>
#include <stdexcept>
#include <string_view>

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>

namespace tui {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

File open_terminal(const char* mode) {
  File file(std::fopen("/dev/tty", mode));
  if (!file) fail("cannot open the terminal", errno);
  return file;
}

/// ncurses takes encoding and character widths from the locale. This thread alone has the user's
/// locale, as long as the terminal is open.
class ThreadLocale {
 public:
  ThreadLocale() : locale_(newlocale(LC_CTYPE_MASK, "", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  ~ThreadLocale() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }
  ThreadLocale(const ThreadLocale&) = delete;
  ThreadLocale& operator=(const ThreadLocale&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

/// Restores the program's signal handlers after newterm(), which installs its own.
class KeptSignals {
 public:
  KeptSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], nullptr, &before_[i]);
  }
  ~KeptSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  KeptSignals(const KeptSignals&) = delete;
  KeptSignals& operator=(const KeptSignals&) = delete;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  std::array<struct sigaction, 4> before_{};
};

attr_t attributes(const Paint& look) {
  attr_t out = A_NORMAL;
  if (look.bold) out |= A_BOLD;
  if (look.reverse) out |= A_REVERSE;
  if (look.underline) out |= A_UNDERLINE;
  return out;
}

}  // namespace

struct Terminal::Screen {
  ThreadLocale locale;
  File output = open_terminal("w");
  File input = open_terminal("r");
  SCREEN* curses = nullptr;
  bool ascii = false;
  bool left = false;
  std::array<attr_t, kRoleCount> attributes{};
  Size size;
  std::optional<Grid> shown;

  ~Screen() {
    if (curses == nullptr) return;
    if (!left) endwin();
    delscreen(curses);
  }

  void start();
  void set_up_colours(const Settings& settings);
  void disable_suspend_key();
  void show_row(const Grid& grid, int row);
};

void Terminal::Screen::start() {
  const char* type = std::getenv("TERM");
  const KeptSignals kept;
  curses = newterm(nullptr, output.get(), input.get());
  if (curses == nullptr) {
    throw std::runtime_error(std::string("terminal type '") + (type == nullptr ? "" : type) +
                             "' is not known or cannot move its cursor");
  }
  cbreak();
  noecho();
  nonl();
  typeahead(-1);  // draw whole frames even if input is waiting
  leaveok(stdscr, TRUE);
  curs_set(0);
  disable_suspend_key();
  const int flags = fcntl(fileno(input.get()), F_GETFL);
  fcntl(fileno(input.get()), F_SETFL, flags | O_NONBLOCK);
  const std::string_view kind = type == nullptr ? "" : type;
  ascii = ascii || std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || kind.starts_with("linux") ||
          kind.starts_with("vt1") || kind.starts_with("vt2");
}

/// ^Z is read as a key, so that the program can restore the terminal before it stops; ^C remains a
/// signal, so that it also ends a view that hangs.
void Terminal::Screen::disable_suspend_key() {
  termios modes{};
  const int fd = fileno(output.get());
  if (tcgetattr(fd, &modes) != 0) return;
  modes.c_cc[VSUSP] = _POSIX_VDISABLE;
#ifdef VDSUSP
  modes.c_cc[VDSUSP] = _POSIX_VDISABLE;
#endif
  tcsetattr(fd, TCSANOW, &modes);
  def_prog_mode();
}

void Terminal::Screen::set_up_colours(const Settings& settings) {
  const int colours = has_colors() ? tigetnum("colors") : 0;
  const Palette palette =
      settings.colours ? choose_palette(colours, std::getenv("NO_COLOR")) : Palette::kMonochrome;
  if (palette != Palette::kMonochrome) {
    start_color();
    use_default_colors();
  }
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    const Paint look = paint(settings.theme, palette, static_cast<Role>(i));
    attributes[i] = tui::attributes(look);
    if (palette != Palette::kMonochrome) {
      init_pair(static_cast<short>(i + 1), static_cast<short>(look.foreground),
                static_cast<short>(look.background));
      attributes[i] |= static_cast<attr_t>(COLOR_PAIR(static_cast<int>(i + 1)));
    }
  }
}

void Terminal::Screen::show_row(const Grid& grid, int row) {
  for (int column = 0; column < grid.size().columns; ++column) {
    const Cell& cell = grid.at(row, column);
    if (cell.width == 0) continue;
    std::array<wchar_t, 2> text{static_cast<wchar_t>(cell.code), L'\0'};
    // The C library may assume another width, or may not be able to encode the character.
    int copies = 1;
    if (wcwidth(text[0]) != cell.width) {
      text[0] = L'?';
      copies = cell.width;
    }
    const attr_t look = attributes[static_cast<std::size_t>(cell.role)];
    cchar_t out{};
    setcchar(&out, text.data(), look & ~A_COLOR,
             static_cast<short>(PAIR_NUMBER(static_cast<int>(look))), nullptr);
    for (int i = 0; i < copies; ++i) mvadd_wch(row, column + i, &out);
  }
}

Terminal::Terminal(const Settings& settings) : screen_(std::make_unique<Screen>()) {
  screen_->ascii = settings.ascii;
  screen_->start();
  screen_->set_up_colours(settings);
  screen_->size = {getmaxy(stdscr), getmaxx(stdscr)};
}

Terminal::~Terminal() = default;

int Terminal::input_fd() const { return fileno(screen_->input.get()); }

std::string Terminal::read_input() {
  std::array<char, 4096> buffer{};
  const ssize_t count = read(input_fd(), buffer.data(), buffer.size());
  if (count > 0) return {buffer.data(), static_cast<std::size_t>(count)};
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  fail("the terminal is gone", count == 0 ? EIO : errno);
}

Size Terminal::size() {
  winsize window{};
  if (ioctl(fileno(screen_->output.get()), TIOCGWINSZ, &window) == 0 && window.ws_row > 0 &&
      window.ws_col > 0) {
    const Size now{window.ws_row, window.ws_col};
    if (!(now == screen_->size)) {
      resizeterm(now.rows, now.columns);
      screen_->size = now;
      forget();
    }
  }
  return screen_->size;
}

void Terminal::show(const Grid& grid) {
  const Grid& wanted = grid;
  if (screen_->left) forget();
  screen_->left = false;
  if (!screen_->shown || !(screen_->shown->size() == wanted.size())) {
    screen_->shown.emplace(wanted.size());
    clearok(curscr, TRUE);
    werase(stdscr);
  }
  const Grid drawn = screen_->ascii ? to_ascii(wanted) : wanted;
  for (int row = 0; row < drawn.size().rows; ++row) {
    bool same = true;
    for (int column = 0; same && column < drawn.size().columns; ++column) {
      same = drawn.at(row, column) == screen_->shown->at(row, column);
    }
    if (!same) screen_->show_row(drawn, row);
  }
  *screen_->shown = drawn;
  refresh();
}

void Terminal::forget() { screen_->shown.reset(); }

void Terminal::leave() {
  if (screen_->left) return;
  endwin();
  std::fflush(screen_->output.get());
  screen_->left = true;
}

void Terminal::print(const std::string& text) {
  const std::string out = screen_->ascii ? to_ascii(text) : text;
  std::fwrite(out.data(), 1, out.size(), screen_->output.get());
  std::fflush(screen_->output.get());
}

}  // namespace tui
