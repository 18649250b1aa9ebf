#include "plugin/install_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.h"

namespace etr::plugin {
namespace {

using testing::HasSubstr;

std::string program_in(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/etr") << "program";
  return folder + "/etr";
}

TEST(InstallPaths, LieBesideTheProgram) {
  const test::TemporaryFolder folder;
  const std::string program = program_in(folder.file("bin"));
  std::filesystem::create_directories(folder.file("share/etr"));
  const InstallPaths paths = install_paths(program);
  EXPECT_EQ(paths.pipelines, std::filesystem::canonical(folder.file("share/etr")) / "pipelines");
  EXPECT_EQ(paths.fallback, "");
  const absl::Status missing = absl::NotFoundError("no pipeline 'x'");
  EXPECT_EQ(paths.explain(missing), missing);
}

TEST(InstallPaths, OfAProgramThatWasCopiedAloneAreThoseOfTheBuild) {
  const test::TemporaryFolder folder;
  const std::string program = program_in(folder.file("bin"));
  const InstallPaths paths = install_paths(program);
  EXPECT_EQ(paths.pipelines, ETR_PREFIX_DATA "/pipelines");
  EXPECT_EQ(paths.networks, ETR_PREFIX_DATA "/networks");
  EXPECT_THAT(paths.fallback, HasSubstr("share/etr beside"));
  EXPECT_THAT(paths.fallback, HasSubstr(program));
}

TEST(InstallPaths, OfAProgramThatCannotFindItselfAreThoseOfTheBuild) {
  const test::TemporaryFolder folder;
  const InstallPaths paths = install_paths(folder.file("proc/self/exe"));
  EXPECT_EQ(paths.pipelines, ETR_PREFIX_DATA "/pipelines");
  EXPECT_THAT(paths.fallback, HasSubstr("proc/self/exe cannot be read: No such file"));
  EXPECT_EQ(paths.explain(absl::NotFoundError("no pipeline 'x'")).message(),
            "no pipeline 'x' (looked in " + paths.fallback +
                "): install etr, or run it from its own tree");
  const absl::Status other = absl::InvalidArgumentError("x");
  EXPECT_EQ(paths.explain(other), other);
}

}  // namespace
}  // namespace etr::plugin
