#include "app/plugins_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace etr::app {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

struct Result {
  int status = 0;
  std::string out;
  std::string err;
};

Result run(const Invocation::Plugins& command, const std::string& folder) {
  plugin::SearchPath path;
  path.folders.push_back({folder, "test"});
  plugin::Catalog catalog(path);
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_plugins_command(command, catalog, out, err);
  return {status, out.str(), err.str()};
}

using Verb = Invocation::Plugins::Verb;

TEST(PluginsCommand, ListsThePluginsOfTheBuildTree) {
  const Result result = run({Verb::kList, {}}, ETR_BINARY_DIR "/plugins");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, MatchesRegex("KIND +NAME +VERSION +SUMMARY +FILE\n(.*\n)*"
                                       "hasher +crc32 .*/hashers/crc32\\.so\n(.*\n)*"));
}

TEST(PluginsCommand, AnUnknownNameGetsTheNearest) {
  const Result result = run({Verb::kShow, {"crc23"}}, ETR_BINARY_DIR "/plugins");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "Error: no plugin is called 'crc23'; did you mean 'crc32'?\n");
}

TEST(PluginsCommand, ShowsAPluginWithABlockToPaste) {
  const Result result = run({Verb::kShow, {"crc32"}}, ETR_BINARY_DIR "/plugins");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("hasher crc32 "));
  EXPECT_THAT(result.out, HasSubstr("It has no options."));
  EXPECT_THAT(result.out, HasSubstr("\n[hasher]\nuse = \"crc32\"\n"));
}

TEST(PluginsCommand, ReportsAFolderThatDoesNotExist) {
  const Result result = run({Verb::kList, {}}, "/nowhere");
  EXPECT_THAT(result.err, HasSubstr("plugin folder /nowhere (test) does not exist"));
}

}  // namespace
}  // namespace etr::app
