// A file of records, or standard output: whole lines, and every error reported.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "etr/text.h"

namespace etr {

/// Writes to a file by its name, or to standard output by the name "-". Errors are exceptions whose
/// text is for the user: "cannot write 'x.json': no space left on device". A pipe whose reader is
/// gone is a std::system_error with EPIPE, so that the host can tell a closed standard output from
/// a fault. The process must ignore SIGPIPE and SIGXFSZ, as the host does.
class RecordFile {
 public:
  enum class Mode { kTruncate, kAppend };

  explicit RecordFile(std::string path) : path_(std::move(path)) {
    if (path_.empty()) throw std::runtime_error("the path is empty");
  }
  ~RecordFile() {
    if (owns()) ::close(fd_);
  }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  bool is_standard_output() const { return path_ == "-"; }
  bool is_open() const { return fd_ >= 0; }

  /// Opens, and creates, the file. In a folder that everyone may write to, a symbolic link is not
  /// followed: another user could have placed it.
  void open(Mode mode) {
    if (is_standard_output()) {
      fd_ = STDOUT_FILENO;
      return;
    }
    // O_NONBLOCK only while opening: a FIFO without a reader is an error, not a reason to wait.
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
    if (mode == Mode::kTruncate) flags |= O_TRUNC;
    const bool shared_folder = in_shared_folder();
    if (shared_folder) flags |= O_NOFOLLOW;
    fd_ = ::open(path_.c_str(), flags, 0666);
    if (fd_ >= 0) {
      ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
      return;
    }
    if (errno == ELOOP && shared_folder) {
      throw std::runtime_error("cannot open '" + path_ +
                               "': a symbolic link in a folder that everyone may write to");
    }
    fail("cannot open", errno);
  }

  /// For log rotation: closes the file and opens the name again, keeping what is there.
  void reopen() {
    if (is_standard_output()) return;
    close();
    open(Mode::kAppend);
  }

  /// True if the open file holds nothing yet; always true for pipes and the like.
  bool empty() const {
    struct stat status {};
    return ::fstat(fd_, &status) != 0 || status.st_size == 0;
  }

  /// Writes whole lines. If it fails within a line of a regular file, it removes the partial line,
  /// so that the file holds whole lines only.
  void write(std::string_view lines) {
    std::string_view rest = lines;
    while (!rest.empty()) {
      const ssize_t count = ::write(fd_, rest.data(), rest.size());
      if (count >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        pollfd ready{fd_, POLLOUT, 0};
        ::poll(&ready, 1, -1);
      } else if (errno != EINTR) {
        const int error = errno;
        take_back_piece(lines.substr(0, lines.size() - rest.size()));
        fail("cannot write", error);
      }
    }
  }

  void close() {
    if (!owns()) return;
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0 && errno != EINTR) fail("cannot write", errno);
  }

 private:
  bool owns() const { return fd_ >= 0 && !is_standard_output(); }

  bool in_shared_folder() const {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    struct stat status {};
    return ::stat(folder.empty() ? "." : folder.c_str(), &status) == 0 &&
           (status.st_mode & S_IWOTH) != 0;
  }

  void take_back_piece(std::string_view written) const {
    const std::size_t whole = written.rfind('\n') + 1;  // 0 if there is no whole line
    const auto piece = static_cast<off_t>(written.size() - whole);
    struct stat status {};
    if (piece == 0 || ::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return;
    // Another process may have appended after the partial line: then it has to stay.
    if (::lseek(fd_, 0, SEEK_CUR) != status.st_size || status.st_size < piece) return;
    [[maybe_unused]] const int ignored = ::ftruncate(fd_, status.st_size - piece);
  }

  [[noreturn]] void fail(const char* what, int error) const {
    const std::string reason = uncapitalized(std::generic_category().message(error));
    const std::string name = is_standard_output() ? "standard output" : "'" + path_ + "'";
    if (error == EPIPE) {
      throw std::system_error(error, std::generic_category(), what + (" " + name));
    }
    throw std::runtime_error(std::string(what) + " " + name + ": " + reason);
  }

  std::string path_;
  int fd_ = -1;
};

}  // namespace etr
