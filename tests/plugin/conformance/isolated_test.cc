#include "plugin/conformance/isolated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace etr::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Lines = std::vector<std::string>;

TEST(Isolated, ReturnsWhatTheBodyReturned) {
  EXPECT_THAT(*run_isolated([] { return Lines{"one", "two"}; }, {}), ElementsAre("one", "two"));
  EXPECT_TRUE(run_isolated([] { return Lines{}; }, {})->empty());
}

TEST(Isolated, WhatTheBodyDoesStaysInTheChild) {
  int value = 1;
  EXPECT_TRUE(run_isolated(
                  [&] {
                    value = 2;
                    std::puts("unseen");
                    std::fclose(std::fopen("left-behind", "w"));
                    return Lines{};
                  },
                  {})
                  .ok());
  EXPECT_EQ(value, 1);
  EXPECT_FALSE(std::filesystem::exists("left-behind"));
}

TEST(Isolated, AnExitOfItsOwnIsNamed) {
  const auto lines = run_isolated([]() -> Lines { std::_Exit(7); }, {});
  EXPECT_EQ(std::string(lines.status().message()), "ended the process with status 7");
}

TEST(Isolated, ASignalIsNamed) {
  const auto lines = run_isolated(
      []() -> Lines {
        std::raise(SIGKILL);
        return {};
      },
      {});
  EXPECT_THAT(std::string(lines.status().message()), HasSubstr("crashed: signal 9"));
}

TEST(Isolated, AHangIsEnded) {
  Isolation isolation;
  isolation.limit = std::chrono::seconds(1);
  const auto lines = run_isolated(
      []() -> Lines {
        while (true) pause();
      },
      isolation);
  EXPECT_EQ(std::string(lines.status().message()), "did not return within 1 s");
}

TEST(Isolated, ATerminalHasItsSizeAndIsDrained) {
  Isolation isolation;
  isolation.terminal = true;
  const auto lines = run_isolated(
      [] {
        winsize size{};
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
        for (int i = 0; i < 100'000; ++i) std::puts("more than a terminal holds");
        std::fflush(stdout);
        return Lines{std::to_string(size.ws_col) + "x" + std::to_string(size.ws_row)};
      },
      isolation);
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_THAT(*lines, ElementsAre("80x24"));
}

}  // namespace
}  // namespace etr::plugin
