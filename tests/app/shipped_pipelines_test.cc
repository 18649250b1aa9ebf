// The installed pipelines, and what --check prints for pipelines and flags, with the real plugins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "app/program.h"

namespace {

using etr::test::err;
using etr::test::out;
using Result = etr::test::ProgramResult;
using testing::HasSubstr;

TEST(ShippedPipelines, CheckPrintsAPipelineThatChecksTheSame) {
  const std::string file = testing::TempDir() + "etr-checked.toml";
  const std::string flags = "--check -P 9 -p 8443 --view plain --sink ndjson:path=x.ndjson";
  ASSERT_EQ(etr::test::run_program(flags, "> " + file).status, 0) << err(flags).text;
  const Result first = out(flags);
  const Result second = out("--check --pipeline " + file);
  EXPECT_THAT(first.text, HasSubstr("flows = 9\n"));
  EXPECT_EQ(first.text, second.text);
  std::remove(file.c_str());
}

TEST(ShippedPipelines, CheckRefusesAnUnknownPluginAndAWrongOption) {
  EXPECT_THAT(err("--check --view plan").text, HasSubstr("did you mean 'plain'?"));
  EXPECT_EQ(err("--check --view plan").status, 1);
  EXPECT_EQ(err("--check --sink ndjson:pth=x").status, 1);
  EXPECT_THAT(err("--check --sink ndjson:pth=x").text,
              HasSubstr("--sink: unknown option 'pth'; did you mean 'path'?"));
  EXPECT_THAT(err("--check --sink ndjson:events=maybe").text, HasSubstr("expected true or false"));
}

// What a plugin refuses when it is made is refused by --check, too, with the place.
TEST(ShippedPipelines, CheckRefusesWhatARunRefuses) {
  const std::string file = testing::TempDir() + "etr-refused.toml";
  std::ofstream(file) << "[view]\nuse = \"plain\"\nevents = true\nhost_width = 5000000000\n";
  const std::string pipeline = "--pipeline " + file;
  const std::pair<std::string, std::string> cases[] = {
      {pipeline, file + ":4:1: option 'host_width': 5000000000 is out of range"},
      {pipeline + " --set view.host_width=-5", "--set: option 'host_width': -5 is out of range"},
      {"--view tui --set view.theme=pink",
       "--set: option 'theme': 'pink' is not one of dark, light (view 'tui')"},
      {"--view tui --set view.columns=LK",
       "--set: view 'tui': option 'columns': no such column: K"},
      {"-J --sink csv:path=-", "only one sink can write to standard output"}};
  for (const auto& [flags, reason] : cases) {
    const Result checked = err("--check " + flags);
    EXPECT_EQ(checked.status, 1) << flags;
    EXPECT_THAT(checked.text, HasSubstr("Error: " + reason)) << flags;
    EXPECT_EQ(err(flags + " --simulate demo -c 1").text, checked.text) << flags;
  }
}

// All installed pipelines: a new one is checked without being listed here.
TEST(ShippedPipelines, EachOneChecks) {
  int pipelines = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(ETR_BINARY_DIR "/share/etr/pipelines")) {
    const std::string name = entry.path().stem().string();
    const Result result = err("--check --pipeline " + name);
    EXPECT_EQ(result.text, "") << name;
    EXPECT_EQ(result.status, 0) << name;
    ++pipelines;
  }
  EXPECT_GE(pipelines, 4);
}

// Without a terminal, so that `plain` stands in for an interactive view.
TEST(ShippedPipelines, EachOneRuns) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("etr-run-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (const auto& entry :
       std::filesystem::directory_iterator(ETR_BINARY_DIR "/share/etr/pipelines")) {
    const std::string command = "cd " + folder.string() +
                                " && setsid -w " ETR_PROGRAM " --simulate " ETR_SOURCE_DIR
                                "/examples/networks/nested4x4.toml --count 1 203.0.113.9"
                                " --pipeline " +
                                entry.path().string() + " 2>&1 </dev/null";
    const Result result = etr::test::run_shell(command);
    EXPECT_EQ(result.status, 0) << command << '\n' << result.text;
    EXPECT_THAT(result.text, HasSubstr("203.0.113.9")) << command;
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "paths.csv"));
  std::filesystem::remove_all(folder);
}

// Each file of config/ is installed.
TEST(ShippedPipelines, NoneIsForgotten) {
  for (const auto& entry : std::filesystem::directory_iterator(ETR_SOURCE_DIR "/config")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(ETR_BINARY_DIR) /
                                        "share/etr/pipelines" / entry.path().filename()))
        << entry.path();
  }
}

}  // namespace
