// What the contract requires of sinks and views: they accept anything that a run can contain, in
// any order that the contract allows, and report when they cannot write.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

#include "absl/strings/str_format.h"
#include "plugin/conformance/checks.h"
#include "plugin/conformance/samples.h"
#include "plugin/guard.h"

namespace etr::plugin {
namespace {

constexpr std::uint32_t kFlows = 4;

void write_rounds(Sink& sink, std::uint64_t rounds) {
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::uint32_t flow = 0; flow < kFlows; ++flow) sink.write(sample_path(flow, round));
  }
}

Problems check_whole_run(Sink& sink) {
  sink.open(sample_run());
  write_rounds(sink, 8);
  for (const Event& event : sample_events()) sink.on_event(event);
  sink.flush();
  sink.reopen();
  write_rounds(sink, 2);
  Path empty;
  sink.write(empty);
  sink.flush();
  sink.close(sample_summary());
  return {};
}

// A run may end before it begins, and a sink may be destroyed without any call.
Problems check_close_without_open(Sink& sink) {
  sink.close(sample_summary());
  return {};
}

Problems check_two_sinks(Sink& one, Sink& other) {
  one.open(sample_run());
  other.open(sample_run());
  write_rounds(one, 2);
  write_rounds(other, 2);
  other.close(sample_summary());
  write_rounds(one, 2);
  one.close(sample_summary());
  return {};
}

// Only for sinks that take the path of a file.
Problems check_full_disk(const Subject& subject) {
  std::vector<NamedOption> options = subject.options;
  const auto path = std::find_if(options.begin(), options.end(), [](const NamedOption& option) {
    return option.name == "path" && std::holds_alternative<std::string>(option.value);
  });
  if (path == options.end()) return {};
  path->value = std::string("/dev/full");
  try {
    const std::unique_ptr<Sink> sink = guard(make(subject.descriptor.create_sink, options), "sink");
    sink->open(sample_run());
    write_rounds(*sink, 200);
    sink->flush();
    sink->close(sample_summary());
  } catch (const std::exception&) {
    return {};
  }
  return {"it reports no error when the disk is full (path = \"/dev/full\")"};
}

Problems check_speed(Sink& sink) {
  constexpr std::uint64_t kRounds = 10;
  constexpr double kLimit = 0.02;  // Seconds per record; 64 flows each 2 s leave 0.03.
  sink.open(sample_run());
  const auto start = std::chrono::steady_clock::now();
  write_rounds(sink, kRounds);
  sink.flush();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  sink.close(sample_summary());
  const double each = taken.count() / static_cast<double>(kRounds * kFlows);
  if (each <= kLimit) return {};
  return {absl::StrFormat("a record takes %.0f ms: it would slow 64 flows down", each * 1e3)};
}

struct SampleNames final : Names {
  std::string name(const IpAddress& address) override {
    return address.family == Family::kIpv4 ? "name.example" : "";
  }
};

void set_size(std::uint16_t rows, std::uint16_t columns) {
  winsize size{rows, columns, 0, 0};
  ioctl(STDOUT_FILENO, TIOCSWINSZ, &size);
}

Problems check_view_run(View& view) {
  SampleNames names;
  view.open(sample_run(), names);
  view.render(std::make_shared<Snapshot>());
  view.render(sample_snapshot(kFlows));
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) view.on_path(sample_path(flow, 0));
  for (const Event& event : sample_events()) view.on_event(event);
  for (const auto& [rows, columns] :
       {std::pair<std::uint16_t, std::uint16_t>{5, 20}, {1, 1}, {60, 200}}) {
    set_size(rows, columns);
    view.on_resize();
    view.render(sample_snapshot(kFlows));
  }
  view.suspend();
  view.resume();
  view.render(sample_snapshot(200));
  Problems problems;
  if (view.next_refresh().value_or(Duration::zero()) < Duration::zero()) {
    problems.emplace_back("next_refresh() is negative");
  }
  view.input_fd();
  view.terminal_reset();
  view.close(sample_summary());
  return problems;
}

Problems check_view_close_without_open(View& view) {
  view.terminal_reset();
  view.close(sample_summary());
  return {};
}

}  // namespace

std::vector<Check> sink_checks(const Subject& subject) {
  const auto with_one = [&subject](Problems (*check)(Sink&)) {
    return
        [&subject, check] { return check(*make(subject.descriptor.create_sink, subject.options)); };
  };
  return {
      {"it takes a whole run", with_one(check_whole_run)},
      {"it can be closed without having been opened", with_one(check_close_without_open)},
      {"two instances work at once",
       [&subject] {
         return check_two_sinks(*make(subject.descriptor.create_sink, subject.options),
                                *make(subject.descriptor.create_sink, subject.options));
       }},
      {"it reports a full disk", [&subject] { return check_full_disk(subject); }},
      {"it is not slow", with_one(check_speed)},
  };
}

std::vector<Check> view_checks(const Subject& subject) {
  const auto with_one = [&subject](Problems (*check)(View&)) {
    return
        [&subject, check] { return check(*make(subject.descriptor.create_view, subject.options)); };
  };
  return {
      {"it shows a whole run, at any size", with_one(check_view_run), true},
      {"it can be closed without having been opened", with_one(check_view_close_without_open),
       true},
      {"two instances can exist",
       [&subject] {
         const auto other = make(subject.descriptor.create_view, subject.options);
         return check_view_run(*make(subject.descriptor.create_view, subject.options));
       },
       true},
  };
}

}  // namespace etr::plugin
