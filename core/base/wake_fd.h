// A descriptor that another thread makes readable, for threads that wait in poll().
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace etr::base {

class WakeFd {
 public:
  WakeFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~WakeFd() { ::close(fd_); }
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  int fd() const { return fd_; }
  /// Any thread; async-signal-safe.
  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t full_is_fine = ::write(fd_, &one, sizeof one);
  }
  void clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t empty_is_fine = ::read(fd_, &count, sizeof count);
  }

 private:
  const int fd_;
};

}  // namespace etr::base
