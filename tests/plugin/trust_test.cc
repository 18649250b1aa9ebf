#include "plugin/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace etr::plugin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uid_t kStranger = 54321;

class TrustTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::canonical(testing::TempDir()) / ("etr-trust-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    file_ = folder_ / "x.so";
    std::ofstream(file_) << "x";
    chmod(folder_.c_str(), 0755);
    chmod(file_.c_str(), 0644);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string refusal(uid_t owner) {
    const absl::Status status = check_trusted(file_, owner);
    EXPECT_FALSE(status.ok());
    return std::string(status.message());
  }

  fs::path folder_;
  fs::path file_;
};

TEST_F(TrustTest, TrustsWhatOnlyRootCanWrite) {
  EXPECT_TRUE(check_trusted(fs::canonical("/bin/sh"), 0).ok());
}

TEST_F(TrustTest, RefusesAFileOfAnotherUser) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(file_.c_str(), kStranger, 0), 0);
  }
  EXPECT_THAT(refusal(0), HasSubstr(file_.string() + " belongs to uid "));
}

TEST_F(TrustTest, TheProgramsOwnerIsTrustedWithTheFile) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(file_.c_str(), kStranger, 0), 0);
  }
  // The file is accepted; a folder above it, such as /tmp, is not.
  EXPECT_THAT(refusal(geteuid() == 0 ? kStranger : geteuid()),
              testing::Not(HasSubstr(file_.string() + " belongs")));
}

TEST_F(TrustTest, RefusesAFileThatOthersCanWrite) {
  for (const mode_t mode : {0664U, 0646U}) {
    chmod(file_.c_str(), mode);
    EXPECT_THAT(refusal(geteuid()), HasSubstr(file_.string() + " can be written by others"));
  }
}

TEST_F(TrustTest, RefusesAFolderThatOthersCanWrite) {
  chmod(folder_.c_str(), 0777);
  EXPECT_THAT(refusal(geteuid()),
              HasSubstr(folder_.string() + " can be written by others (mode 0777)"));
}

TEST_F(TrustTest, RefusesAStickyWorldWritableFolder) {
  chmod(folder_.c_str(), 01777);
  EXPECT_THAT(refusal(geteuid()), HasSubstr("can be written by others (mode 1777)"));
}

TEST_F(TrustTest, RefusesAFileThatIsNotThere) {
  file_ = folder_ / "nowhere.so";
  EXPECT_THAT(refusal(geteuid()), StartsWith(file_.string() + ": No such file"));
}

TEST(Trust, AnOrdinaryTestRunIsNotElevated) { EXPECT_FALSE(is_elevated()); }

}  // namespace
}  // namespace etr::plugin
