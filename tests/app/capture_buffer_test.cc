#include "app/capture_buffer.h"

#include <gtest/gtest.h>

#include "transport/linux/raw_descriptors.h"

namespace etr::app {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

TEST(CaptureBuffer, FlagIsFoundInBothSpellings) {
  EXPECT_EQ(requested_capture_buffer({"host", "--capture-buffer", "16"}), 16 * kMebibyte);
  EXPECT_EQ(requested_capture_buffer({"--capture-buffer=8", "host"}), 8 * kMebibyte);
}

TEST(CaptureBuffer, AnythingElseLeavesTheDefault) {
  const std::vector<std::vector<std::string>> others = {{},
                                                        {"host"},
                                                        {"--capture-buffer"},
                                                        {"--capture-buffer", "many"},
                                                        {"--capture-buffer=0"},
                                                        {"--capture-buffer=-1"},
                                                        {"--capture-buffer=99999999999999999999"},
                                                        {"--capture-buffers=8"},
                                                        {"--", "--capture-buffer=8"}};
  for (const auto& arguments : others) {
    EXPECT_EQ(requested_capture_buffer(arguments), transport::kDefaultCaptureBuffer)
        << testing::PrintToString(arguments);
  }
}

}  // namespace
}  // namespace etr::app
