#include "plugin/search_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etr::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> folders(const SearchPath& path) {
  std::vector<std::string> texts;
  for (const PluginFolder& folder : path.folders) texts.push_back(folder.path.string());
  return texts;
}

FolderSources all_sources() {
  return {{{"/from/file", "p.toml:1:1"}},
          {{"/from/flag", "--plugin-path"}},
          "/env/a::/env/b",
          "/installed"};
}

TEST(SearchPath, GoesFromFileToFlagsToEnvironmentToInstalled) {
  const SearchPath path = search_path(all_sources(), false, 0);
  EXPECT_THAT(folders(path),
              ElementsAre("/from/file", "/from/flag", "/env/a", "/env/b", "/installed"));
  EXPECT_THAT(path.notices, IsEmpty());
}

TEST(SearchPath, AnElevatedRunIgnoresTheEnvironmentAndReportsIt) {
  const SearchPath path = search_path(all_sources(), true, 0);
  EXPECT_THAT(folders(path), ElementsAre("/from/file", "/from/flag", "/installed"));
  EXPECT_THAT(path.notices, ElementsAre(HasSubstr("ETR_PLUGIN_PATH is ignored")));
}

TEST(SearchPath, AnElevatedRunWithoutTheVariableReportsNothing) {
  FolderSources sources = all_sources();
  sources.environment = nullptr;
  EXPECT_THAT(search_path(sources, true, 0).notices, IsEmpty());
}

}  // namespace
}  // namespace etr::plugin
