#include "tui_view.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "hop_column.h"
#include "report.h"
#include "reset_sequence.h"
#include "screen.h"

namespace {

using std::chrono::milliseconds;

/// Redraws the elapsed time even if nothing else changes.
constexpr etr::Duration kIdleRefresh = std::chrono::seconds(1);
/// How long the rest of an escape sequence may take; a lone escape after that is the Escape key.
constexpr etr::Duration kEscapeDelay = milliseconds(50);

tui::State first_state(const TuiView::Options& options) {
  tui::State state;
  state.columns = options.columns;
  state.screen = options.start;
  state.names = options.names;
  return state;
}

}  // namespace

void TuiView::validate(const Options& options) {
  const std::string unknown = tui::unknown_letters(options.columns);
  if (!unknown.empty()) {
    throw std::runtime_error("option 'columns': no such column: " + unknown);
  }
}

TuiView::TuiView(const Options& options)
    : options_(options),
      settings_{options.theme, options.ascii, options.colours},
      state_(first_state(options)),
      reset_(tui::reset_sequence()) {}

void TuiView::open(const etr::RunInfo& run, etr::Names& names) {
  run_ = run;
  names_ = &names;
  if (!run.traces.empty()) state_.trace = run.traces.front().trace;
  history_ = tui::History(run.traces.size() * run.flows * run.max_ttl);
  auto empty = std::make_shared<etr::Snapshot>();
  empty->round_interval = run.round_interval;
  snapshot_ = std::move(empty);
  terminal_ = std::make_unique<tui::Terminal>(settings_);
  draw();
}

tui::Scene TuiView::scene() const {
  return tui::make_scene(run_, *snapshot_, history_, events_, *names_, state_);
}

void TuiView::draw() {
  const tui::Frame frame = tui::draw_frame(scene(), terminal_->size());
  if (state_.scroll > frame.scroll_end) state_.scroll = frame.scroll_end;
  terminal_->show(frame.grid);
  drawn_at_ = Clock::now();
  stale_ = false;
  urgent_ = false;
}

void TuiView::render(const std::shared_ptr<const etr::Snapshot>& snapshot) {
  if (!terminal_) return;
  if (snapshot != nullptr && snapshot != snapshot_) {
    snapshot_ = snapshot;
    stale_ = true;
  }
  if (keys_.pending() && Clock::now() - typed_at_ >= kEscapeDelay) {
    for (const tui::Key& key : keys_.finish()) handle(key);  // Esc: never a command
  }
  const auto age = Clock::now() - drawn_at_;
  if (urgent_ || age >= (stale_ ? options_.refresh : idle_refresh())) draw();
}

void TuiView::on_path(const etr::Path& path) {
  history_.record(path);
  stale_ = true;
}

void TuiView::on_event(const etr::Event& event) {
  events_.add(event);
  // If the user has scrolled back, the visible lines stay the same.
  if (state_.screen == tui::Screen::kEvents && state_.scroll > 0) ++state_.scroll;
  stale_ = true;
}

int TuiView::input_fd() const { return terminal_ ? terminal_->input_fd() : -1; }

etr::Command TuiView::on_input() {
  if (!terminal_) return {};
  if (waiting_.empty()) {
    const std::string typed = terminal_->read_input();
    if (typed.empty()) return {};
    typed_at_ = Clock::now();
    waiting_ = keys_.feed(typed);
    // An unfinished sequence: make the caller ask next_refresh() again, which is earlier now.
    if (waiting_.empty()) return {etr::Command::Kind::kRedraw, {}};
  }
  const tui::Key key = waiting_.front();
  waiting_.erase(waiting_.begin());
  const etr::Command command = handle(key);
  if (waiting_.empty() && command.kind != etr::Command::Kind::kQuit) draw();
  return command;
}

etr::Command TuiView::handle(const tui::Key& key) {
  const int page = std::max(2, terminal_->size().rows / 2);
  const tui::Outcome outcome = tui::press(state_, key, scene(), page);
  if (outcome.repaint) terminal_->forget();
  if (outcome.save) save(outcome.file);
  if (outcome.command.kind == etr::Command::Kind::kResetStatistics) history_.clear();
  urgent_ = true;
  return outcome.command;
}

void TuiView::save(const std::string& file) {
  const std::string error = tui::save_text(file, tui::report(scene(), tui::ReportExtent::kAll));
  state_.message_is_error = !error.empty();
  state_.message = error.empty() ? "saved to " + file : error;
}

void TuiView::on_resize() {
  if (!terminal_) return;
  // Even if the size is unchanged: a smaller size in between may have cut the screen.
  terminal_->forget();
  draw();
}

void TuiView::suspend() {
  if (terminal_) terminal_->leave();
}

void TuiView::resume() {
  if (terminal_) draw();
}

std::optional<etr::Duration> TuiView::next_refresh() const {
  if (urgent_) return etr::Duration::zero();
  const etr::Duration age = Clock::now() - drawn_at_;
  etr::Duration wanted = (stale_ ? options_.refresh : idle_refresh()) - age;
  if (keys_.pending()) wanted = std::min(wanted, kEscapeDelay);
  return std::max(wanted, etr::Duration::zero());
}

etr::Duration TuiView::idle_refresh() const { return std::max(kIdleRefresh, options_.refresh); }

std::string TuiView::terminal_reset() const { return reset_; }

void TuiView::close(const etr::Summary& summary) {
  if (!terminal_) return;
  // After a fault the last snapshot may have no flows: keep the one before.
  if (summary.snapshot != nullptr && !summary.snapshot->flows.empty()) snapshot_ = summary.snapshot;
  const int columns = terminal_->size().columns;
  terminal_->leave();
  terminal_->print(tui::report(scene(), tui::ReportExtent::kScreen, columns));
  terminal_.reset();
}
