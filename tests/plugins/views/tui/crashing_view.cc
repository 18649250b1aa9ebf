// The tui, but after some frames it dereferences null, overflows its stack, aborts or throws, on
// the view's thread. program_test.py checks that the terminal is restored.
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "plugins/views/tui/tui_view.h"

// The stack must overflow in the view. ThreadSanitizer's own code on the same stack may hold one of
// its locks at that moment, which the signal handler would wait for.
#if defined(__clang__)
#define UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation))
#else
#define UNINSTRUMENTED
#endif

class CrashingView final : public etr::View {
 public:
  struct Options {
    std::string how = "fault";
    int after = 5;
  };
  static constexpr etr::PluginInfo kInfo{"crashing", "1.0.0", "The tui, for a few frames"};
  static constexpr auto kOptions =
      std::tuple{etr::option("how", &Options::how, "fault, overflow, abort or throw"),
                 etr::option("after", &Options::after, "Frames before it")};

  explicit CrashingView(const Options& options) : options_(options), view_({}) {}

  bool needs_terminal() const override { return true; }
  void open(const etr::RunInfo& run, etr::Names& names) override { view_.open(run, names); }
  void render(const std::shared_ptr<const etr::Snapshot>& snapshot) override {
    view_.render(snapshot);
    if (--options_.after <= 0) crash();
  }
  void on_path(const etr::Path& path) override { view_.on_path(path); }
  int input_fd() const override { return view_.input_fd(); }
  etr::Command on_input() override { return view_.on_input(); }
  std::optional<etr::Duration> next_refresh() const override { return view_.next_refresh(); }
  std::string terminal_reset() const override { return view_.terminal_reset(); }
  void close(const etr::Summary& summary) override { view_.close(summary); }

 private:
  /// Recurses deeper than any stack allows. A frame is much smaller than the guard page below the
  /// stack: larger steps could jump over it, into the memory of another thread.
  UNINSTRUMENTED static int descend(int steps) {
    volatile char room[1024];
    room[0] = static_cast<char>(steps);
    return steps == 0 ? 0 : descend(steps - 1) + room[0];
  }

  void crash() const {
    if (options_.how == "overflow") std::exit(descend(1 << 30));
    if (options_.how == "abort") std::abort();
    if (options_.how == "throw") throw std::runtime_error("tired of drawing");
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }

  Options options_;
  TuiView view_;
};

ETR_PLUGIN(CrashingView);
