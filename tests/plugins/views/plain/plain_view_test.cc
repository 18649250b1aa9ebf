#include "plain_view.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <system_error>

#include "support/read_file.h"
#include "support/sample_records.h"
#include "support/temporary_folder.h"

namespace {

using testing::HasSubstr;
using testing::Not;

struct NoNames final : etr::Names {
  std::string name(const etr::IpAddress&) override { return {}; }
};

/// Calls `call` with standard output redirected to `fd`.
void with_stdout(int fd, const std::function<void()>& call) {
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(fd, STDOUT_FILENO);
  call();
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
}

std::string shown(const PlainView::Options& options, const std::function<void(PlainView&)>& between,
                  const etr::Summary& summary = etr::test::sample_summary()) {
  const etr::test::TemporaryFolder folder;
  const int fd = ::open(folder.file("out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  with_stdout(fd, [&] {
    NoNames names;
    PlainView view(options);
    view.open(etr::test::sample_run(), names);
    between(view);
    view.close(summary);
  });
  ::close(fd);
  return etr::test::read_file(folder.file("out"));
}

TEST(PlainView, PrintsEachPathAndItsHopsIfThePathIsNew) {
  const std::string text = shown({}, [](PlainView& view) {
    etr::Path path = etr::test::sample_path();
    view.on_path(path);
    path.round = 8;
    view.on_path(path);
    path.round = 9;
    path.path_id = 2;
    path.path_hash = "6ceacc8b";
    view.on_path(path);
  });
  const std::string hops =
      "   1  gw.example (192.0.2.2)       1.23 ms  [MPLS 16004]\n"
      "   2  *                          silent\n"
      "   3  192.0.2.9                   20.00 ms  syn-ack\n";
  EXPECT_THAT(
      text,
      testing::StartsWith(
          "tracing target.example (192.0.2.9) with TCP to port 443, 5 flows from source port "
          "50000\n"
          "target.example  flow 2  port 50002  round 7  path 845425ea  3 hops  reached  20.00 "
          "ms\n" +
          hops +
          "target.example  flow 2  port 50002  round 8  path 845425ea  3 hops  reached  20.00 ms\n"
          "target.example  flow 2  port 50002  round 9  path 6ceacc8b  3 hops  reached  20.00 "
          "ms\n" +
          hops));
}

// Defect A21 of the Go etr, docs/compatibility.md: nothing was left on the terminal after a run.
TEST(PlainView, PrintsTheTablesAtTheEnd) {
  const etr::Path path = etr::test::sample_path();
  auto flow = std::make_shared<etr::FlowSnapshot>();
  flow->trace = path.trace;
  flow->path_id = path.path_id;
  flow->path_hash = path.path_hash;
  flow->rounds = 1;
  auto snapshot = std::make_shared<etr::Snapshot>();
  snapshot->flows.push_back(flow);
  const std::string text = shown({}, [&](PlainView& view) { view.on_path(path); },
                                 {etr::StopReason::kUser, snapshot, 1});
  EXPECT_THAT(text, HasSubstr("Path      Hops    Loss%"));
}

TEST(PlainView, PrintsOnlyWhatItsOptionsEnable) {
  PlainView::Options options;
  options.paths = options.events = options.tables = false;
  const std::string text = shown(options, [](PlainView& view) {
    view.on_path(etr::test::sample_path());
    view.on_event({});
  });
  EXPECT_EQ(text,
            "tracing target.example (192.0.2.9) with TCP to port 443, 5 flows from source port "
            "50000\n");
}

TEST(PlainView, ReportsABrokenPipeWhenTheReaderIsGone) {
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  ::close(pipe[0]);
  std::error_code code;
  with_stdout(pipe[1], [&] {
    NoNames names;
    PlainView view({});
    try {
      view.open(etr::test::sample_run(), names);
    } catch (const std::system_error& error) {
      code = error.code();
    }
  });
  ::close(pipe[1]);
  std::signal(SIGPIPE, old_handler);
  EXPECT_EQ(code, std::errc::broken_pipe);
}

}  // namespace
