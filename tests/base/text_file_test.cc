#include "base/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "support/temporary_folder.h"

namespace etr::base {
namespace {

using testing::HasSubstr;

TEST(TextFile, DoesNotWaitForTheWriterOfAFifo) {
  const test::TemporaryFolder folder;
  const std::string fifo = folder.file("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(read_text_file(fifo, "pipeline").value(), "");
}

// The shell's <(command): the end of the pipe is open, and what is written may come in pieces.
TEST(TextFile, ReadsAPipeToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const std::string half(40000, '#');
  std::thread writer([&] {
    for (int i = 0; i < 2; ++i) {
      for (std::size_t done = 0; done < half.size();) {
        const ssize_t count = ::write(ends[1], half.data() + done, half.size() - done);
        ASSERT_GT(count, 0);
        done += static_cast<std::size_t>(count);
      }
    }
    ::close(ends[1]);
  });
  const auto text = read_text_file("/dev/fd/" + std::to_string(ends[0]), "pipeline");
  ::close(ends[0]);
  writer.join();
  EXPECT_EQ(text.value(), half + half);
}

TEST(TextFile, RefusesAnEndlessFile) {
  EXPECT_THAT(std::string(read_text_file("/dev/zero", "pipeline").status().message()),
              HasSubstr("/dev/zero: is larger than 4 MiB, not a pipeline file"));
}

}  // namespace
}  // namespace etr::base
