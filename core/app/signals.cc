#include "app/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "app/crash_guard.h"
#include "base/errno_text.h"
#include "base/thread_name.h"

namespace etr::app {

namespace {

/// How long a run may take to end after the first signal that asks for it.
constexpr auto kTimeToEnd = std::chrono::seconds(1);

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP}) {
    sigaddset(&set, signal);
  }
  return set;
}

/// Without a lock that another thread may hold for ever, and only if it need not wait.
void say(std::string_view line) {
  pollfd error_output{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&error_output, 1, 0) != 1) return;
  [[maybe_unused]] const ssize_t nothing_to_do_about_it =
      ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void block_signals() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void unblock_signals() {
  const sigset_t set = our_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void leave_at_once(int status) {
  reset_terminal();
  ::_exit(status);
}

absl::StatusOr<std::shared_ptr<Signals>> Signals::start() {
  // Writing to a closed pipe or past the limit on file sizes is an error to report, not a reason to
  // die.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    auto signals = std::make_shared<Signals>();
    std::thread([signals] { signals->watch(); }).detach();
    return signals;
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot watch for signals: ", base::errno_text(error.code().value())));
  }
}

Signals::Signals() {
  const sigset_t set = our_signals();
  signal_fd_ = base::FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signal_fd_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
}

void Signals::run_begins(bool headless) {
  headless_ = headless;
  stage_ = Stage::kRunning;
}

void Signals::run_ended(int status) {
  status_ = status;
  stage_ = Stage::kEnded;
}

bool Signals::ends_run(int signal) const {
  return signal == SIGINT || signal == SIGTERM || signal == SIGQUIT ||
         (signal == SIGHUP && !headless_);
}

std::optional<int> Signals::take() {
  const base::MutexLock lock(mutex_);
  wake_.clear();
  if (taken_.empty()) return std::nullopt;
  const int signal = taken_.front();
  taken_.pop_front();
  return signal;
}

// SIGTSTP is blocked, so SIGSTOP, which cannot be, takes its place; a shell sees no difference. It
// is sent to this thread, which therefore stops before its next instruction: if it were sent to the
// process, another thread might take it first, and a view would get its terminal back before the
// stop.
void Signals::stop_process() { std::raise(SIGSTOP); }

void Signals::watch() {
  base::name_thread("etr-signals");
  while (true) {
    wait();
    while (const auto signal = read_next()) handle(*signal);
    if (!deadline_ || std::chrono::steady_clock::now() < *deadline_) continue;
    if (stage_ == Stage::kEnded) leave_at_once(status_);
    say("Error: the run did not end within 1 s of the signal: leaving what is not written\n");
    leave_at_once(EXIT_FAILURE);
  }
}

/// Until there is a signal, or the deadline.
void Signals::wait() const {
  int timeout = -1;
  if (deadline_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - std::chrono::steady_clock::now());
    timeout = std::max(0, static_cast<int>(left.count()));
  }
  pollfd watched{signal_fd_.get(), POLLIN, 0};
  ::poll(&watched, 1, timeout);
}

std::optional<int> Signals::read_next() const {
  signalfd_siginfo info{};
  const ssize_t size = ::read(signal_fd_.get(), &info, sizeof info);
  if (size != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Signals::handle(int signal) {
  const Stage stage = stage_;
  if (ends_run(signal)) {
    if (stage == Stage::kEnded) leave_at_once(status_);
    if (stage == Stage::kBefore || deadline_) leave_at_once(128 + signal);
    deadline_ = std::chrono::steady_clock::now() + kTimeToEnd;
  }
  if (stage == Stage::kRunning) {
    const base::MutexLock lock(mutex_);
    taken_.push_back(signal);
    wake_.wake();
  } else if (signal == SIGTSTP) {
    stop_process();
  }
}

}  // namespace etr::app
