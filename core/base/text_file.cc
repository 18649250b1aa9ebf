#include "base/text_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/file_descriptor.h"

namespace etr::base {
namespace {

constexpr std::size_t kMaxSize = std::size_t{4} << 20U;

absl::Status cannot(const char* verb, std::string_view kind, const std::filesystem::path& file) {
  return absl::NotFoundError(
      absl::StrFormat("cannot %s %s %s: %s", verb, kind, file.string(), std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> read_text_file(const std::filesystem::path& file,
                                           std::string_view kind) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const FileDescriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!input.is_open()) return cannot("open", kind, file);
  struct stat status {};
  if (::fstat(input.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is a directory, not a %s file", file.string(), kind));
  }
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(input.get(), buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
      if (text.size() <= kMaxSize) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: is larger than 4 MiB, not a %s file", file.string(), kind));
    }
    if (errno == EAGAIN) {
      pollfd ready{input.get(), POLLIN, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return cannot("read", kind, file);
    }
  }
}

}  // namespace etr::base
