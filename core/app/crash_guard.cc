#include "app/crash_guard.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace etr::app {

namespace {

/// Milliseconds: no one may be reading from the terminal.
constexpr int kWaitForRoom = 50;

// The only mutable globals of the program: a signal handler can reach nothing else.
std::array<char, 256> reset_bytes;
// Set after the bytes: the view's thread may crash while they are being written.
std::atomic<std::size_t> reset_size = 0;
static_assert(std::atomic<std::size_t>::is_always_lock_free, "else not for signal handlers");
int terminal = -1;
termios modes;
bool modes_known = false;

void on_fatal(int signal) {
  reset_terminal();
  std::signal(signal, SIG_DFL);
  ::raise(signal);  // delivered on return
}

}  // namespace

void reset_terminal() {
  const std::size_t size = reset_size.load(std::memory_order_acquire);
  if (size == 0 || terminal < 0) return;
  pollfd room{terminal, POLLOUT, 0};
  ::poll(&room, 1, kWaitForRoom);  // async-signal-safe, as write() and tcsetattr() are
  [[maybe_unused]] const ssize_t nothing_to_do_about_it =
      ::write(terminal, reset_bytes.data(), size);
  if (modes_known) ::tcsetattr(terminal, TCSANOW, &modes);
}

void remember_terminal_modes() {
  terminal = ::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  modes_known = terminal >= 0 && ::tcgetattr(terminal, &modes) == 0;
}

void reset_terminal_on_crash(const std::string& bytes) {
  if (bytes.empty()) return;
  const std::size_t size = std::min(bytes.size(), reset_bytes.size());
  std::copy_n(bytes.begin(), size, reset_bytes.begin());
  reset_size.store(size, std::memory_order_release);
  struct sigaction action {};
  action.sa_handler = on_fatal;
  action.sa_flags = SA_ONSTACK;  // the alternate stack: the thread's own may have overflowed
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace etr::app
