#include "app/crash_guard.h"

#include <csignal>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace etr::app {

namespace {

// The only mutable globals of the program: a signal handler can reach nothing else.
std::array<char, 256> reset_bytes;
volatile std::size_t reset_size = 0;
int terminal = -1;
termios modes;
bool modes_known = false;

void on_fatal(int signal) {
  reset_terminal();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

void reset_terminal() {
  if (reset_size == 0 || terminal < 0) return;
  [[maybe_unused]] const ssize_t nothing_to_do_about_it =
      ::write(terminal, reset_bytes.data(), reset_size);
  if (modes_known) ::tcsetattr(terminal, TCSANOW, &modes);  // async-signal-safe, as write() is
}

void remember_terminal_modes() {
  terminal = ::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  modes_known = terminal >= 0 && ::tcgetattr(terminal, &modes) == 0;
}

void reset_terminal_on_crash(const std::string& bytes) {
  if (bytes.empty()) return;
  reset_size = std::min(bytes.size(), reset_bytes.size());
  std::copy_n(bytes.begin(), reset_size, reset_bytes.begin());
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) std::signal(signal, on_fatal);
}

}  // namespace etr::app
