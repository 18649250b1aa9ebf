#include "etr/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>

#include "support/read_file.h"
#include "support/temporary_folder.h"

namespace {

using etr::RecordFile;
using etr::test::read_file;
using testing::ThrowsMessage;

class RecordFileTest : public testing::Test {
 protected:
  std::string file() const { return folder_.file("x.json"); }
  etr::test::TemporaryFolder folder_;
};

TEST_F(RecordFileTest, NamesTheFileAndTheReasonWhenItCannotOpen) {
  const std::string missing = folder_.file("missing/x.json");
  RecordFile record(missing);
  EXPECT_THAT([&] { record.open(RecordFile::Mode::kTruncate); },
              ThrowsMessage<std::runtime_error>("cannot open '" + missing +
                                                "': no such file or directory"));
  RecordFile directory(folder_.file("."));
  EXPECT_THAT([&] { directory.open(RecordFile::Mode::kTruncate); },
              ThrowsMessage<std::runtime_error>(testing::HasSubstr("is a directory")));
}

TEST_F(RecordFileTest, AnEmptyPathIsRefusedAtOnce) {
  EXPECT_THROW(RecordFile(""), std::runtime_error);
}

// Defect B9 of the Go etr, docs/compatibility.md.
TEST_F(RecordFileTest, FollowsNoSymbolicLinkInAWorldWritableFolder) {
  std::filesystem::create_symlink(folder_.file("elsewhere"), file());
  {
    RecordFile own_folder(file());
    own_folder.open(RecordFile::Mode::kTruncate);  // no other user can have placed the link
  }
  ASSERT_EQ(::chmod(folder_.file(".").c_str(), 01777), 0);
  RecordFile shared_folder(file());
  EXPECT_THAT(
      [&] { shared_folder.open(RecordFile::Mode::kTruncate); },
      ThrowsMessage<std::runtime_error>(
          "cannot open '" + file() + "': a symbolic link in a folder that everyone may write to"));
}

TEST_F(RecordFileTest, FailsForAFifoWithoutAReader) {
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  RecordFile record(file());
  EXPECT_THROW(record.open(RecordFile::Mode::kTruncate), std::runtime_error);
}

TEST_F(RecordFileTest, KeepsOnlyWholeLinesWhenTheDiskFillsUp) {
  // A limit on the size of files stands in for a full disk.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  RecordFile record(file());
  record.open(RecordFile::Mode::kTruncate);
  record.write("first\n");
  const struct rlimit limit { 15, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_THAT([&] { record.write("second\nthird\n"); },
              ThrowsMessage<std::runtime_error>("cannot write '" + file() + "': file too large"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(read_file(file()), "first\nsecond\n");
}

TEST_F(RecordFileTest, DistinguishesAClosedPipeFromAFault) {
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  const int reader = ::open(file().c_str(), O_RDONLY | O_NONBLOCK);
  RecordFile record(file());
  record.open(RecordFile::Mode::kAppend);
  ::close(reader);
  try {
    record.write("line\n");
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::broken_pipe);
  }
  std::signal(SIGPIPE, old_handler);
}

TEST_F(RecordFileTest, ReopeningKeepsWhatIsThere) {
  RecordFile record(file());
  record.open(RecordFile::Mode::kTruncate);
  EXPECT_TRUE(record.empty());
  record.write("first\n");
  record.reopen();
  EXPECT_FALSE(record.empty());
  record.write("second\n");
  record.close();
  EXPECT_EQ(read_file(file()), "first\nsecond\n");
}

}  // namespace
