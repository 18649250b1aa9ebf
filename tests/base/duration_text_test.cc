#include "base/duration_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace etr::base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, NeedsAUnit) {
  EXPECT_EQ(std::string(parse_duration("100").status().message()),
            "'100' lacks a unit: write 100s or 100ms, for example");
}

TEST(Duration, RefusesWhatIsNoTime) {
  for (const char* text : {"", "soon", "5 s", "2d", "s", "1h-", "inf", "-inf"}) {
    EXPECT_FALSE(parse_duration(text).ok()) << text;
  }
}

TEST(Duration, ReadsBackWhatItWrites) {
  for (const Duration duration : {Duration(0), Duration(1), Duration(10ms), Duration(2s),
                                  Duration(90s), Duration(-3us), Duration(1500ms), Duration(36h)}) {
    EXPECT_EQ(*parse_duration(format_duration(duration)), duration) << format_duration(duration);
  }
}

}  // namespace
}  // namespace etr::base
