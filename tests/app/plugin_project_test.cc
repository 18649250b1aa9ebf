#include "app/plugin_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/read_file.h"

namespace etr::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class PluginProject : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("etr-project-" + std::to_string(getpid()));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string text(const std::string& file) const { return test::read_file(folder_ / file); }

  fs::path folder_;
};

TEST_F(PluginProject, HasItsNameEverywhereAndNoPlaceholderLeft) {
  for (const char* kind : {"prober", "hasher", "sink", "view"}) {
    ASSERT_TRUE(write_project(kind, "my-own2", folder_).ok());
    const std::string source = text("my_own2_" + std::string(kind) + ".cc");
    EXPECT_THAT(source, HasSubstr("kInfo{\"my-own2\""));
    EXPECT_THAT(source, HasSubstr("ETR_PLUGIN(MyOwn2"));
    EXPECT_THAT(text("CMakeLists.txt"),
                HasSubstr("etr_add_plugin(my-own2 my_own2_" + std::string(kind) + ".cc)"));
    EXPECT_THAT(text("pipeline.toml"), HasSubstr("use = \"my-own2\""));
    for (const std::string& all : {source, text("CMakeLists.txt"), text("pipeline.toml")}) {
      EXPECT_THAT(all, Not(HasSubstr("@")));
    }
    fs::remove_all(folder_);
  }
}

TEST_F(PluginProject, NeverWritesIntoAFolderThatHasFiles) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "precious") << "x";
  EXPECT_THAT(std::string(write_project("sink", "x", folder_).message()),
              HasSubstr("exists and is not empty"));
  EXPECT_FALSE(fs::exists(folder_ / "CMakeLists.txt"));
}

TEST_F(PluginProject, RefusesAnUnknownKindAndABadName) {
  EXPECT_THAT(std::string(write_project("filter", "x", folder_).message()),
              HasSubstr("not 'filter'"));
  for (const char* name : {"", "../x", "X", "9x", "a b", "x_y"}) {
    EXPECT_THAT(std::string(write_project("sink", name, folder_).message()),
                HasSubstr("is not a valid plugin name"))
        << name;
  }
}

}  // namespace
}  // namespace etr::app
