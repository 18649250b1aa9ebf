// Runs the view on the controlling terminal with a synthetic run, so that tests can drive it in a
// pseudo-terminal. It does what the program does: waits for input, passes snapshots to the view,
// carries out commands.
//
// Usage: tui_driver [option=value ...], options of the plugin; flows=N and hostile=1 are its own.
// SIGUSR1 simulates a crash.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include "plugins/views/tui/tui_view.h"
#include "tests/plugins/views/tui/sample_run.h"

namespace {

using Kind = etr::Command::Kind;

void make_hostile(sample::Run& run) {
  run.names.known["10.0.0.1"] =
      "\x1b[2J\x1b[31mevil\x07\x1b]0;title\x07\x1bP\x9b\u009b?1000h.example";
  run.names.known["10.1.1.1"] =
      "\u202e"
      "drawkcab\u2067\u2069\u200f.example";
  run.names.known["10.1.2.1"] = "東京タワー東京タワー東京タワー東京タワー.example";
  run.names.known["10.1.3.1"] = "e\u0301\u0301\u0301\u200d\ufeff\u05d0\u05d1.example";
  run.names.known["10.2.1.1"] = "bad\xff\xfe\xc3utf8\xed\xa0\x80\xf4\x90\x80\x80";
  run.names.known["10.3.0.1"] = std::string("zero\0\r\n\t\b\x7f.example", 17);
  run.names.known["203.0.113.80"] = std::string(255, 'x') + ".example";
  run.info.traces[0].target = "www\x1b[31m\u202e.example";
  etr::Event event;
  event.text = "from the network: \x1b[2J\u202e\xff";
  run.events.push_back(event);
}

struct Settings {
  TuiView::Options options;
  std::uint32_t flows = 16;
  bool hostile = false;
};

Settings parse(int count, char** arguments) {
  Settings settings;
  std::vector<etr::NamedOption> given;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string key = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (key == "theme" || key == "start" || key == "columns") given.push_back({key, value});
    if (key == "ascii") given.push_back({key, value == "1"});
    if (key == "flows") settings.flows = static_cast<std::uint32_t>(std::stoul(value));
    if (key == "hostile") settings.hostile = value == "1";
  }
  settings.options = etr::detail::read_options<TuiView>(given);
  return settings;
}

class Driver {
 public:
  Driver(TuiView& view, sample::Run& run) : view_(view), run_(run) {}

  void play() {
    sigset_t wanted{};
    sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGUSR1})
      sigaddset(&wanted, number);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    signals_ = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    view_.open(run_.info, run_.names);
    for (const etr::Path& path : run_.paths) view_.on_path(path);
    for (const etr::Event& event : run_.events) view_.on_event(event);
    view_.render(run_.snapshot);
    while (!over_) turn();
    etr::Summary summary;
    summary.snapshot = run_.snapshot;
    view_.close(summary);
    ::close(signals_);
  }

 private:
  void turn() {
    const auto refresh = view_.next_refresh();
    const int wait =
        refresh ? static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*refresh).count())
                : -1;
    pollfd watched[2] = {{view_.input_fd(), POLLIN, 0}, {signals_, POLLIN, 0}};
    poll(watched, 2, wait);
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof signal) == sizeof signal) {
      if (signal.ssi_signo == SIGWINCH) {
        view_.on_resize();
      } else if (signal.ssi_signo == SIGUSR1) {
        crash();
      } else {
        over_ = true;
      }
    }
    if (watched[0].revents != 0) {
      for (etr::Command command = view_.on_input(); command.kind != Kind::kNone;
           command = view_.on_input()) {
        carry_out(command);
      }
    }
    view_.render(run_.snapshot);
  }

  /// What the program does in its signal handler.
  void crash() {
    const std::string reset = view_.terminal_reset();
    if (write(STDOUT_FILENO, reset.data(), reset.size()) < 0) _exit(71);
    _exit(70);
  }

  void carry_out(const etr::Command& command) {
    if (command.kind == Kind::kRedraw) return;
    auto next = std::make_shared<etr::Snapshot>(*run_.snapshot);
    switch (command.kind) {
      case Kind::kQuit: over_ = true; break;
      case Kind::kPause: next->paused = !next->paused; break;
      case Kind::kResetStatistics: next->elapsed = {}; break;
      case Kind::kSetRoundInterval: next->round_interval = command.interval; break;
      case Kind::kSuspend:
        view_.suspend();
        raise(SIGSTOP);
        view_.resume();
        break;
      default: break;
    }
    run_.snapshot = next;
  }

  TuiView& view_;
  sample::Run& run_;
  int signals_ = -1;
  bool over_ = false;
};

}  // namespace

int main(int argc, char** argv) try {
  const Settings settings = parse(argc, argv);
  sample::Run run = sample::fabric(settings.flows);
  if (settings.hostile) make_hostile(run);
  TuiView view(settings.options);
  Driver(view, run).play();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "tui_driver: " << error.what() << '\n';
  return 1;
}
