// The interactive view: an mtr for ECMP. Keys become actions, which change the state; state and
// snapshot become a grid of cells, which the terminal draws. This class only connects these parts.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "etr/plugin.h"
#include "event_log.h"
#include "history.h"
#include "key.h"
#include "state.h"
#include "terminal.h"
#include "theme.h"
#include "update.h"

class TuiView final : public etr::View {
 public:
  struct Options {
    std::string columns = "LSNABWVI";
    etr::Duration refresh = std::chrono::milliseconds(250);
    tui::Theme theme = tui::Theme::kDark;
    tui::Screen start = tui::Screen::kFlows;
    tui::NameMode names = tui::NameMode::kBoth;
    bool colours = true;
    bool ascii = false;
  };
  static constexpr etr::PluginInfo kInfo{"tui", "1.0.0",
                                         "Interactive screen: flows, paths, graph, history"};
  static constexpr auto kOptions = std::tuple{
      etr::option("columns", &Options::columns, "Columns of a hop, by letter (key o lists them)"),
      etr::option("refresh", &Options::refresh, "Shortest time between two redraws"),
      etr::option("theme", &Options::theme, "Colours for this background").choices("dark", "light"),
      etr::option("start", &Options::start, "First screen")
          .choices("flows", "paths", "graph", "history", "events"),
      etr::option("names", &Options::names, "What names a host")
          .choices("both", "names", "addresses"),
      etr::option("colours", &Options::colours, "Use colours; NO_COLOR in the environment wins"),
      etr::option("ascii", &Options::ascii, "Draw with ASCII characters only")};

  /// Throws std::runtime_error for a column that does not exist.
  static void validate(const Options& options);
  explicit TuiView(const Options& options);

  bool needs_terminal() const override { return true; }
  void open(const etr::RunInfo& run, etr::Names& names) override;
  void render(const std::shared_ptr<const etr::Snapshot>& snapshot) override;
  void on_path(const etr::Path& path) override;
  void on_event(const etr::Event& event) override;
  int input_fd() const override;
  etr::Command on_input() override;
  void on_resize() override;
  void suspend() override;
  void resume() override;
  std::optional<etr::Duration> next_refresh() const override;
  std::string terminal_reset() const override;
  void close(const etr::Summary& summary) override;

 private:
  using Clock = std::chrono::steady_clock;

  tui::Scene scene() const;
  etr::Duration idle_refresh() const;
  void draw();
  etr::Command handle(const tui::Key& key);
  void save(const std::string& file);

  const Options options_;
  tui::Terminal::Settings settings_;
  tui::State state_;
  const std::string reset_;
  tui::KeyParser keys_;
  std::vector<tui::Key> waiting_;  ///< Keys typed ahead; on_input() takes them one by one.
  tui::History history_;
  tui::EventLog events_;

  // Set by open().
  etr::RunInfo run_;
  etr::Names* names_ = nullptr;
  std::shared_ptr<const etr::Snapshot> snapshot_;
  std::unique_ptr<tui::Terminal> terminal_;
  Clock::time_point drawn_at_{};
  Clock::time_point typed_at_{};
  bool stale_ = true;   ///< The screen does not show the newest state.
  bool urgent_ = true;  ///< The user has pressed a key: draw at once.
};
