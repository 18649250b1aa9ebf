#include "plugin/conformance/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace etr::plugin {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Ends a report: without it the child has not reached the end of its body.
constexpr char kEnd = '\x04';

absl::Status system_error(const char* what) {
  return absl::InternalError(absl::StrFormat("%s: %s", what, std::strerror(errno)));
}

void write_all(int fd, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = write(fd, text.data() + written, text.size() - written);
    if (count <= 0) return;
    written += static_cast<std::size_t>(count);
  }
}

// All but the standard ones and `report`, which gets the lowest number.
int close_others(int report) {
  const int kept = STDERR_FILENO + 1;
  if (report != kept) dup3(report, kept, O_CLOEXEC);
  if (close_range(static_cast<unsigned>(kept) + 1, ~0U, 0) != 0) {
    const int limit = static_cast<int>(std::min(sysconf(_SC_OPEN_MAX), 65536L));
    for (int fd = kept + 1; fd < limit; ++fd) close(fd);
  }
  return kept;
}

[[noreturn]] void run_child(const std::function<std::vector<std::string>()>& body, int report,
                            const std::string& folder, bool terminal) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // It may have a session of its own, which no ^C reaches.
#endif
  if (!terminal) {
    const int nothing = open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, fd);
    setsid();
  }
  report = close_others(report);
  setenv("TERM", terminal ? "xterm-256color" : "dumb", 1);
  std::string text;
  if (folder.empty() || chdir(folder.c_str()) == 0) {
    for (const std::string& line : body()) text += line + '\n';
    text += kEnd;
  }
  write_all(report, text);
  _exit(0);
}

// Reads until the child has closed its end, and discards its terminal output. False: the time limit
// was reached first.
bool collect(int report, int terminal, std::chrono::seconds limit, std::string& text) {
  const Clock::time_point deadline = Clock::now() + limit;
  std::array<pollfd, 2> polled{pollfd{report, POLLIN, 0}, pollfd{terminal, POLLIN, 0}};
  std::array<char, 4096> buffer{};
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    if (poll(polled.data(), polled.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) {
      return false;
    }
    if (polled[1].revents != 0 && read(terminal, buffer.data(), buffer.size()) <= 0) {
      polled[1].fd = -1;  // Hung up; the report may still come.
    }
    if (polled[0].revents != 0) {
      const ssize_t count = read(report, buffer.data(), buffer.size());
      if (count <= 0) return true;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) {
    return absl::StrFormat("crashed: signal %d (%s)", WTERMSIG(status),
                           strsignal(WTERMSIG(status)));
  }
  return absl::StrFormat("ended the process with status %d", WEXITSTATUS(status));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> run_isolated(
    const std::function<std::vector<std::string>()>& body, const Isolation& isolation) {
  std::string folder;
  if (isolation.own_folder) {
    folder = (fs::temp_directory_path() / "etr-check-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return system_error("cannot create a working folder");
  }
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) return system_error("pipe");

  int terminal = -1;
  winsize size{24, 80, 0, 0};
  const pid_t child = isolation.terminal ? forkpty(&terminal, nullptr, nullptr, &size) : fork();
  if (child < 0) return system_error("fork");
  if (child == 0) {
    close(report[0]);
    run_child(body, report[1], folder, isolation.terminal);
  }
  close(report[1]);

  std::string text;
  const bool in_time = collect(report[0], terminal, isolation.limit, text);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(report[0]);
  if (terminal >= 0) close(terminal);
  std::error_code ignored;
  if (isolation.own_folder) fs::remove_all(folder, ignored);

  if (!in_time) {
    return absl::DeadlineExceededError(
        absl::StrFormat("did not return within %d s", isolation.limit.count()));
  }
  if (text.empty() || text.back() != kEnd) return absl::AbortedError(ending(status));
  text.pop_back();
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace etr::plugin
