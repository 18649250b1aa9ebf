#include "app/capture_buffer.h"

#include <charconv>
#include <string_view>

#include "transport/linux/raw_descriptors.h"

namespace etr::app {
namespace {

constexpr std::string_view kFlag = "--capture-buffer";
constexpr std::size_t kLargestMebibytes = 1024;

std::size_t octets(std::string_view mebibytes) {
  std::size_t value = 0;
  const auto [end, error] =
      std::from_chars(mebibytes.data(), mebibytes.data() + mebibytes.size(), value);
  const bool understood = error == std::errc() && end == mebibytes.data() + mebibytes.size() &&
                          value >= 1 && value <= kLargestMebibytes;
  return understood ? value << 20U : transport::kDefaultCaptureBuffer;
}

}  // namespace

std::size_t requested_capture_buffer(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string_view argument = arguments[i];
    if (argument.substr(0, kFlag.size()) != kFlag) continue;
    const std::string_view rest = argument.substr(kFlag.size());
    if (rest.empty() && i + 1 < arguments.size()) return octets(arguments[i + 1]);
    if (!rest.empty() && rest.front() == '=') return octets(rest.substr(1));
  }
  return transport::kDefaultCaptureBuffer;
}

}  // namespace etr::app
